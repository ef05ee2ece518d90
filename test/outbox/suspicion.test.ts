import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/brevo/outcome.ts';
import { type Cause, causeOf, Suspicion } from '../../src/outbox/suspicion.ts';

const outage: Cause = { kind: 'outage', text: 'outage' };
const refusal = (text: string): Cause => ({ kind: 'refusal', text });
const head = { isProbe: false, isLast: false };
const probe = { isProbe: true, isLast: false };

function failure(kind: 'fatal' | 'transient', status: number | null, message: string, code: string | null = null) {
  const reason = { status, code, message, requestId: 'abc' };
  return { kind, reason } satisfies Outcome;
}

describe('what a failure is a sign of', () => {
  it.each([
    ['no answer', failure('transient', null, 'refused the connection'), 'outage'],
    ['a 503', failure('transient', 503, 'down'), 'outage'],
    ['a 425', failure('transient', 425, 'too early'), undefined],
    ['a bad address', failure('fatal', 400, 'Invalid email address', 'invalid_parameter'), undefined],
    ['a phone number', failure('fatal', 400, 'Invalid phone number', 'invalid_parameter'), undefined],
    ['a duplicate', failure('fatal', 400, 'Unable to create contact', 'duplicate_parameter'), undefined],
    ['a date format', failure('fatal', 400, 'Invalid date format', 'invalid_parameter'), 'refusal'],
  ])('%s', (_, outcome, kind) => {
    expect(causeOf(outcome)?.kind).toBe(kind);
  });

  it('is the same cause for the same words, whichever request they answer', () => {
    const one = failure('fatal', 400, 'Invalid date format');
    const other = { ...one, reason: { ...one.reason, requestId: 'def' } };
    expect(causeOf(one)).toEqual(causeOf(other));
    expect(causeOf(one)).not.toEqual(causeOf(failure('fatal', 400, 'Something else')));
  });
});

describe('a suspicion', () => {
  it('becomes certain with the fifth failure in a row, of which three were chosen at random', () => {
    const suspicion = new Suspicion<number>();
    const certain = [head, head, probe, probe, probe].map((how, call) => suspicion.failed(outage, call, how).isCertain);
    expect(certain).toEqual([false, false, false, false, true]);
    expect(suspicion.take()).toEqual([0, 1, 2, 3, 4]);
  });

  it('does not trust the head of the queue, however long it fails there', () => {
    const suspicion = new Suspicion<number>();
    for (let call = 0; call < 64; call += 1) expect(suspicion.failed(outage, call, head).isCertain).toBe(false);
    expect(suspicion.failed(outage, 64, probe).isCertain).toBe(false);
    expect(suspicion.failed(outage, 65, probe).isCertain).toBe(false);
    expect(suspicion.failed(outage, 66, probe).isCertain).toBe(true);
  });

  it('is certain without probes when nobody is left to probe with', () => {
    const suspicion = new Suspicion<number>();
    for (const call of [1, 2, 3, 4]) suspicion.failed(outage, call, head);
    expect(suspicion.failed(outage, 5, { isProbe: false, isLast: true }).isCertain).toBe(true);
  });

  it('of another cause begins anew: what failed before was ordinary', () => {
    const suspicion = new Suspicion<number>();
    for (const call of [1, 2, 3, 4]) suspicion.failed(refusal('one'), call, probe);
    expect(suspicion.failed(refusal('two'), 5, probe)).toEqual({ ordinary: [1, 2, 3, 4], isCertain: false });
    expect(suspicion.failed(outage, 6, probe)).toEqual({ ordinary: [5], isCertain: false });
  });

  it('stays certain until the run ends, so that calls under way are not charged', () => {
    const suspicion = new Suspicion<number>();
    for (const call of [1, 2, 3, 4, 5]) suspicion.failed(outage, call, probe);
    suspicion.take();
    expect(suspicion.failed(refusal('other'), 6, head)).toEqual({ ordinary: [], isCertain: true });
    expect(suspicion.take()).toEqual([6]);
  });

  it('gives every failed call back exactly once, and is never certain before five failed in a row', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('well', 'outage', 'one', 'two')), (answers) => {
        const suspicion = new Suspicion<number>();
        const taken: number[] = [];
        let inARow = 0;
        let wasCertain = false;
        for (const [call, answer] of answers.entries()) {
          inARow = answer !== 'well' && answers[call - 1] === answer ? inARow + 1 : 1;
          const isFailure = answer !== 'well';
          const told = isFailure ? suspicion.failed(refusal(answer), call, probe) : { ordinary: [], isCertain: false };
          taken.push(...told.ordinary);
          wasCertain ||= isFailure && inARow >= 5;
          expect(told.isCertain).toBe(wasCertain && isFailure);
          if (told.isCertain || !isFailure) taken.push(...suspicion.take());
        }
        taken.push(...suspicion.take());
        expect(taken.sort((a, b) => a - b)).toEqual([...answers.keys()].filter((call) => answers[call] !== 'well'));
      }),
    );
  });
});
