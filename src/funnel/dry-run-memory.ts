import type { Candidate } from './candidate.ts';
import type { FunnelType } from './funnel-type.ts';
import type { Purchase } from './purchases.ts';

/** What a dry run may not write and so has to remember; a real run finds it in the tables. */
export class DryRunMemory {
  readonly purchases: Purchase[] = [];
  readonly #lastPaidAt = new Map<string, string>();
  readonly #entered = new Set<string>();

  addPurchases(purchases: readonly Purchase[]): void {
    for (const purchase of purchases) {
      this.purchases.push(purchase);
      const person = personOf(purchase);
      const last = this.#lastPaidAt.get(person);
      if (last === undefined || last < purchase.paidAt) this.#lastPaidAt.set(person, purchase.paidAt);
    }
  }

  /** Whether the candidate paid for this kind of certificate at or after finishing the test. */
  hasBoughtSince(candidate: Candidate): boolean {
    const last = this.#lastPaidAt.get(personOf(candidate));
    return last !== undefined && last >= candidate.finishedAt;
  }

  addEntry(candidate: Candidate): void {
    this.#entered.add(personOf(candidate));
  }

  /** Whether this run would have entered the buyer, which then counts as entered after paying. */
  wouldHaveEntered(purchase: Purchase): boolean {
    return this.#entered.has(personOf(purchase));
  }
}

/** A person within one funnel, as one string. */
export function personOf({ email, funnelType }: { email: string; funnelType: FunnelType }): string {
  return `${funnelType} ${email}`;
}
