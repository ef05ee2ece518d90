import type { PurchaseOutcome, SyncResult } from './counts.ts';
import { type DryRunMemory, personOf } from './dry-run-memory.ts';
import type { OpenEntry, Purchase, PurchaseStanding } from './purchases.ts';

/** What the tables say about a page of purchases, asked before anything is marked. */
export interface PurchasePage {
  purchases: readonly Purchase[];
  standings: readonly PurchaseStanding[];
  /** the open entries that the purchases of this page qualify for */
  openEntries: readonly OpenEntry[];
}

/**
 * Counts what becomes of purchases, page after page, as if each were looked at by itself in the order of the payments:
 * the first one marks the entries, those after it find them marked. So page sizes and the number of runs change nothing.
 */
export class PurchaseCounter {
  readonly #result: SyncResult['purchases'];
  readonly #memory: DryRunMemory;
  readonly #marked = new Set<string>();

  constructor(result: SyncResult['purchases'], memory: DryRunMemory) {
    this.#result = result;
    this.#memory = memory;
  }

  add({ purchases, standings, openEntries }: PurchasePage): void {
    const standingOf = new Map(standings.map((standing) => [String(standing.paymentId), standing]));
    const entriesOf = Map.groupBy(openEntries, personOf);
    for (const purchase of purchases) {
      const entries = (entriesOf.get(personOf(purchase)) ?? []).filter(({ enteredAt }) => enteredAt <= purchase.paidAt);
      const open = entries.map(({ entryId }) => String(entryId)).filter((id) => !this.#marked.has(id));
      for (const id of open) this.#marked.add(id);
      this.#result.entriesMarked += open.length;
      this.#result.lookedAt += 1;
      const standing = standingOf.get(String(purchase.paymentId));
      const outcome = open.length > 0 ? 'marked' : this.#outcomeOf(purchase, standing, entries.length > 0);
      this.#result.outcomes[outcome] += 1;
    }
  }

  #outcomeOf(purchase: Purchase, standing: PurchaseStanding | undefined, isMarkedByThisRun: boolean): PurchaseOutcome {
    if (purchase.email === '') return 'no_usable_address';
    if (isMarkedByThisRun || standing?.isMarked === 1) return 'already_marked';
    const isEntered = standing?.isEntered === 1 || this.#memory.wouldHaveEntered(purchase);
    return isEntered ? 'paid_before_entering' : 'not_in_funnel';
  }
}
