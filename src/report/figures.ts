import type { Session } from '../database/database.ts';
import { funnelTypes } from '../funnel/funnel-type.ts';
import { type BuyingTimes, noTimes, readAllBuyingTimes, readBuyingTimes } from './buying-times.ts';
import { type EntryCounts, readBoughtCounts, readEntryCounts } from './count-entries.ts';
import { type PeopleCount, readAllPeople, readPeopleCounts } from './count-people.ts';
import { share, wilson } from './intervals.ts';
import type { Figures, FunnelRow, TimeToBuy } from './result.ts';
import { type Grouping, type Scope, ungrouped } from './scope.ts';

type Counts = Omit<EntryCounts, 'grp' | 'funnel'>;

const nobody: Counts = {
  entries: 0,
  purchased: 0,
  undatable: 0,
  settledEntries: 0,
  settledPurchased: 0,
  open: 0,
  refunded: 0,
  paidBefore: 0,
  ahead: 0,
};

/** The figures of a period: by funnel, and of all funnels together. */
export interface PeriodFigures {
  rows: FunnelRow[];
  totals: Figures;
  /** entries whose purchase is dated ahead of the clock */
  purchasedAhead: number;
}

/** The figures that need no more than one bare count. */
export type CountedFigures = Pick<Figures, 'entries' | 'purchased' | 'conversion'>;

/** Those of a period. */
export interface CountedPeriod {
  rows: (CountedFigures & { funnel: string })[];
  totals: CountedFigures;
  /** entries whose purchase is dated ahead of the clock */
  purchasedAhead: number;
}

/** The figures of groups: `of(key, funnel)` is there for every funnel, with zeros where nobody entered. */
export interface GroupedFigures {
  keys: string[];
  of: (key: string, funnel: string) => Figures;
}

/** Reads the figures of a scope. With a funnel in the scope there is that one row. */
export async function readFigures(session: Session, scope: Scope): Promise<PeriodFigures> {
  const counts = await readEntryCounts(session, scope, ungrouped);
  const people = await readPeopleCounts(session, scope, ungrouped);
  const times = await readBuyingTimes(session, scope, ungrouped);
  const names = funnelsOf(counts, scope);
  const find = finder(counts, people, times);
  const sum = sumOf(counts);
  const allTimes = times.length > 1 ? await readAllBuyingTimes(session, scope) : (times[0]?.times ?? noTimes);
  const everybody = names.length === 1 ? (people[0]?.people ?? 0) : await readAllPeople(session, scope, ungrouped);
  return {
    rows: names.map((funnel) => ({ funnel, ...find('', funnel) })),
    totals: toFigures(sum, everybody, allTimes),
    purchasedAhead: sum.ahead,
  };
}

/** Reads only those, for a report that shows no more. */
export async function readCountedFigures(session: Session, scope: Scope): Promise<CountedPeriod> {
  const counts = await readBoughtCounts(session, scope);
  const total = (key: 'entries' | 'purchased' | 'ahead'): number => counts.reduce((sum, row) => sum + row[key], 0);
  const figures = (entries: number, purchased: number): CountedFigures => {
    return { entries, purchased, conversion: share(purchased, entries) };
  };
  return {
    rows: funnelsOf(counts, scope).map((name) => {
      const { entries, purchased } = counts.find(({ funnel }) => funnel === name) ?? nobody;
      return { funnel: name, ...figures(entries, purchased) };
    }),
    totals: figures(total('entries'), total('purchased')),
    purchasedAhead: total('ahead'),
  };
}

/** Reads the figures of a scope by group and funnel. */
export async function readGroupedFigures(session: Session, scope: Scope, grouping: Grouping): Promise<GroupedFigures> {
  const counts = await readEntryCounts(session, scope, grouping);
  const people = await readPeopleCounts(session, scope, grouping);
  const times = await readBuyingTimes(session, scope, grouping);
  return {
    keys: [...new Set(counts.map(({ grp }) => String(grp)))],
    of: finder(counts, people, times),
  };
}

/** The figures of nobody. */
export const noFigures: Figures = toFigures(nobody, 0, noTimes);

/** The funnel of the scope, or else every one that there is or should be. */
function funnelsOf(counts: readonly Pick<EntryCounts, 'funnel'>[], { funnel: only }: Scope): string[] {
  if (only !== '') return [only];
  return [...new Set<string>([...funnelTypes, ...counts.map(({ funnel }) => funnel).toSorted()])];
}

function sumOf(counts: readonly EntryCounts[]): Counts {
  return Object.fromEntries(
    Object.keys(nobody).map((key) => [key, counts.reduce((total, row) => total + row[key as keyof Counts], 0)]),
  ) as unknown as Counts;
}

function finder(
  counts: readonly EntryCounts[],
  people: readonly PeopleCount[],
  times: readonly BuyingTimes[],
): (key: string, funnel: string) => Figures {
  const place = ({ grp, funnel }: { grp: string; funnel: string }): string => JSON.stringify([String(grp), funnel]);
  const countsAt = new Map(counts.map((row) => [place(row), row]));
  const peopleAt = new Map(people.map((row) => [place(row), row.people]));
  const timesAt = new Map(times.map((row) => [place(row), row.times]));
  return (grp, funnel) => {
    const at = place({ grp, funnel });
    return toFigures(countsAt.get(at) ?? nobody, peopleAt.get(at) ?? 0, timesAt.get(at) ?? noTimes);
  };
}

function toFigures(counts: Counts, people: number, times: TimeToBuy): Figures {
  const { entries, purchased, settledEntries, settledPurchased, open, undatable, refunded, paidBefore } = counts;
  return {
    entries,
    people,
    purchased,
    conversion: share(purchased, entries),
    likely: wilson(purchased, entries),
    settled: {
      entries: settledEntries,
      purchased: settledPurchased,
      rate: share(settledPurchased, settledEntries),
      likely: wilson(settledPurchased, settledEntries),
    },
    open,
    lapsed: entries - purchased - open - refunded - paidBefore,
    refunded,
    paid_before_entering: paidBefore,
    undatable,
    time_to_buy: times,
  };
}
