import type { Session } from '../database/database.ts';
import { readBreakdown } from './breakdown.ts';
import { reportCohorts } from './cohorts.ts';
import type { ResolvedRequest } from './request.ts';
import type { Breakdown, Cohorts, Conversions, Dimension } from './result.ts';

/** What a page shows besides the report itself, of the same entries. */
export interface PageParts {
  /** by day, week or month; null when the report's own breakdown is one of those */
  trend: Breakdown | null;
  cohorts: Cohorts;
}

const timeDimensions: readonly Dimension[] = ['day', 'week', 'month'];

/** Whether a breakdown's groups follow one another in time. */
export function isByTime(by: Dimension): boolean {
  return timeDimensions.includes(by);
}

/**
 * Reads what the page of a report draws: its entries over time, in parts neither too many to see nor too few to follow,
 * and its cohorts. Reads only; to be called in the transaction of the report.
 */
export async function readPageParts(
  session: Session,
  resolved: ResolvedRequest,
  report: Conversions,
): Promise<PageParts> {
  const { clock, period, outlying } = resolved;
  const funnels = report.rows.map(({ funnel }) => funnel);
  const read = (by: Dimension) => readBreakdown(session, by, { ...resolved, funnels });
  const byMonth = period.days.from === undefined ? await read('month') : null;
  const begun = outlying?.resumesOn ?? period.days.from;
  const first = begun?.toString() ?? byMonth?.rows[0]?.group.from ?? clock.today.toString();
  const end = period.days.to !== undefined && before(period.days.to, clock.today) ? period.days.to : clock.today;
  const { days } = Temporal.PlainDate.from(first).until(end, { largestUnit: 'days' });
  const unit = days <= 14 ? 'day' : days <= 200 ? 'week' : 'month';
  const isDrawn = report.breakdown !== null && isByTime(report.breakdown.by);
  return {
    trend: isDrawn ? null : unit === 'month' && byMonth !== null ? byMonth : await read(unit),
    cohorts: await reportCohorts(session, resolved, days <= 84 ? 'week' : 'month'),
  };
}

function before(one: Temporal.PlainDate, other: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(one, other) < 0;
}
