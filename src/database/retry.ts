import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseProblem } from './database.ts';

const attempts = 6;
const firstPauseMs = 20;
const longestPauseMs = 2_000;

/** True for failures that the same work may survive when it is repeated from its start. */
export function isRepeatable(error: unknown): boolean {
  return error instanceof DatabaseProblem && (error.reason === 'conflict' || error.reason === 'lost_connection');
}

/**
 * Repeats `work` after conflicts and lost connections, at most six tries in all, pausing longer each time with full
 * jitter (20 ms to 2 s) so that workers that collided do not collide again. The last error is thrown as it is. A signal
 * that is aborted meanwhile ends it with its reason.
 */
export async function withRetries<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !isRepeatable(error)) throw error;
      const ceiling = Math.min(longestPauseMs, firstPauseMs * 4 ** attempt);
      await delay(Math.random() * ceiling, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
    }
  }
}
