import type { Id } from '../database/database.ts';
import type { BuyerEntry } from './buyer-entries.ts';
import type { Candidate } from './candidate.ts';
import { hasAddress, type Person, type Purchase } from './purchases.ts';
import type { Settled } from './settle.ts';

/** What a dry run may not write and so has to remember; a real run finds it in the tables. */
export class DryRunMemory {
  /** new payments, and those whose copy the site has corrected: what a real run would go on to match */
  readonly purchases: Purchase[] = [];
  readonly #paidAt = new Map<string, string[]>();
  readonly #withdrawn = new Map<string, Id[]>();
  /** the last payment in the tables that still counts, of those who have a withdrawn one there */
  readonly #lastLeft = new Map<string, string | null>();
  readonly #entered = new Set<string>();
  readonly #entries = new Map<string, Settled>();

  addPurchases(purchases: readonly Purchase[]): void {
    for (const purchase of purchases) {
      if (!hasAddress(purchase)) continue;
      this.purchases.push(purchase);
      append(this.#paidAt, personOf(purchase), purchase.paidAt);
    }
  }

  /** Copies in the tables that count no more, or not as they stand there. */
  withdraw(copies: readonly Purchase[]): void {
    for (const copy of copies) append(this.#withdrawn, personOf(copy), copy.paymentId);
  }

  /** The withdrawn copies of these people. */
  withdrawnOf(persons: readonly Person[]): Id[] {
    return [...new Set(persons.map(personOf))].flatMap((person) => this.#withdrawn.get(person) ?? []);
  }

  /** All withdrawn copies. */
  get withdrawn(): Id[] {
    return [...this.#withdrawn.values()].flat();
  }

  /** Everybody who has a withdrawn copy. */
  get withdrawnPersons(): Person[] {
    return [...this.#withdrawn.keys()].map((key) => {
      const at = key.indexOf(' ');
      return { funnelType: key.slice(0, at) as Person['funnelType'], email: key.slice(at + 1) };
    });
  }

  /** When somebody with withdrawn copies last paid, by the others in the tables. */
  setLastLeft(person: Person, paidAt: string | null): void {
    this.#lastLeft.set(personOf(person), paidAt);
  }

  /** Whether the candidate paid for this kind of certificate at or after finishing the test; `inTables` is what they say. */
  hasBoughtSince(candidate: Candidate, inTables: boolean): boolean {
    const person = personOf(candidate);
    const left = this.#lastLeft.get(person);
    const stillInTables = left === undefined ? inTables : left !== null && left >= candidate.finishedAt;
    return stillInTables || (this.#paidAt.get(person) ?? []).some((paidAt) => paidAt >= candidate.finishedAt);
  }

  addEntry(candidate: Candidate): void {
    this.#entered.add(personOf(candidate));
  }

  /** Whether this run would have entered the buyer, who then paid before finishing: else there would be no entry. */
  wouldHaveEntered(purchase: Purchase): boolean {
    return this.#entered.has(personOf(purchase));
  }

  /** What a real run would have written by now to an entry's row. */
  addSettled(settled: readonly Settled[]): void {
    for (const one of settled) this.#entries.set(String(one.entry.entryId), one);
  }

  /** An entry as a real run would find it now, with the payments that are only here. */
  asWouldBe(entry: BuyerEntry): BuyerEntry {
    const settled = this.#entries.get(String(entry.entryId));
    const here = this.#paidAt.get(personOf(entry)) ?? [];
    const { enteredAt, finishedAt } = entry;
    return {
      ...entry,
      ...(settled !== undefined && {
        isBought: settled.isBought,
        boughtAt: settled.boughtAt,
        refundedAt: settled.isRefunded === 0 ? null : (entry.refundedAt ?? enteredAt),
        paidBeforeAt: settled.paidBeforeAt,
      }),
      firstAfter: earliest([entry.firstAfter, ...here.filter((paidAt) => paidAt >= enteredAt)]),
      firstBetween: earliest([
        entry.firstBetween,
        ...here.filter((paidAt) => paidAt >= finishedAt && paidAt < enteredAt),
      ]),
    };
  }
}

/** A person within one funnel, as one string. */
export function personOf({ email, funnelType }: Person): string {
  return `${funnelType} ${email}`;
}

function append<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

function earliest(moments: readonly (string | null)[]): string | null {
  return moments.reduce((first, moment) => {
    return moment !== null && (first === null || moment < first) ? moment : first;
  }, null);
}
