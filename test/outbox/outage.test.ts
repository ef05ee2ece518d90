import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutageWatch } from '../../src/outbox/outage.ts';

describe('the outage watch', () => {
  it('sees an outage in the fifth failure in a row, and gives back all five', () => {
    const watch = new OutageWatch<number>();
    expect([1, 2, 3, 4, 5].map((call) => watch.failed(call))).toEqual([false, false, false, false, true]);
    expect(watch.take()).toEqual([1, 2, 3, 4, 5]);
  });

  it('goes on as an outage until the run ends, so that calls under way are not charged', () => {
    const watch = new OutageWatch<number>();
    for (const call of [1, 2, 3, 4, 5]) watch.failed(call);
    watch.take();
    expect(watch.failed(6)).toBe(true);
    expect(watch.take()).toEqual([6]);
  });

  it('begins anew after an ordinary answer', () => {
    const watch = new OutageWatch<number>();
    for (const call of [1, 2, 3, 4]) watch.failed(call);
    expect(watch.take()).toEqual([1, 2, 3, 4]);
    expect(watch.failed(5)).toBe(false);
    expect(watch.take()).toEqual([5]);
  });

  it('gives every failed call back exactly once, and sees no outage before five failed in a row', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (answers) => {
        const watch = new OutageWatch<number>();
        const taken: number[] = [];
        let inARow = 0;
        let isDown = false;
        for (const [call, isFailure] of answers.entries()) {
          inARow = isFailure ? inARow + 1 : 0;
          const isOutage = isFailure && watch.failed(call);
          isDown ||= inARow === 5;
          expect(isOutage).toBe(isDown && isFailure);
          if (isOutage || !isFailure) taken.push(...watch.take());
        }
        taken.push(...watch.take());
        expect(taken).toEqual([...answers.keys()].filter((call) => answers[call]));
      }),
    );
  });
});
