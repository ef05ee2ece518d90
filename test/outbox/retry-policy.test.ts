import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRetry, type RetryPolicy } from '../../src/outbox/retry-policy.ts';

const guide: RetryPolicy = { maxRetries: 5, stepMinutes: 5 };

/** The decisions about a job that fails transiently until it is given up. */
function failures(policy: RetryPolicy): ReturnType<typeof decideRetry>[] {
  const decisions = [decideRetry('transient', 0, policy)];
  for (let last = decisions[0]; last?.status === 'pending'; last = decisions.at(-1)) {
    decisions.push(decideRetry('transient', last.retryCount, policy));
  }
  return decisions;
}

describe('the retry policy', () => {
  it('is the guide’s: retries after 5, 10, 15, 20 and 25 minutes, and the sixth failure is the last', () => {
    expect(failures(guide)).toEqual([
      { status: 'pending', retryCount: 1, minutes: 5 },
      { status: 'pending', retryCount: 2, minutes: 10 },
      { status: 'pending', retryCount: 3, minutes: 15 },
      { status: 'pending', retryCount: 4, minutes: 20 },
      { status: 'pending', retryCount: 5, minutes: 25 },
      { status: 'failed', retryCount: 6 },
    ]);
  });

  it('fails a job at once after a fatal error, and counts that attempt', () => {
    expect(decideRetry('fatal', 0, guide)).toEqual({ status: 'failed', retryCount: 1 });
  });

  it('fails a job of the predecessor that has more failures than are allowed', () => {
    expect(decideRetry('transient', 9, guide)).toEqual({ status: 'failed', retryCount: 10 });
  });

  it('allows one try and as many retries as configured, each one step later than the one before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 1440 }), (maxRetries, stepMinutes) => {
        const decisions = failures({ maxRetries, stepMinutes });
        expect(decisions).toHaveLength(maxRetries + 1);
        expect(decisions.at(-1)).toEqual({ status: 'failed', retryCount: maxRetries + 1 });
        const pauses = decisions.flatMap((decision) => (decision.status === 'pending' ? [decision.minutes] : []));
        expect(pauses).toEqual(Array.from({ length: maxRetries }, (_, index) => (index + 1) * stepMinutes));
      }),
    );
  });
});
