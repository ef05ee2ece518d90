import type { BuyerEntry } from './buyer-entries.ts';

/** What an entry becomes by the payments of its person. */
export interface Settled {
  entry: BuyerEntry;
  isBought: 0 | 1;
  boughtAt: string | null;
  isRefunded: 0 | 1;
  paidBeforeAt: string | null;
  /** the date of the purchase that Brevo is to be told; null when it need not be */
  tell: string | null;
  /** what that is, for the counters; both when a payment lies before the entry and another one after it */
  isMarked: boolean;
  isRestored: boolean;
  isPaidBefore: boolean;
  isWithdrawn: boolean;
}

/**
 * What payments that were just taken in make of an entry: bought when paid at or after entering; out of the mails, but no
 * conversion, when paid from the finish of the test on and before entering. One that was refunded is bought again; Brevo
 * is told only what it has not been told. Null when nothing changes.
 */
export function settleMatched(entry: BuyerEntry): Settled | null {
  const { firstAfter, firstBetween, boughtAt } = entry;
  const isPaidBefore = entry.paidBeforeAt === null && firstBetween !== null;
  const becomesBought = isOpen(entry) && firstAfter !== null;
  if (!becomesBought && !isPaidBefore) return null;
  const isRestored = becomesBought && entry.isBought === 1 && boughtAt === firstAfter;
  const isMarked = becomesBought && !isRestored;
  return {
    ...unchanged(entry),
    ...(becomesBought && { isBought: 1, boughtAt: firstAfter, isRefunded: 0 }),
    paidBeforeAt: entry.paidBeforeAt ?? firstBetween,
    tell: isMarked ? firstAfter : isPaidBefore && entry.isBought === 0 ? firstBetween : null,
    isMarked,
    isRestored,
    isPaidBefore,
  };
}

/**
 * What is left of an entry when payments of its person were taken back or turned out to be other ones: refunded when no
 * payment is left that counts for it, else dated by the earliest that is. `firstCopy` is when the first of them was paid;
 * what was bought before that rests on something else, which the site may have archived long ago. Brevo is told nothing.
 * Null when nothing changes.
 */
export function settleWithdrawn(entry: BuyerEntry, firstCopy: string): Settled | null {
  const { firstAfter, firstBetween, paidBeforeAt, boughtAt } = entry;
  const restsOnOthers = boughtAt !== null && boughtAt < firstCopy;
  const counts = entry.isBought === 1 && entry.refundedAt === null && !restsOnOthers;
  const isWithdrawn = counts && firstAfter === null;
  const isRedated = counts && firstAfter !== null && firstAfter !== entry.boughtAt;
  const isOther = paidBeforeAt !== null && paidBeforeAt !== firstBetween;
  if (!isWithdrawn && !isRedated && !isOther) return null;
  return {
    ...unchanged(entry),
    ...(isWithdrawn && { isRefunded: 1 }),
    ...(isRedated && { boughtAt: firstAfter }),
    ...(isOther && { paidBeforeAt: firstBetween }),
    isWithdrawn: isWithdrawn || (paidBeforeAt !== null && firstBetween === null),
  };
}

/** Whether a payment would make the entry a bought one. */
export function isOpen({ isBought, refundedAt }: BuyerEntry): boolean {
  return isBought === 0 || refundedAt !== null;
}

function unchanged(entry: BuyerEntry): Settled {
  const { isBought, boughtAt, refundedAt, paidBeforeAt } = entry;
  const isRefunded = refundedAt === null ? 0 : 1;
  const nothing = { tell: null, isMarked: false, isRestored: false, isPaidBefore: false, isWithdrawn: false };
  return { entry, isBought, boughtAt, isRefunded, paidBeforeAt, ...nothing };
}
