import { foldAddress } from '../../src/funnel/address.ts';

/** A small world as somebody would tell it: hours count upwards, a run happens after hour 100. */
export interface World {
  finishes: { email: string; test: number; hour: number }[];
  payments: { email: string; type: 1 | 2; hour: number; isPaid: boolean }[];
  /** entries made by earlier runs, at most one per person, funnel and test */
  entries: { email: string; test: number; funnel: Funnel; hour: number; finish: number }[];
}

type Funnel = 'language' | 'non_language';
interface ModelEntry {
  person: string;
  funnel: Funnel;
  test: number;
  boughtAt: number | null;
  paidBeforeAt: number | null;
}

const languageTests = [5, 6];
const otherTests = [7];

interface Person {
  person: string;
  funnel: Funnel;
  hour: number;
}
type Entered = Person & ModelEntry & { finish: number; isNew: boolean };
type Counts = Record<string, number>;

/** Entries and outcomes after one run, told without SQL: one thing after another, each by the rules of the design. */
export function expectedAfterRun(world: World): { entries: ModelEntry[]; outcomes: Counts; purchases: Counts } {
  const paid = world.payments
    .filter(({ isPaid }) => isPaid)
    .map(({ email, type, hour }): Person => ({ person: foldAddress(email), funnel: funnelOfType(type), hour }));
  const entries = world.entries.map(
    ({ email, ...rest }): Entered => ({
      ...rest,
      person: foldAddress(email),
      boughtAt: null,
      paidBeforeAt: null,
      isNew: false,
    }),
  );
  const outcomes: Counts = {};
  const purchases: Counts = {};
  // A stable sort: those of one hour stay in the order of their rows.
  for (const { email, test, hour } of world.finishes.toSorted((a, b) => a.hour - b.hour)) {
    const funnel: Funnel = languageTests.includes(test) ? 'language' : 'non_language';
    const person = foldAddress(email);
    const outcome = outcomeOfFinish({ person, funnel, hour }, test, { ...world, entries, paid });
    count(outcomes, outcome);
    if (outcome === 'entered') {
      entries.push({ person, funnel, test, hour: 101, finish: hour, boughtAt: null, paidBeforeAt: null, isNew: true });
    }
  }
  for (const payment of paid) {
    const own = entries.filter((entry) => isSame(entry, payment));
    count(purchases, outcomeOfPayment(payment, own));
    for (const entry of own.filter(({ hour }) => hour <= payment.hour)) {
      entry.boughtAt = Math.min(payment.hour, entry.boughtAt ?? payment.hour);
    }
    for (const entry of own.filter(({ hour, finish }) => finish <= payment.hour && payment.hour < hour)) {
      entry.paidBeforeAt = Math.min(payment.hour, entry.paidBeforeAt ?? payment.hour);
    }
  }
  const rows = entries.map(({ person, funnel, test, boughtAt, paidBeforeAt }) => {
    return { person, funnel, test, boughtAt, paidBeforeAt };
  });
  return { entries: rows, outcomes, purchases };
}

/** An entry without a test number stands for the tests its person had finished by then, and so for their repetitions. */
function isCovered(who: Person, test: number, { finishes, entries }: Pick<Known, 'finishes' | 'entries'>): boolean {
  return entries.some(
    (entry) =>
      isSame(entry, who) &&
      entry.test === 0 &&
      finishes.some((one) => foldAddress(one.email) === who.person && one.test === test && one.hour <= entry.hour),
  );
}

interface Known {
  finishes: World['finishes'];
  entries: readonly Entered[];
  paid: readonly Person[];
}

function outcomeOfFinish(who: Person, test: number, { finishes, entries, paid }: Known): string {
  if (who.person === '') return 'no_address';
  if (!who.person.includes('@')) return 'not_an_address';
  if (![...languageTests, ...otherTests].includes(test)) return 'no_such_test';
  const own = entries.filter((entry) => isSame(entry, who));
  const same = own.find((entry) => entry.test === test);
  if (same !== undefined) return same.isNew ? 'repeated_in_run' : 'already_in_funnel';
  if (isCovered(who, test, { finishes, entries })) return 'covered_by_older_entry';
  return paid.some((payment) => isSame(payment, who) && payment.hour >= who.hour) ? 'already_bought' : 'entered';
}

function outcomeOfPayment(payment: Person, own: readonly Entered[]): string {
  if (!payment.person.includes('@')) return 'no_usable_address';
  const reached = own.filter((entry) => entry.hour <= payment.hour);
  if (reached.some((entry) => entry.boughtAt === null)) return 'marked';
  if (reached.length > 0) return 'already_marked';
  if (own.some(({ finish }) => finish <= payment.hour)) return 'paid_before_entering';
  return own.length > 0 ? 'paid_before_finishing' : 'not_in_funnel';
}

function isSame(one: Person, other: Person): boolean {
  return one.person === other.person && one.funnel === other.funnel;
}

function count(counts: Counts, outcome: string): void {
  counts[outcome] = (counts[outcome] ?? 0) + 1;
}

function funnelOfType(type: 1 | 2): Funnel {
  return type === 1 ? 'language' : 'non_language';
}
