import type { Session } from '../database/database.ts';
import { readBreakdown } from './breakdown.ts';
import { type ClickRequest, countClicks } from './clicks.ts';
import { clickWarnings } from './clicks-warnings.ts';
import { type Moment, movedBy, type ReportClock } from './clock.ts';
import { compare, compareFunnels } from './compare.ts';
import { readLastOpen } from './count-entries.ts';
import { noFigures, type PeriodFigures, readFigures } from './figures.ts';
import { comparedDays } from './period.ts';
import { type ReportRequest, resolveDays, resolveRequest } from './request.ts';
import type { Comparison, ComparisonName, Conversions, Dimension } from './result.ts';
import { readNotCounted } from './uncredited.ts';
import { warningsFor } from './warnings.ts';

export interface ConversionsRequest extends ReportRequest {
  by: Dimension | undefined;
  compare: ComparisonName | undefined;
  clicks?: ClickRequest | undefined;
}

/**
 * Entries, purchases and shares per funnel for a period (analytics guide, 3), with what is asked for beside them. Reads
 * only; to be called in one transaction, so that all figures are of one moment.
 */
export async function reportConversions(session: Session, request: ConversionsRequest): Promise<Conversions> {
  const { clock, period, head } = await resolveRequest(session, request);
  // Before anything is counted: a period that cannot be compared is refused at once.
  const otherDays = request.compare === undefined ? null : comparedDays(request.period, clock.today, request.compare);
  const figures = await readFigures(session, period.scope);
  const { rows, totals } = figures;
  const funnels = rows.map(({ funnel }) => funnel);
  const comparison =
    request.compare === undefined || otherDays === null
      ? null
      : await readComparison(session, request.compare, otherDays, { clock, request, figures });
  const breakdown =
    request.by === undefined ? null : await readBreakdown(session, request.by, { clock, period, funnels });
  const clicks =
    request.clicks === undefined
      ? null
      : await countClicks(session, request.clicks, { scope: period.scope, timezone: request.timezone, rows });
  const notCounted = await readNotCounted(session, period.scope);
  return {
    ...head,
    rows,
    totals,
    between_funnels: compareFunnels(rows),
    breakdown,
    comparison,
    clicks,
    not_counted: notCounted,
    final_on: await finalDay(
      clock,
      totals.open === 0 ? null : await readLastOpen(session, period.scope),
      request.windowDays,
    ),
    warnings: [
      ...warningsFor({ head, totals, today: clock.today, comparison }),
      ...(clicks === null ? [] : clickWarnings(clicks)),
    ],
  };
}

async function readComparison(
  session: Session,
  name: ComparisonName,
  days: Parameters<typeof resolveDays>[2],
  { clock, request, figures }: { clock: ReportClock; request: ReportRequest; figures: PeriodFigures },
): Promise<Comparison> {
  const other = await resolveDays(clock, request, days, null);
  return compare(name, other.reported, figures, await readFigures(session, other.scope), noFigures);
}

async function finalDay(clock: ReportClock, lastOpenAt: Moment | null, windowDays: number): Promise<string | null> {
  if (lastOpenAt === null) return null;
  const [moment] = await clock.shown([movedBy(lastOpenAt.slice(0, 19), { hours: 24 * windowDays })]);
  return moment?.slice(0, 10) ?? null;
}
