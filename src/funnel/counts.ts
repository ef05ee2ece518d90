import type { CandidateOutcome } from './candidate.ts';
import { outcomes } from './candidate.ts';
import type { FunnelType } from './funnel-type.ts';

/** What became of the paid certificates a run looked at. Every one gets exactly one of these. */
export const purchaseOutcomes = [
  'marked',
  'already_marked',
  'paid_before_entering',
  'not_in_funnel',
  'no_usable_address',
] as const;

export type PurchaseOutcome = (typeof purchaseOutcomes)[number];

/** The result of `sync`. `outcomes` adds up to `lookedAt`, `purchases.outcomes` to `purchases.lookedAt`. */
export interface SyncResult {
  dryRun: boolean;
  /** the span of finishing times looked at, by the database's wall clock */
  window: { from: string; to: string };
  lookedAt: number;
  /** results of the window that were not looked at, because of the limit or a signal */
  remaining: number;
  /** results older than the window; 100,001 stands for more than 100,000 */
  older: number;
  outcomes: Record<CandidateOutcome, number>;
  /**
   * those of the entered who finished before the look-back began (`before`), which only `since` lets in, and when the
   * first of them did; the database's wall clock
   */
  late: { before: string; entered: number; oldest: string | null };
  /** the entered ones by funnel */
  entered: Record<FunnelType, number>;
  purchases: {
    lookedAt: number;
    outcomes: Record<PurchaseOutcome, number>;
    /** entries marked as bought; one payment can close several, several payments one */
    entriesMarked: number;
  };
  /** true when a signal ended the run before everything was looked at */
  interrupted: boolean;
}

/** A result with nothing counted yet. */
export function emptyResult(dryRun: boolean): SyncResult {
  return {
    dryRun,
    window: { from: '', to: '' },
    lookedAt: 0,
    remaining: 0,
    older: 0,
    outcomes: zeros(outcomes),
    late: { before: '', entered: 0, oldest: null },
    entered: { language: 0, non_language: 0 },
    purchases: { lookedAt: 0, outcomes: zeros(purchaseOutcomes), entriesMarked: 0 },
    interrupted: false,
  };
}

function zeros<Key extends string>(keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;
}
