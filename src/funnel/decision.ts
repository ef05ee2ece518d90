import type { Id } from '../database/database.ts';
import type { CandidateOutcome } from './candidate.ts';
import type { PurchaseOutcome, UnpaidOutcome } from './counts.ts';
import type { FunnelType } from './funnel-type.ts';

/** What a run decided about one finished test, for `--explain`. */
export interface Decision {
  /** the row of the site's finished tests */
  resultId: Id;
  /** as the site has it: null or a zero date where it was not recorded */
  finishedAt: string | null;
  testId: Id | null;
  /** null where the row did not get as far as a funnel */
  funnel: FunnelType | null;
  /** in its normal form, or as it was written when it is no address */
  email: string | null;
  /** the last two are those of results that are in no window */
  outcome: CandidateOutcome | 'no_date' | 'dated_ahead';
  /** which rule an address breaks, what the database said, … */
  detail: string | null;
}

/** What a run decided about one payment of the site, for `--explain`; those that are as recorded are not told one by one. */
export interface PaymentDecision {
  paymentId: Id;
  /** as the site has it: null or a zero date where it was not recorded */
  paidAt: string | null;
  funnel: FunnelType | null;
  /** in its normal form, or as it was written when it is no address */
  email: string | null;
  outcome: PurchaseOutcome | UnpaidOutcome;
  /** which rule an address breaks, … */
  detail: string | null;
}
