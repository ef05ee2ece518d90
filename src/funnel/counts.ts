import type { CandidateOutcome } from './candidate.ts';
import { outcomes } from './candidate.ts';
import type { FunnelType } from './funnel-type.ts';

/** What became of the site's paid certificates that are not as recorded earlier. Every one gets exactly one of these. */
export const purchaseOutcomes = [
  'marked',
  'already_marked',
  'paid_before_entering',
  'paid_before_finishing',
  'not_in_funnel',
  'no_usable_address',
  'no_result',
  'no_buyer',
  'no_test',
  'other_type',
  'no_date',
  'dated_ahead',
] as const;

/** What became of recorded payments that the site no longer calls paid; they are none of those above. */
export const unpaidOutcomes = ['refunded', 'vanished', 'unpaid_but_kept'] as const;

export type UnpaidOutcome = (typeof unpaidOutcomes)[number];

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
  /** results of no window: without a date, or dated ahead of the database's clock, the last of them at `latest` */
  oddDates: { no_date: number; dated_ahead: number; latest: string | null };
  /** the entered ones by funnel */
  entered: Record<FunnelType, number>;
  purchases: {
    /** paid certificates that an earlier run has dealt with, and that are still as it found them */
    recordedEarlier: number;
    /** all others */
    lookedAt: number;
    outcomes: Record<PurchaseOutcome, number>;
    /** entries marked as bought; one payment can close several, several payments one */
    entriesMarked: number;
    /** entries whose person paid from the finish of the test on and before entering: out of the mails, no conversion */
    entriesPaidBefore: number;
    /** recorded payments that the site no longer calls paid */
    unpaid: Record<UnpaidOutcome, number>;
    /** entries that are no longer counted as bought, or as paid before entering, because their payment was taken back */
    entriesWithdrawn: number;
    /** and those that are counted again, because it was paid after all */
    entriesRestored: number;
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
    oddDates: { no_date: 0, dated_ahead: 0, latest: null },
    entered: { language: 0, non_language: 0 },
    purchases: {
      recordedEarlier: 0,
      lookedAt: 0,
      outcomes: zeros(purchaseOutcomes),
      entriesMarked: 0,
      entriesPaidBefore: 0,
      unpaid: zeros(unpaidOutcomes),
      entriesWithdrawn: 0,
      entriesRestored: 0,
    },
    interrupted: false,
  };
}

function zeros<Key extends string>(keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;
}
