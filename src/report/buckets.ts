import type { Session, Statement } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { type Moment, type ReportClock, toDay } from './clock.ts';
import type { Outlying } from './odd-dates.ts';
import type { Days } from './period.ts';
import type { PeriodState } from './result.ts';
import { isPartOf, mostEmptyParts, stateOf } from './rules.ts';
import { type Grouping, inFunnel, inPeriod, type Scope } from './scope.ts';

export type Unit = 'day' | 'week' | 'month';

/** A day, week or month of a report: the days of it that the report covers, and the same on the database's clock. */
export interface Bucket {
  /** `2026-10-01`, `2026-W43`, `2026-10`; null for what is outlying */
  key: string | null;
  /** the key, or `before 2026-10` */
  label: string;
  from: Temporal.PlainDate;
  to: Temporal.PlainDate;
  starts: Moment;
  ends: Moment;
  state: PeriodState;
  /** the period has only a part of the week or month */
  isPart: boolean;
  isOutlying: boolean;
}

/** A hundred years of days. */
const mostBuckets = 36_600;

// In the index's order up to the first one of the funnel; MIN and MAX would read all of the period.
const selectEdge = (order: 'ASC' | 'DESC'): string => `SELECT e.entered_at AS moment FROM funnel_entries e
  WHERE ${inPeriod} AND ${inFunnel} ORDER BY e.entered_at ${order} LIMIT 1`;

interface TimedPeriod {
  days: Days;
  scope: Scope;
  clock: ReportClock;
  outlying: Outlying | null;
}

/** The days from the first to the last entry of a scope, its outlying ones left out; undefined without entries. */
async function edgeDays(session: Session, { scope, clock, outlying }: TimedPeriod): Promise<Piece | undefined> {
  const { from: begins, until, funnel } = scope;
  const bounds = [outlying?.resumesAt ?? begins, until, funnel, funnel];
  const [first] = await session.query<{ moment: Moment }>(selectEdge('ASC'), bounds);
  const [end] = await session.query<{ moment: Moment }>(selectEdge('DESC'), bounds);
  if (first === undefined || end === undefined) return undefined;
  const [from, last] = (await clock.shown([first.moment, end.moment])).map(toDay);
  return from === undefined || last === undefined ? undefined : { from, to: last.add({ days: 1 }) };
}

interface Piece {
  from: Temporal.PlainDate;
  to: Temporal.PlainDate;
}

/**
 * Cuts a report's days into days, ISO weeks or months of its zone, without gaps; an open end at the first entry or the
 * present day. Outlying entries have one bucket before them. Of a long period the ends at which nobody entered are left
 * out. A usage Problem when there are more than a hundred years of days even so.
 */
export async function cutIntoBuckets(session: Session, unit: Unit, period: TimedPeriod): Promise<Bucket[]> {
  const { days, scope, clock, outlying } = period;
  const all = boundsOf(unit, period, await edgeDays(session, period));
  if (all === undefined) return [];
  const pieces = cut(unit, all);
  const [first] = pieces;
  if (first === undefined) return [];
  const moments = await clock.startsOf([first.from, ...pieces.map((piece) => piece.to)]);
  const buckets = pieces.map(({ from, to }, index): Bucket => {
    const [starts = '', ends = ''] = [moments[index], moments[index + 1]];
    const key = keyOf(unit, from);
    return {
      ...{ key, label: key, from, to, starts, ends: ends < scope.until ? ends : scope.until },
      state: stateOf(ends, { asOf: clock.asOf, settledUntil: scope.settledUntil }),
      isPart: isPartOf({ from: startOf(unit, from), to: endOf(unit, from) }, days, clock.today),
      isOutlying: false,
    };
  });
  return outlying === null ? buckets : [before(first.from, buckets, period, outlying), ...buckets];
}

/** The bucket of what is outlying: all that lies before the others. */
function before(
  to: Temporal.PlainDate,
  [next]: readonly Bucket[],
  { days, scope, clock }: TimedPeriod,
  { first, told }: Outlying,
): Bucket {
  const ends = next?.starts ?? scope.until;
  return {
    ...{ key: null, label: `before ${next?.key ?? to}`, from: days.from ?? toDay(told.first), to, starts: first, ends },
    state: stateOf(ends, { asOf: clock.asOf, settledUntil: scope.settledUntil }),
    ...{ isPart: false, isOutlying: true },
  };
}

/** From where to where buckets are made; undefined when there is nothing to make them of. */
function boundsOf(unit: Unit, { days, clock, outlying }: TimedPeriod, edges: Piece | undefined): Piece | undefined {
  const from = outlying === null ? (days.from ?? edges?.from) : edges?.from;
  if (from === undefined) return undefined;
  const tomorrow = clock.today.add({ days: 1 });
  const to = days.to === undefined ? tomorrow : earlier(days.to, tomorrow);
  if (from.until(to).days <= mostEmptyParts * shortest[unit]) return { from, to };
  if (edges === undefined) return undefined;
  return {
    from: later(from, startOf(unit, edges.from)),
    to: earlier(to, endOf(unit, edges.to.subtract({ days: 1 }))),
  };
}

function cut(unit: Unit, { from, to }: Piece): Piece[] {
  const pieces: Piece[] = [];
  for (let start = from; Temporal.PlainDate.compare(start, to) < 0; ) {
    const end = earlier(endOf(unit, start), to);
    pieces.push({ from: start, to: end });
    if (pieces.length > mostBuckets) throw tooMany(unit, from);
    start = end;
  }
  return pieces;
}

/** Which buckets get a row, by index: all, or of very many those with entries; `keys` are the numbers of these, from 1. */
export function rowsWanted(buckets: readonly Bucket[], keys: readonly string[]): (index: number) => boolean {
  const entered = new Set(keys);
  return (index) => buckets.length <= mostEmptyParts || entered.has(String(index + 1));
}

const bucketsOfMysql = `JSON_TABLE(?, '$[*]' COLUMNS (place FOR ORDINALITY,
      starts DATETIME PATH '$.starts', ends DATETIME PATH '$.ends')) b
    STRAIGHT_JOIN funnel_entries e ON e.entered_at >= b.starts AND e.entered_at < b.ends`;

const bucketsOfSqlite = `(SELECT key + 1 AS place, value ->> 'starts' AS starts, value ->> 'ends' AS ends
      FROM json_each(?)) b
    CROSS JOIN funnel_entries e ON e.entered_at >= b.starts AND e.entered_at < b.ends`;

/** Groups entries by bucket; the key is the bucket's number, from 1. */
export function groupByBucket(buckets: readonly Bucket[]): Grouping {
  const tables: Statement = { mysql: bucketsOfMysql, sqlite: bucketsOfSqlite };
  const json = JSON.stringify(buckets.map(({ starts, ends }) => ({ starts, ends })));
  return { tables, key: 'b.place', parameters: [json], isBounded: true };
}

function keyOf(unit: Unit, day: Temporal.PlainDate): string {
  if (unit === 'day') return day.toString();
  if (unit === 'month') return day.toString().slice(0, 7);
  return `${day.yearOfWeek}-W${String(day.weekOfYear).padStart(2, '0')}`;
}

function startOf(unit: Unit, day: Temporal.PlainDate): Temporal.PlainDate {
  if (unit === 'day') return day;
  return unit === 'month' ? day.with({ day: 1 }) : day.subtract({ days: day.dayOfWeek - 1 });
}

function endOf(unit: Unit, day: Temporal.PlainDate): Temporal.PlainDate {
  if (unit === 'day') return day.add({ days: 1 });
  if (unit === 'month') return day.with({ day: 1 }).add({ months: 1 });
  return day.add({ days: 8 - day.dayOfWeek });
}

/** Days that a part has at least. */
const shortest: Readonly<Record<Unit, number>> = { day: 1, week: 7, month: 28 };

function tooMany(unit: Unit, first: Temporal.PlainDate): Problem {
  return new Problem('usage', `The first entry of the period is of ${first}: more than ${mostBuckets} ${unit}s.`, {
    hint: 'Choose a later --from-date, or longer parts, such as months.',
  });
}

function earlier(one: Temporal.PlainDate, other: Temporal.PlainDate): Temporal.PlainDate {
  return Temporal.PlainDate.compare(one, other) <= 0 ? one : other;
}

function later(one: Temporal.PlainDate, other: Temporal.PlainDate): Temporal.PlainDate {
  return Temporal.PlainDate.compare(one, other) >= 0 ? one : other;
}
