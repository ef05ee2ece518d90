import type { BuyerEntry } from './buyer-entries.ts';
import type { PurchaseOutcome, SyncResult } from './counts.ts';
import { type DryRunMemory, personOf } from './dry-run-memory.ts';
import { hasAddress, type Purchase } from './purchases.ts';
import { isOpen, type Settled } from './settle.ts';
import type { SyncOptions } from './sync.ts';

/** A page of purchases, the entries of their buyers as they stood before, and what they became. */
export interface PurchasePage {
  purchases: readonly Purchase[];
  entries: readonly BuyerEntry[];
  settled: readonly Settled[];
}

/**
 * Counts what becomes of purchases, page after page, as if each were looked at by itself in the order of the payments:
 * the first one marks the entries, those after it find them marked. So page sizes and the number of runs change nothing.
 */
export class PurchaseCounter {
  readonly #result: SyncResult['purchases'];
  readonly #memory: DryRunMemory;
  readonly #onPayment: SyncOptions['onPayment'];

  constructor(result: SyncResult['purchases'], memory: DryRunMemory, onPayment: SyncOptions['onPayment']) {
    this.#result = result;
    this.#memory = memory;
    this.#onPayment = onPayment;
  }

  add({ purchases, entries, settled }: PurchasePage): void {
    const entriesOf = Map.groupBy(entries, personOf);
    const marked = new Set<BuyerEntry>();
    for (const purchase of purchases) {
      // Without an address: those are counted whenever they are read.
      if (!hasAddress(purchase)) continue;
      const own = entriesOf.get(personOf(purchase)) ?? [];
      const outcome = this.#outcomeOf(purchase, own, marked);
      for (const entry of own) if (entry.enteredAt <= purchase.paidAt) marked.add(entry);
      this.#result.lookedAt += 1;
      this.#result.outcomes[outcome] += 1;
      const { paymentId, paidAt, funnelType: funnel, email } = purchase;
      this.#onPayment?.({ paymentId, paidAt, funnel, email, outcome, detail: null });
    }
    for (const { isMarked, isRestored, isPaidBefore } of settled) {
      if (isMarked) this.#result.entriesMarked += 1;
      if (isRestored) this.#result.entriesRestored += 1;
      if (isPaidBefore) this.#result.entriesPaidBefore += 1;
    }
  }

  #outcomeOf(purchase: Purchase, own: readonly BuyerEntry[], marked: ReadonlySet<BuyerEntry>): PurchaseOutcome {
    const reached = own.filter(({ enteredAt }) => enteredAt <= purchase.paidAt);
    if (reached.some((entry) => isOpen(entry) && !marked.has(entry))) return 'marked';
    if (reached.length > 0) return 'already_marked';
    if (own.some(({ finishedAt }) => finishedAt <= purchase.paidAt)) return 'paid_before_entering';
    return own.length > 0 || this.#memory.wouldHaveEntered(purchase) ? 'paid_before_finishing' : 'not_in_funnel';
  }
}
