import type { Id } from '../database/database.ts';
import { Problem } from '../errors.ts';

const largest = 2n ** 63n - 1n;

/** Reads a job's id as somebody typed it. A usage Problem when it is no whole number from 1 to the largest BIGINT. */
export function readJobId(text: string): Id {
  const id = /^\d{1,19}$/.test(text) ? BigInt(text) : 0n;
  if (id < 1n || id > largest) {
    throw new Problem('usage', `${JSON.stringify(text.slice(0, 100))} is not the number of a job.`, {
      hint: 'Jobs are numbered 1, 2, 3, …; see which there are: funnels outbox list',
    });
  }
  return id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : id.toString();
}

/** Reads several ids, each once, in the order in which they were typed. */
export function readJobIds(texts: readonly string[]): Id[] {
  return [...new Set(texts.map(readJobId))];
}
