import type { Database, Id } from '../database/database.ts';
import { countOddDates, isDated, readOddlyDated } from '../modx/odd-dates.ts';
import { foldAddress } from './address.ts';
import type { SyncResult } from './counts.ts';
import type { SyncOptions } from './sync.ts';

const pageSize = 10_000;

/**
 * Counts the results that cannot be looked at because of their date: those ahead of the clock, whose time will come, and
 * those without one. Tells of each where somebody wants to know.
 */
export async function countOddlyDated(database: Database, options: SyncOptions, result: SyncResult): Promise<void> {
  const { tables, onDecision } = options;
  const now = result.window.to;
  const { ahead, undated, latest } = await countOddDates(database, tables, now);
  result.oddDates = { no_date: undated, dated_ahead: ahead, latest };
  if (onDecision === undefined || ahead + undated === 0) return;
  let after: Id = -1;
  while (!options.signal.aborted) {
    const page = await readOddlyDated(database, tables, { now, after, limit: pageSize });
    for (const { id: resultId, email, testId, finishedAt } of page) {
      const outcome = isDated(finishedAt) ? 'dated_ahead' : 'no_date';
      const address = email === null ? null : foldAddress(email);
      onDecision({ resultId, finishedAt, testId, funnel: null, email: address, outcome, detail: null });
    }
    await options.pause?.();
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = last.id;
  }
}
