/** What a failed attempt leads to: another one after `minutes`, or the end. */
export type RetryDecision =
  | { status: 'pending'; retryCount: number; minutes: number }
  | { status: 'failed'; retryCount: number };

export interface RetryPolicy {
  /** retries after the first try */
  maxRetries: number;
  /** minutes per failed attempt: the first retry waits one step, the second two, … */
  stepMinutes: number;
}

/**
 * Analytics guide, 2.2: every failure increments retry_count; a transient one is tried again after
 * retry_count × 5 minutes while retry_count does not exceed the maximum of 5, then the job is failed; a fatal one fails
 * it at once. `retryCount` is the count before this failure.
 */
export function decideRetry(kind: 'transient' | 'fatal', retryCount: number, policy: RetryPolicy): RetryDecision {
  const counted = retryCount + 1;
  if (kind === 'fatal' || counted > policy.maxRetries) return { status: 'failed', retryCount: counted };
  return { status: 'pending', retryCount: counted, minutes: counted * policy.stepMinutes };
}
