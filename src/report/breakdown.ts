import type { Session } from '../database/database.ts';
import { cutIntoBuckets, groupByBucket } from './buckets.ts';
import type { ReportClock } from './clock.ts';
import { readGroupedFigures } from './figures.ts';
import { groupByRank, groupKinds, type RankedGroups, rankGroups } from './rank-groups.ts';
import type { ResolvedPeriod } from './request.ts';
import type { Breakdown, Dimension, Group } from './result.ts';

const unknownLabels = { test: '(no test)', source: '(none)' } as const;

/** The figures of a period by day, week, month, test or source, in each for every one of `funnels`. */
export async function readBreakdown(
  session: Session,
  by: Dimension,
  { clock, period, funnels }: { clock: ReportClock; period: ResolvedPeriod; funnels: readonly string[] },
): Promise<Breakdown> {
  const isRanked = by === 'test' || by === 'source';
  const { groups, of } = await (isRanked
    ? readRanked(session, by, period)
    : readInTime(session, by, { ...period, clock }));
  return {
    by,
    rows: groups.flatMap(({ place, group }) => funnels.map((funnel) => ({ group, funnel, ...of(place, funnel) }))),
  };
}

interface Placed {
  /** the key the figures are found by */
  place: string;
  group: Group;
}

async function readInTime(
  session: Session,
  by: 'day' | 'week' | 'month',
  period: ResolvedPeriod & { clock: ReportClock },
) {
  const buckets = await cutIntoBuckets(session, by, period);
  const { of } = await readGroupedFigures(session, period.scope, groupByBucket(buckets));
  const groups = buckets.map(({ key, from, to, state }, index): Placed => {
    const group = { key, label: key, folded: 0, from: from.toString(), to: to.toString(), state };
    return { place: String(index + 1), group };
  });
  return { groups, of };
}

async function readRanked(session: Session, by: 'test' | 'source', { scope }: ResolvedPeriod) {
  const ranked = await rankGroups(session, scope, by);
  const { keys, of } = await readGroupedFigures(session, scope, groupByRank(by, ranked.kept));
  return { groups: placesOf(by, ranked, keys), of };
}

/** The groups that were kept in their order, then the rest, then what was not recorded. */
function placesOf(by: 'test' | 'source', { kept, folded }: RankedGroups, keys: readonly string[]): Placed[] {
  const group = (key: string | null, label: string, among = 0): Group => {
    return { key, label, folded: among, from: null, to: null, state: null };
  };
  const rest = { place: groupKinds.other, group: group(null, `other (${folded})`, folded) };
  const unknown = { place: groupKinds.unknown, group: group(null, unknownLabels[by]) };
  return [
    ...kept.map((key) => ({ place: `${groupKinds.own}${key}`, group: group(key, key) })),
    ...[rest, unknown].filter(({ place }) => keys.includes(place)),
  ];
}
