import type { Session } from '../database/database.ts';
import { readBreakdown } from './breakdown.ts';
import { type ClickRequest, countClicks } from './clicks.ts';
import { clickWarnings } from './clicks-warnings.ts';
import { movedBy, type ReportClock } from './clock.ts';
import { compare, compareFunnels } from './compare.ts';
import { readLastYoung } from './count-entries.ts';
import { noFigures, type PeriodFigures, readFigures } from './figures.ts';
import { oddDateWarnings } from './odd-date-words.ts';
import { findPurchasedAhead } from './odd-dates.ts';
import { comparedDays } from './period.ts';
import { type ResolvedPeriod, type ResolvedRequest, resolveDays } from './request.ts';
import type { Comparison, ComparisonName, Conversions, Dimension } from './result.ts';
import { readNotCounted } from './uncredited.ts';
import { warningsFor } from './warnings.ts';

/** What is asked for beside the figures. */
export interface ConversionsExtras {
  by: Dimension | undefined;
  compare: ComparisonName | undefined;
  clicks?: ClickRequest | undefined;
}

/**
 * Entries, purchases and shares per funnel for a period (analytics guide, 3), with what is asked for beside them. Reads
 * only; to be called in one transaction, so that all figures are of one moment.
 */
export async function reportConversions(
  session: Session,
  resolved: ResolvedRequest,
  extras: ConversionsExtras,
): Promise<Conversions> {
  const { request, clock, period, head } = resolved;
  // Before anything is counted: a period that cannot be compared is refused at once.
  const otherDays = extras.compare === undefined ? null : comparedDays(request.period, clock.today, extras.compare);
  const figures = await readFigures(session, period.scope);
  const { rows, totals } = figures;
  const funnels = rows.map(({ funnel }) => funnel);
  const comparison =
    extras.compare === undefined || otherDays === null
      ? null
      : await readComparison(session, extras.compare, otherDays, { resolved, figures });
  const breakdown = extras.by === undefined ? null : await readBreakdown(session, extras.by, { ...resolved, funnels });
  const clicks =
    extras.clicks === undefined
      ? null
      : await countClicks(session, extras.clicks, { scope: period.scope, timezone: request.timezone, rows });
  const ahead = figures.purchasedAhead === 0 ? [] : await findPurchasedAhead(session, clock, period.scope);
  const oddDates = [...head.odd_dates, ...ahead];
  const notCounted = await readNotCounted(session, period.scope);
  return {
    ...head,
    odd_dates: oddDates,
    rows,
    totals,
    between_funnels: compareFunnels(rows),
    breakdown,
    comparison,
    clicks,
    not_counted: notCounted,
    final_on: await finalDay(session, { clock, period, windowDays: request.windowDays }),
    warnings: [
      ...oddDateWarnings(oddDates),
      ...warningsFor({ head, totals, today: clock.today, comparison }),
      ...(clicks === null ? [] : clickWarnings(clicks)),
    ],
  };
}

async function readComparison(
  session: Session,
  name: ComparisonName,
  days: Parameters<typeof resolveDays>[2],
  { resolved: { clock, request, table }, figures }: { resolved: ResolvedRequest; figures: PeriodFigures },
): Promise<Comparison> {
  const other = await resolveDays(clock, { ...request, table }, days, null);
  return compare(name, other.reported, figures, await readFigures(session, other.scope), noFigures);
}

/** An entry that has bought counts for the settled rate only once it is a window old, so those matter too. */
async function finalDay(
  session: Session,
  { clock, period: { days, scope }, windowDays }: { clock: ReportClock; period: ResolvedPeriod; windowDays: number },
): Promise<string | null> {
  const [end] = days.to === undefined ? [] : await clock.startsOf([days.to]);
  // Somebody may still enter up to the last second of a period that is not over.
  const last =
    end !== undefined && end > clock.asOf ? movedBy(end, { seconds: -1 }) : await readLastYoung(session, scope);
  if (last === null) return null;
  const settled = movedBy(last.slice(0, 19), { hours: 24 * windowDays });
  // Nothing can place a moment after the year 9999, which is written longer.
  const [moment] = settled.length > last.slice(0, 19).length ? [] : await clock.shown([settled]);
  return moment?.slice(0, 10) ?? null;
}
