import type { Session } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { type AsOf, type Moment, type ReportClock, readClock } from './clock.ts';
import { definitionsFor } from './definitions.ts';
import { checkFunnel } from './known-funnels.ts';
import { findOutlying, findUncounted, type Outlying } from './odd-dates.ts';
import type { AskedPeriod, Days } from './period.ts';
import { type ReportedPeriod, type ReportHead, schemaVersion } from './result.ts';
import { beginning, type EntryTable, readEntryTable, type Scope, scopeOf } from './scope.ts';

/** What every report is asked for. */
export interface ReportRequest {
  period: AskedPeriod;
  /** undefined: now */
  asOf: AsOf | undefined;
  /** IANA name, or an offset such as +02:00; undefined: the database's own */
  timezone: string | undefined;
  windowDays: number;
  /** undefined: all */
  funnel: string | undefined;
}

/** A period on both clocks, with the entries it is about. */
export interface ResolvedPeriod {
  days: Days;
  scope: Scope;
  reported: ReportedPeriod;
  /** the scope's bounds as they were asked for, on the database's clock; null: open */
  bounds: { from: Moment | null; to: Moment | null };
}

/** A request with its period and clock found: whatever is read with it is of the same moment. */
export interface ResolvedRequest {
  request: ReportRequest;
  clock: ReportClock;
  period: ResolvedPeriod;
  /** the entries of the period that lie years before its others */
  outlying: Outlying | null;
  table: EntryTable;
  head: ReportHead;
}

/**
 * Finds the clock and the period of a report. A usage Problem when as-of, or the start of an open period, is to come, and
 * for a funnel that is nowhere.
 */
export async function resolveRequest(session: Session, request: ReportRequest): Promise<ResolvedRequest> {
  if (request.funnel !== undefined) await checkFunnel(session, request.funnel);
  const clock = await readClock(session, request.timezone, request.asOf);
  const days = request.period.daysAt(clock.today);
  if (days.from !== undefined && days.to === undefined && Temporal.PlainDate.compare(days.from, clock.today) > 0) {
    throw new Problem('usage', `--from-date ${days.from} is after ${clock.today}, the day of the report.`, {
      hint: 'Without --to-date the report ends now. Choose an earlier day, or give a --to-date too.',
    });
  }
  const table = await readEntryTable(session);
  const period = await resolveDays(clock, { ...request, table }, days, request.period.name);
  const outlying = await findOutlying(session, clock, period.scope);
  const uncounted = isAllKnown(table, period.scope) ? [] : await findUncounted(session, clock, period);
  return {
    request,
    clock,
    period,
    outlying,
    table,
    head: {
      schema_version: schemaVersion,
      as_of: clock.asOfHere,
      as_of_utc: clock.asOfUtc,
      timezone: clock.timezone,
      period: period.reported,
      funnel: request.funnel ?? null,
      definitions: definitionsFor(request.windowDays),
      odd_dates: [...uncounted, ...(outlying === null ? [] : [outlying.told])],
    },
  };
}

/** No entry of the table is undated, or ahead of the clock. */
function isAllKnown({ first, last }: EntryTable, { now }: Scope): boolean {
  return (first ?? beginning) >= beginning && (last ?? '') <= now;
}

/** Puts days of the report's zone on the database's clock. */
export async function resolveDays(
  clock: ReportClock,
  { windowDays, funnel, table }: Pick<ReportRequest, 'windowDays' | 'funnel'> & { table: EntryTable },
  days: Days,
  name: string | null,
): Promise<ResolvedPeriod> {
  const { from, to } = days;
  const toIsNow = from !== undefined && to === undefined;
  const starts = await clock.startsOf([from, to].filter((day) => day !== undefined));
  const bounds = {
    from: from === undefined ? null : (starts[0] ?? null),
    to: to === undefined ? null : (starts.at(-1) ?? null),
  };
  const utc = async (moment: Moment | null): Promise<string | null> =>
    moment === null ? null : ((await clock.utcOf([moment]))[0] ?? null);
  return {
    days,
    bounds,
    scope: scopeOf({ clock, windowDays, funnel, table }, bounds),
    reported: {
      name,
      from: from?.toString() ?? null,
      to: to?.toString() ?? null,
      to_is_exclusive: true,
      last_day: to?.subtract({ days: 1 }).toString() ?? null,
      to_is_now: toIsNow,
      from_utc: await utc(bounds.from),
      to_utc: await utc(bounds.to),
    },
  };
}
