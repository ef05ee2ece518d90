import { setTimeout as delay } from 'node:timers/promises';
import { type Database, DatabaseProblem } from './database.ts';

const pauseMs = 250;

/** Not there yet, or there and not ready yet (a Galera node that is still catching up). */
const isStarting = (error: unknown): error is DatabaseProblem =>
  error instanceof DatabaseProblem && (error.reason === 'unreachable' || error.reason === 'conflict');

/**
 * Waits at most `seconds`, and one connection time-out more, for a server that is still starting. Any other refusal is
 * thrown at once; at the end the last failure with what was waited for.
 */
export async function waitForDatabase(database: Database, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    try {
      await database.query('SELECT 1 AS here');
      return;
    } catch (error) {
      if (!isStarting(error)) throw error;
      if (performance.now() < deadline) {
        await delay(pauseMs);
        continue;
      }
      const { reason, kind, message, hint, cause } = error;
      throw new DatabaseProblem(reason, kind, `${message} It was waited for ${seconds} s.`, {
        ...(hint === undefined ? {} : { hint }),
        cause,
      });
    }
  }
}
