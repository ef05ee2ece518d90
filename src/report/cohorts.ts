import type { Session } from '../database/database.ts';
import { funnelTypes } from '../funnel/funnel-type.ts';
import { cutIntoBuckets, groupByBucket, rowsWanted } from './buckets.ts';
import { type Moment, movedBy } from './clock.ts';
import { readCohortCounts } from './count-cohorts.ts';
import { share } from './intervals.ts';
import { oddDateWarnings } from './odd-date-words.ts';
import { findPurchasedAhead } from './odd-dates.ts';
import type { ResolvedRequest } from './request.ts';
import type { CohortCell, Cohorts } from './result.ts';

/** The ages at which cohorts are looked at, in days since entering. */
const ages = [0, 7, 14, 30, 60, 90];

/** The 24-hour periods of an age: what was bought on day 0 was bought within the first. */
function hoursOf(days: number): number {
  return 24 * Math.max(1, days);
}

/**
 * How many of those who entered in each month or week had bought after so many days. Reads only; to be called in one
 * transaction.
 */
export async function reportCohorts(
  session: Session,
  { request, clock, period, outlying, head }: ResolvedRequest,
  by: Cohorts['by'],
): Promise<Cohorts> {
  const buckets = await cutIntoBuckets(session, by, { ...period, clock, outlying });
  const limits = ages.map((days) => hoursOf(days) * 3600);
  const counts = await readCohortCounts(session, period.scope, groupByBucket(buckets), limits);
  const countsAt = new Map(counts.map((row) => [`${row.grp} ${row.funnel}`, row]));
  const others = counts.map(({ funnel }) => funnel).toSorted();
  const funnels = request.funnel === undefined ? [...new Set([...funnelTypes, ...others])] : [request.funnel];
  const isOver = (ends: Moment, days: number): boolean => movedBy(ends, { hours: hoursOf(days) }) <= clock.asOf;
  const isRow = rowsWanted(
    buckets,
    counts.map(({ grp }) => grp),
  );
  const rows = buckets.flatMap(({ label, from, to, ends, isPart, isOutlying }, index) =>
    (isRow(index) ? funnels : []).map((funnel) => {
      const found = countsAt.get(`${index + 1} ${funnel}`);
      const entries = found?.entries ?? 0;
      const cells = ages.map((days, column): CohortCell => {
        if (!isOver(ends, days)) return { days, purchased: null, rate: null };
        const purchased = found?.purchased[column] ?? 0;
        return { days, purchased, rate: share(purchased, entries) };
      });
      const undatable = found?.undatable ?? 0;
      return {
        ...{ cohort: label, from: from.toString(), to: to.toString(), is_part: isPart, is_outlying: isOutlying },
        ...{ funnel, entries, undatable, cells },
      };
    }),
  );
  const undatable = counts.reduce((sum, row) => sum + row.undatable, 0);
  const oddDates = [...head.odd_dates, ...(await findPurchasedAhead(session, clock, period.scope))];
  return {
    ...{ ...head, odd_dates: oddDates, by, days: ages, rows },
    warnings: [...oddDateWarnings(oddDates), ...(undatable === 0 ? [] : [leftOut(undatable)])],
  };
}

function leftOut(undatable: number): string {
  const entries = undatable === 1 ? '1 entry is' : `${undatable} entries are`;
  return `${entries} left out: bought on a date that is missing, or before the entry, so nobody knows after how many days.`;
}
