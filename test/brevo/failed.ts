import type { FailedCall } from '../../src/brevo/outcome.ts';

/** A failure to match an outcome with: worth another try and not certain, unless `more` has it otherwise. */
export function failed(scope: FailedCall['scope'], problem: FailedCall['problem'], more: object = {}): object {
  return { kind: 'failed', scope, problem, isRetryable: true, isCertain: false, ...more };
}
