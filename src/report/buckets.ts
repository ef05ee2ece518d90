import type { Session, Statement } from '../database/database.ts';
import { Problem } from '../errors.ts';
import type { Moment, ReportClock } from './clock.ts';
import type { Days } from './period.ts';
import type { PeriodState } from './result.ts';
import type { Grouping, Scope } from './scope.ts';

export type Unit = 'day' | 'week' | 'month';

/** A day, week or month of a report: the days of it that the report covers, and the same on the database's clock. */
export interface Bucket {
  /** `2026-10-01`, `2026-W43`, `2026-10` */
  key: string;
  from: Temporal.PlainDate;
  to: Temporal.PlainDate;
  starts: Moment;
  ends: Moment;
  state: PeriodState;
}

/** Ten years of days. */
const mostBuckets = 3_660;

const selectEdges = `SELECT MIN(e.entered_at) AS first, MAX(e.entered_at) AS last FROM funnel_entries e
  WHERE e.entered_at >= ? AND e.entered_at < ?`;

/** The days from the first to the last entry of a scope; undefined without entries. */
async function edgeDays(session: Session, scope: Scope, clock: ReportClock): Promise<Required<Days> | undefined> {
  const [row] = await session.query<{ first: Moment | null; last: Moment | null }>(selectEdges, [
    scope.from,
    scope.until,
  ]);
  if (row === undefined || row.first === null || row.last === null) return undefined;
  const [from, last] = (await clock.shown([row.first, row.last])).map((moment) =>
    Temporal.PlainDate.from(moment.slice(0, 10)),
  );
  return { from, to: last?.add({ days: 1 }) };
}

/**
 * Cuts a report's days into days, ISO weeks or months of its zone, without gaps; an open end at the first or last entry,
 * and none beyond the present day unless somebody entered there. A usage Problem when they are more than ten years of days.
 */
export async function cutIntoBuckets(
  session: Session,
  unit: Unit,
  { days, scope, clock }: { days: Days; scope: Scope; clock: ReportClock },
): Promise<Bucket[]> {
  const edges = await edgeDays(session, scope, clock);
  const from = days.from ?? edges?.from;
  if (from === undefined) return [];
  const tomorrow = clock.today.add({ days: 1 });
  const last = later(edges?.to ?? tomorrow, tomorrow);
  const to = days.to === undefined ? last : earlier(days.to, last);
  const pieces: { key: string; from: Temporal.PlainDate; to: Temporal.PlainDate }[] = [];
  for (let start = from; Temporal.PlainDate.compare(start, to) < 0; ) {
    const end = earlier(endOf(unit, start), to);
    pieces.push({ key: keyOf(unit, start), from: start, to: end });
    if (pieces.length > mostBuckets) throw tooMany(unit);
    start = end;
  }
  if (pieces.length === 0) return [];
  const moments = await clock.startsOf([from, ...pieces.map((piece) => piece.to)]);
  return pieces.map((piece, index) => {
    const starts = moments[index] ?? '';
    const ends = moments[index + 1] ?? '';
    const state = ends > clock.asOf ? 'running' : ends > scope.settledUntil ? 'open' : 'settled';
    return { ...piece, starts, ends: ends < scope.until ? ends : scope.until, state };
  });
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

function endOf(unit: Unit, day: Temporal.PlainDate): Temporal.PlainDate {
  if (unit === 'day') return day.add({ days: 1 });
  if (unit === 'month') return day.with({ day: 1 }).add({ months: 1 });
  return day.add({ days: 8 - day.dayOfWeek });
}

function tooMany(unit: Unit): Problem {
  return new Problem('usage', `The period has more than ${mostBuckets} ${unit}s.`, {
    hint: 'Choose a shorter period, or longer parts of it, such as months.',
  });
}

function earlier(one: Temporal.PlainDate, other: Temporal.PlainDate): Temporal.PlainDate {
  return Temporal.PlainDate.compare(one, other) <= 0 ? one : other;
}

function later(one: Temporal.PlainDate, other: Temporal.PlainDate): Temporal.PlainDate {
  return Temporal.PlainDate.compare(one, other) >= 0 ? one : other;
}
