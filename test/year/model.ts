import {
  type Contact,
  day,
  deliver,
  type Entry,
  type FunnelName,
  funnelOf,
  type Job,
  type Result,
  type Time,
  type World,
} from './world.ts';

/** What the program remembers of a payment. */
interface Copy {
  id: number;
  /** '' while there is no usable address */
  person: string;
  funnel: FunnelName;
  at: Time;
  isRevoked: boolean;
  isMatched: boolean;
}

type Person = Pick<Copy, 'person' | 'funnel'>;
export type FinishOutcome =
  | 'entered'
  | 'already_in_funnel'
  | 'repeated_in_run'
  | 'entered_otherwise'
  | 'covered_by_older_entry'
  | 'already_bought'
  | 'not_an_address'
  | OddDate;
/** What is in no window, and so in none of the counters of the finished tests looked at. */
export type OddDate = 'no_date' | 'dated_ahead';

/** What `sync` and `drain-outbox` have made of the site, by the rules of the design and without SQL. */
export class Model {
  entries: Entry[] = [];
  /** not delivered yet, oldest first */
  waiting: Job[] = [];
  /** the payments that the last run no longer found paid, by number */
  unpaid: number[] = [];
  readonly contacts: Map<string, Contact>;
  readonly #copies = new Map<number, Copy>();
  /** the tests that each entry without one stands for, by its number; null until the first run has looked */
  #covered: Map<number, Set<number>> | null = null;

  constructor(contacts: Map<string, Contact>) {
    this.contacts = contacts;
  }

  /** One run; returns what became of each finished test that is not older than the look-back, by its number. */
  sync(now: Time, world: World): Map<number, FinishOutcome> {
    this.#takeIn(now, world);
    const outcomes = this.#enterAll(now, world);
    this.#match();
    return outcomes;
  }

  drain(): void {
    for (const job of this.waiting) deliver(this.contacts, job);
    this.waiting = [];
  }

  #takeIn(now: Time, { payments }: World): void {
    const corrected: Copy[] = [];
    for (const { id, status, at, funnel, address } of payments) {
      const copy = this.#copies.get(id);
      if (status !== 2 || at > now) continue;
      // What was usable once stands until it is again.
      if (!address.isUsable && copy !== undefined) continue;
      const person = address.isUsable ? address.person : '';
      if (copy !== undefined && !copy.isRevoked && isSame(copy, { person, funnel }) && copy.at === at) continue;
      this.#copies.set(id, { id, person, funnel, at, isRevoked: false, isMatched: false });
      if (copy !== undefined) corrected.push(copy);
    }
    for (const copy of corrected) this.#withdraw(copy);
    const unpaid = payments
      .filter(({ status }) => status !== 2)
      .flatMap(({ id }) => this.#copies.get(id) ?? [])
      .filter(({ isRevoked }) => !isRevoked);
    this.unpaid = unpaid.map(({ id }) => id);
    for (const copy of unpaid) copy.isRevoked = true;
    for (const copy of unpaid) this.#withdraw(copy);
  }

  /** The earliest payment that counts in this span, which excludes its end. */
  #firstPaid(entry: Person, from: Time, to: Time = Number.POSITIVE_INFINITY): Time | null {
    const dates = [...this.#copies.values()]
      .filter((copy) => isSame(copy, entry) && !copy.isRevoked && copy.at >= from && copy.at < to)
      .map(({ at }) => at);
    return dates.length === 0 ? null : Math.min(...dates);
  }

  #withdraw(person: Person): void {
    for (const entry of this.entries.filter((each) => isSame(each, person))) {
      const after = this.#firstPaid(entry, entry.enteredAt);
      if (entry.isBought && !entry.isRefunded) {
        if (after === null) entry.isRefunded = true;
        else entry.boughtAt = after;
      }
      if (entry.paidBeforeAt !== null) entry.paidBeforeAt = this.#firstPaid(entry, entry.finishedAt, entry.enteredAt);
    }
  }

  #enterAll(now: Time, world: World): Map<number, FinishOutcome> {
    const outcomes = new Map<number, FinishOutcome>();
    for (const { id, at } of world.results) {
      if (typeof at !== 'number') outcomes.set(id, 'no_date');
      else if (at > now) outcomes.set(id, 'dated_ahead');
    }
    const finished = world.results.filter(isIn(now - 30 * day, now));
    finished.sort((a, b) => a.at - b.at || a.id - b.id);
    const newest = this.entries.at(-1)?.id ?? 0;
    const before = this.waiting.length;
    this.#covered ??= this.#coveredTests(world);
    for (const result of finished) {
      const { person } = result.address;
      const who = { person, funnel: funnelOf(world, result.test) };
      const outcome = this.#outcomeOf(result, who, newest);
      outcomes.set(result.id, outcome);
      if (outcome !== 'entered') continue;
      const times = { finishedAt: result.at, enteredAt: now, boughtAt: null, paidBeforeAt: null };
      const id = Math.max(0, ...this.entries.map((entry) => entry.id)) + 1;
      this.entries.push({
        id,
        ...who,
        test: result.test,
        resultId: result.id,
        ...times,
        isBought: false,
        isRefunded: false,
        enteringJobs: 1,
        purchaseJobs: 0,
      });
      this.waiting.push({ ...who, boughtAt: null });
    }
    const entered = this.waiting.slice(before);
    for (const job of entered) job.isTied = entered.some((it) => it.person === job.person && it.funnel !== job.funnel);
    return outcomes;
  }

  /** What each entry without a test stands for: the tests of its funnel that its person had finished by its end. */
  #coveredTests(world: World): Map<number, Set<number>> {
    const old = this.entries.filter(({ test }) => test === 0);
    return new Map(
      old.map((entry) => {
        const isTheirs = ({ id, address, test, at }: Result): boolean =>
          id === entry.resultId ||
          (address.isUsable &&
            isSame({ person: address.person, funnel: funnelOf(world, test) }, entry) &&
            typeof at === 'number' &&
            at <= (entry.coversUntil ?? entry.enteredAt));
        return [entry.id, new Set(world.results.filter(isTheirs).map(({ test }) => test))];
      }),
    );
  }

  #outcomeOf({ id, address, test, at }: Result & { at: Time }, who: Person, newest: number): FinishOutcome {
    if (!address.isUsable) return 'not_an_address';
    const own = this.entries.filter((entry) => isSame(entry, who));
    const same = own.find((entry) => entry.test === test);
    if (same !== undefined) return same.id > newest ? 'repeated_in_run' : 'already_in_funnel';
    const isOther = (entry: Entry): boolean => entry.resultId === id && !(entry.test === 0 && own.includes(entry));
    if (this.entries.some(isOther)) return 'entered_otherwise';
    const isCovering = (entry: Entry): boolean =>
      entry.test === 0 &&
      ((entry.coversUntil ?? entry.enteredAt) >= at || this.#covered?.get(entry.id)?.has(test) === true);
    if (own.some(isCovering)) return 'covered_by_older_entry';
    return this.#firstPaid(who, at) === null ? 'entered' : 'already_bought';
  }

  /** What new payments make of the entries of whoever paid. */
  #match(): void {
    const fresh = [...this.#copies.values()].filter(({ isMatched, isRevoked }) => !isMatched && !isRevoked);
    for (const entry of this.entries.filter((each) => fresh.some((copy) => isSame(each, copy)))) this.#settle(entry);
    for (const copy of fresh) copy.isMatched = true;
  }

  #settle(entry: Entry): void {
    const { enteredAt, finishedAt } = entry;
    const after = this.#firstPaid(entry, enteredAt);
    const between = entry.paidBeforeAt === null ? this.#firstPaid(entry, finishedAt, enteredAt) : null;
    const isKnown = entry.isBought;
    const becomesBought = after !== null && (!entry.isBought || entry.isRefunded);
    const isRestored = becomesBought && isKnown && entry.boughtAt === after;
    if (between !== null) entry.paidBeforeAt = between;
    if (becomesBought) Object.assign(entry, { isBought: true, boughtAt: after, isRefunded: false });
    if (becomesBought && !isRestored) this.#tell(entry, after);
    else if (between !== null && !isKnown) this.#tell(entry, between);
  }

  #tell(entry: Entry, boughtAt: Time): void {
    const { person, funnel } = entry;
    this.waiting.push({ person, funnel, boughtAt });
    entry.purchaseJobs += 1;
  }
}

function isSame(one: Person, other: Person): boolean {
  return one.person === other.person && one.funnel === other.funnel;
}

function isIn(from: Time, to: Time): (result: Result) => result is Result & { at: Time } {
  return (result): result is Result & { at: Time } =>
    typeof result.at === 'number' && result.at >= from && result.at <= to;
}
