import type { PendingCount } from './count.ts';
import type { Stop } from './stop.ts';

/** The result of `drain-outbox`. Every claimed job is in exactly one of sent, retried, failed, released, lostLeases. */
export interface DrainResult {
  dryRun: false;
  /** claims made; a job that was released and claimed again counts each time */
  claimed: number;
  sent: number;
  /** of those sent: delivered by the call of another job of the same contact */
  coalesced: number;
  /** contacts that were new to Brevo */
  created: number;
  /** failed for now, to be tried again later */
  retried: number;
  /** failed for good */
  failed: number;
  /** given back untouched, no attempt counted */
  released: number;
  /** finished by a worker whose lease had ended; nothing was recorded */
  lostLeases: number;
  /** why jobs failed or are retried, most frequent first */
  reasons: { reason: string; count: number }[];
  /** of earlier runs, pending again with the attempts they had: what they were charged for may have been everybody's */
  takenBack: number;
  /** what remains; null when the database no longer told */
  left: PendingCount | null;
  /** why the run ended before the outbox was empty; null when it did what it could */
  stopped: Stop | null;
  interrupted: boolean;
}

/** A result with nothing counted yet. */
export function emptyDrain(): DrainResult {
  return {
    dryRun: false,
    claimed: 0,
    sent: 0,
    coalesced: 0,
    created: 0,
    retried: 0,
    failed: 0,
    released: 0,
    lostLeases: 0,
    reasons: [],
    takenBack: 0,
    left: null,
    stopped: null,
    interrupted: false,
  };
}
