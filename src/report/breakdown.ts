import type { Session } from '../database/database.ts';
import { cutIntoBuckets, groupByBucket, rowsWanted } from './buckets.ts';
import { readGroupedFigures } from './figures.ts';
import { groupByRank, groupKinds, type RankedGroups, rankGroups } from './rank-groups.ts';
import type { ResolvedPeriod, ResolvedRequest } from './request.ts';
import type { Breakdown, Dimension, Group } from './result.ts';

const unknownLabels = { test: '(no test)', source: '(none)' } as const;

/** The figures of a period by day, week, month, test or source, in each for every one of `funnels`. */
export async function readBreakdown(
  session: Session,
  by: Dimension,
  { clock, period, outlying, funnels }: TimedPeriod & { funnels: readonly string[] },
): Promise<Breakdown> {
  const isRanked = by === 'test' || by === 'source';
  const { groups, of } = await (isRanked
    ? readRanked(session, by, period)
    : readInTime(session, by, { clock, period, outlying }));
  return {
    by,
    rows: groups.flatMap(({ place, group }) => funnels.map((funnel) => ({ group, funnel, ...of(place, funnel) }))),
  };
}

type TimedPeriod = Pick<ResolvedRequest, 'clock' | 'period' | 'outlying'>;

interface Placed {
  /** the key the figures are found by */
  place: string;
  group: Group;
}

async function readInTime(session: Session, by: 'day' | 'week' | 'month', { clock, period, outlying }: TimedPeriod) {
  const buckets = await cutIntoBuckets(session, by, { ...period, clock, outlying });
  const { keys, of } = await readGroupedFigures(session, period.scope, groupByBucket(buckets));
  const isRow = rowsWanted(buckets, keys);
  const groups = buckets.map(({ key, label, from, to, state, isPart, isOutlying }, index): Placed => {
    const group = {
      ...{ key, label: isPart ? `${label} (part)` : label, folded: 0, from: from.toString(), to: to.toString(), state },
      ...{ is_part: isPart, is_outlying: isOutlying },
    };
    return { place: String(index + 1), group };
  });
  return { groups: groups.filter((_, index) => isRow(index)), of };
}

async function readRanked(session: Session, by: 'test' | 'source', { scope }: ResolvedPeriod) {
  const ranked = await rankGroups(session, scope, by);
  const { keys, of } = await readGroupedFigures(session, scope, groupByRank(by, ranked.kept));
  return { groups: placesOf(by, ranked, keys), of };
}

/** The groups that were kept in their order, then the rest, then what was not recorded. */
function placesOf(by: 'test' | 'source', { kept, folded }: RankedGroups, keys: readonly string[]): Placed[] {
  const group = (key: string | null, label: string, among = 0): Group => {
    return {
      ...{ key, label, folded: among, from: null, to: null, state: null },
      ...{ is_part: false, is_outlying: false },
    };
  };
  const rest = { place: groupKinds.other, group: group(null, `other (${folded})`, folded) };
  const unknown = { place: groupKinds.unknown, group: group(null, unknownLabels[by]) };
  return [
    ...kept.map((key) => ({ place: `${groupKinds.own}${key}`, group: group(key, key) })),
    ...[rest, unknown].filter(({ place }) => keys.includes(place)),
  ];
}
