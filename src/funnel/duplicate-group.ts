import type { Id } from '../database/database.ts';
import { foldAddress } from './address.ts';
import type { EntryRow } from './duplicate-rows.ts';
import { spellingReasons } from './spelling-reasons.ts';

/** Entries that share address, funnel and test (analytics guide, 1.2). Dates as the database holds them. */
export interface DuplicateGroup {
  /** as it is stored, or in its normal form when it is stored in several spellings */
  email: string;
  /** the spellings in which it is stored */
  writtenAs: string[];
  funnelType: string;
  /** 0 stands for "not recorded", which the predecessor wrote as NULL */
  testId: Id;
  count: number;
  lowestId: Id;
  highestId: Id;
  firstEnteredAt: string;
  lastEnteredAt: string;
  /** why they could be entered side by side: `exact`, `no test number`, or how the spellings differ */
  why: string[];
  /** the entry to keep: the earliest, of several the one with the lowest id */
  keepId: Id;
  removeIds: Id[];
  /** the entry whose purchase has to move to the kept one, or null when that has the right one or nobody bought */
  purchaseFromId: Id | null;
}

/** Orders by id; the two may be digits beyond 2^53. */
export function compareIds(one: Id, other: Id): number {
  const difference = BigInt(one) - BigInt(other);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

interface Member {
  id: Id;
  enteredAt: string;
}

/** Takes in the entries of one group one by one; of each it keeps little more than the id. */
export class GroupBuilder {
  readonly #of: { funnelType: string; testId: Id };
  readonly #spellings = new Map<string, Id>();
  readonly #ids: Id[] = [];
  readonly #purchases: { id: Id; at: string | null }[] = [];
  #earliest: Member;
  #lastEnteredAt: string;

  constructor(first: EntryRow) {
    this.#of = { funnelType: first.funnelType, testId: first.testId };
    this.#earliest = first;
    this.#lastEnteredAt = first.enteredAt;
    this.add(first);
  }

  get count(): number {
    return this.#ids.length;
  }

  add({ id, email, enteredAt, purchased, purchasedAt }: EntryRow): void {
    this.#ids.push(id);
    const known = this.#spellings.get(email);
    if (known === undefined || compareIds(id, known) < 0) this.#spellings.set(email, id);
    if (isBefore({ id, enteredAt }, this.#earliest)) this.#earliest = { id, enteredAt };
    if (enteredAt > this.#lastEnteredAt) this.#lastEnteredAt = enteredAt;
    if (Number(purchased) !== 0) this.#purchases.push({ id, at: purchasedAt });
  }

  group(): DuplicateGroup {
    const ids = this.#ids.toSorted(compareIds);
    const writtenAs = [...this.#spellings].sort(([, a], [, b]) => compareIds(a, b)).map(([spelling]) => spelling);
    const [spelling = ''] = writtenAs;
    const isOne = writtenAs.length === 1;
    const { id: keepId, enteredAt: firstEnteredAt } = this.#earliest;
    return {
      email: isOne ? spelling : foldAddress(spelling),
      writtenAs,
      ...this.#of,
      count: ids.length,
      lowestId: ids[0] ?? keepId,
      highestId: ids.at(-1) ?? keepId,
      firstEnteredAt,
      lastEnteredAt: this.#lastEnteredAt,
      why: isOne ? [String(this.#of.testId) === '0' ? 'no test number' : 'exact'] : spellingReasons(writtenAs),
      keepId,
      removeIds: ids.filter((id) => id !== keepId),
      purchaseFromId: this.#purchaseFor(keepId, firstEnteredAt),
    };
  }

  /** The first purchase at or after the entry that is kept; one without such a date only when there is no other. */
  #purchaseFor(keepId: Id, enteredAt: string): Id | null {
    const rank = ({ at }: { at: string | null }): number => (at === null ? 2 : at < enteredAt ? 1 : 0);
    const [best] = this.#purchases.toSorted(
      (a, b) =>
        rank(a) - rank(b) || compareTexts(a.at ?? '', b.at ?? '') || Number(b.id === keepId) - Number(a.id === keepId),
    );
    return best === undefined || best.id === keepId ? null : best.id;
  }
}

function isBefore(one: Member, other: Member): boolean {
  return one.enteredAt === other.enteredAt ? compareIds(one.id, other.id) < 0 : one.enteredAt < other.enteredAt;
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
