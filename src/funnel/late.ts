import type { Database } from '../database/database.ts';
import { emptyResult, type SyncResult } from './counts.ts';
import { enterCandidates } from './enter.ts';
import type { SyncOptions } from './sync.ts';
import { takeInPayments } from './take-in-payments.ts';

/** Who would enter from before the look-back, by `since`: looked at before it is done. Writes nothing. */
export async function surveyLate(database: Database, options: SyncOptions): Promise<SyncResult['late']> {
  const look = { ...options, dryRun: true, onlyLate: true };
  const result = emptyResult(true);
  await enterCandidates(database, look, await takeInPayments(database, look, result), result);
  return result.late;
}
