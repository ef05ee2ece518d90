import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPacer } from '../../src/brevo/pacer.ts';

/** A clock that moves only while somebody waits; every wait takes longer, or by a hair shorter, than it was asked to. */
function slowClock(errors: readonly number[], start = 0) {
  let time = start;
  let waits = 0;
  return {
    now: () => time,
    advance: (milliseconds: number) => {
      time += milliseconds;
    },
    wait: async (milliseconds: number) => {
      // Whoever was let go before has started by now.
      await new Promise(setImmediate);
      const error = errors.length === 0 ? 0 : (errors[waits++ % errors.length] ?? 0);
      time += Math.max(0.01, milliseconds + error);
    },
  };
}

/** The largest number of starts in any window [t, t + 1000). */
function mostInOneSecond(starts: readonly number[]): number {
  return Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + 1000).length));
}

describe('createPacer', () => {
  it('lets the first call start at once and the others at even distances, in order', async () => {
    const clock = slowClock([]);
    const pacer = createPacer({ requestsPerSecond: 10, ...clock });
    const order: string[] = [];
    const starts: number[] = [];
    const start = async (name: string) => {
      await pacer.next();
      order.push(name);
      starts.push(Math.round(clock.now()));
    };
    await Promise.all(['a', 'b', 'c', 'd'].map(start));
    expect(order).toEqual(['a', 'b', 'c', 'd']);
    expect(starts[0]).toBe(0);
    for (const [index, at] of starts.entries()) expect(Math.abs(at - index * 100)).toBeLessThanOrEqual(index * 2);
  });

  it('never lets more start in any second than the rate, however late timers are and however long it was idle', async () => {
    const pauses = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3000 })), {
      minLength: 1,
      maxLength: 80,
    });
    const errors = fc.array(fc.double({ min: -0.9, max: 250, noNaN: true }), { maxLength: 10 });
    const rates = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0.2, max: 60, noNaN: true }));
    const begins = fc.double({ min: 0, max: 1e9, noNaN: true });
    await fc.assert(
      fc.asyncProperty(rates, pauses, errors, begins, async (requestsPerSecond, idle, late, begin) => {
        const clock = slowClock(late, begin);
        const pacer = createPacer({ requestsPerSecond, ...clock });
        const starts: number[] = [];
        for (const milliseconds of idle) {
          clock.advance(milliseconds);
          await pacer.next();
          starts.push(clock.now());
        }
        expect(mostInOneSecond(starts)).toBeLessThanOrEqual(Math.ceil(requestsPerSecond));
      }),
    );
  });

  it('does not waste time: without late timers the rate is reached', async () => {
    const clock = slowClock([]);
    const pacer = createPacer({ requestsPerSecond: 10, ...clock });
    for (let call = 0; call < 101; call += 1) await pacer.next();
    expect(clock.now()).toBeLessThan(10_200);
  });

  it('lets go of a waiting caller at once, and gives its slot to the next one', async () => {
    const pacer = createPacer({ requestsPerSecond: 4 });
    await pacer.next();
    const began = performance.now();
    const stop = new AbortController();
    const stopped = [pacer.next(stop.signal), pacer.next(stop.signal), pacer.next(stop.signal)];
    const later = pacer.next();
    const reason = new Error('going home');
    stop.abort(reason);
    const results = await Promise.allSettled(stopped);
    expect(results).toEqual(results.map(() => ({ status: 'rejected', reason })));
    await later;
    expect(performance.now() - began).toBeLessThan(740);
    expect(performance.now() - began).toBeGreaterThan(240);
  });

  it('gives the reason of the signal to one that waits for its slot and to one that waits for its turn', async () => {
    const waiting = Promise.withResolvers<void>();
    const wait = (_: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('the wait was ended')));
        waiting.resolve();
      });
    const pacer = createPacer({ requestsPerSecond: 1, now: () => 0, wait });
    await pacer.next();
    const [first, second] = [new AbortController(), new AbortController()];
    const calls = [pacer.next(first.signal), pacer.next(second.signal)];
    await waiting.promise;
    second.abort(new Error('second'));
    await expect(calls[1]).rejects.toThrow('second');
    first.abort(new Error('first'));
    await expect(calls[0]).rejects.toThrow('first');
  });

  it('refuses a caller that is too late', async () => {
    const pacer = createPacer({ requestsPerSecond: 1 });
    const reason = new Error('too late');
    await expect(pacer.next(AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a rate of %s', (requestsPerSecond) => {
    expect(() => createPacer({ requestsPerSecond })).toThrow(RangeError);
  });
});
