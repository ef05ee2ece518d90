import type { Database } from '../database/database.ts';
import type { ModxTables } from '../modx/tables.ts';
import type { Funnels } from './candidate.ts';
import { emptyResult, type SyncResult } from './counts.ts';
import type { Decision, PaymentDecision } from './decision.ts';
import { enterCandidates } from './enter.ts';
import { matchPurchases, previewPurchases } from './match-purchases.ts';
import { type Runner, recordingRun } from './runs.ts';
import { takeInPayments } from './take-in-payments.ts';

export interface SyncOptions {
  tables: ModxTables;
  funnels: Funnels;
  /** how far back finished tests are looked at, in days of 24 hours */
  lookbackDays: number;
  /** where the run takes place, for its record */
  runner: Runner;
  /** looks at finished tests from this moment on instead, 'YYYY-MM-DD HH:MM:SS' by the database's clock */
  since?: string | undefined;
  /** looks only at those from before the look-back; for a dry run */
  onlyLate?: boolean;
  /** what was finished before this moment does not enter; written as `since` */
  notBefore?: string | undefined;
  /** ends after so many entries; undefined for all */
  limit?: number | undefined;
  /** what becomes of recorded payments whose row is gone from the site; undefined: refunded, unless they are many */
  vanishedPayments?: 'kept' | 'refunded' | undefined;
  /** candidates per transaction */
  batchSize: number;
  /** look only; the database should be opened read-only then */
  dryRun: boolean;
  /** when aborted, the batch in hand is finished and the run ends */
  signal: AbortSignal;
  /** told how many of how many finished tests have been looked at */
  onProgress?: (done: number, total: number) => void;
  /** told about every finished test; the run then reads all of them, also those it need only count */
  onDecision?: ((decision: Decision) => void) | undefined;
  /** told about every payment that was looked at by itself */
  onPayment?: ((decision: PaymentDecision) => void) | undefined;
  /** waited for now and then, so that whoever was told of decisions can keep up */
  pause?: (() => Promise<void>) | undefined;
  /** told about rows that somebody should look at */
  onWarning?: (text: string) => void;
  /** told about events worth a line in the log, such as a race that another run won */
  onInformation?: (text: string) => void;
}

/**
 * Puts people who finished a test into their funnel, with a job for Brevo in the same transaction, and marks those who
 * bought or whose payment was taken back. Safe to repeat and to run several times at once: the unique constraint decides, and every batch stands on
 * its own, so a run that was killed loses nothing. New payments are taken in first, because somebody who has already
 * bought does not enter.
 */
export async function sync(database: Database, options: SyncOptions): Promise<SyncResult> {
  const result = emptyResult(options.dryRun);
  const work = async (): Promise<void> => {
    const memory = await takeInPayments(database, options, result);
    await enterCandidates(database, options, memory, result);
    if (options.dryRun) await previewPurchases(database, options, memory, result);
    else await matchPurchases(database, options, result);
    result.interrupted = options.signal.aborted;
  };
  if (options.dryRun) await work();
  else await recordingRun(database, options.runner, result, work, (text) => options.onWarning?.(text));
  return result;
}
