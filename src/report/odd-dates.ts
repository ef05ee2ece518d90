import type { Id, Parameter, Session } from '../database/database.ts';
import { type Moment, type ReportClock, toDay } from './clock.ts';
import type { ResolvedPeriod } from './request.ts';
import type { OddDates, OddKind } from './result.ts';
import { isApart, mostOutlying } from './rules.ts';
import { beginning, inFunnel, inPeriod, purchasedAhead, type Scope } from './scope.ts';

/** So many entries are named by their numbers. */
const mostNamed = 5;

interface Found {
  entries: number;
  first: Moment | null;
  last: Moment | null;
}

// The numbers by a statement of their own: what there is none of, most of the time, is not sorted either.
const countOf = (column: string, condition: string): string =>
  `SELECT COUNT(*) AS entries, MIN(${column}) AS first, MAX(${column}) AS last FROM funnel_entries e WHERE ${condition}`;

const numbersOf = (condition: string): string =>
  `SELECT e.id FROM funnel_entries e WHERE ${condition} ORDER BY e.entered_at, e.id LIMIT ${mostNamed}`;

const entered = `${inPeriod} AND ${inFunnel}`;

/** What is asked of some entries: how many, between which of their dates, and their numbers. */
interface Question {
  column: 'e.entered_at' | 'e.certificate_purchased_at';
  condition: string;
  parameters: Parameter[];
}

// In the index's own order: with the number in it the server would sort the table.
const earliest = `SELECT e.id, e.entered_at AS moment FROM funnel_entries e WHERE ${entered}
  ORDER BY e.entered_at LIMIT ${mostOutlying + 1}`;

/** Entries that lie years before all others of a scope. */
export interface Outlying {
  /** on the database's clock */
  first: Moment;
  /** the first day of the others in the report's zone */
  resumesOn: Temporal.PlainDate;
  /** the first of the others on the database's clock */
  resumesAt: Moment;
  told: OddDates;
}

async function tell(
  session: Session,
  clock: ReportClock,
  kind: OddKind,
  { column, condition, parameters }: Question,
): Promise<OddDates[]> {
  const [found] = await session.query<Found>(countOf(column, condition), parameters);
  if (found === undefined || found.entries === 0) return [];
  const ids = await session.query<{ id: Id }>(numbersOf(condition), parameters);
  const [first = '', last = ''] = await clock.shown([found.first ?? '', found.last ?? '']);
  return [{ kind, entries: found.entries, first, last, entry_ids: ids.map(({ id }) => id) }];
}

/**
 * The entries that are not counted because they are dated ahead of the database's clock, or have no date, though they
 * would belong to the period `from` to `to` (null: open) otherwise. Read from the index.
 */
export async function findUncounted(
  session: Session,
  clock: ReportClock,
  { scope: { funnel }, bounds: { from, to } }: Pick<ResolvedPeriod, 'scope' | 'bounds'>,
): Promise<OddDates[]> {
  const afterNow = clock.nextSecond;
  const begins = from === null || from < afterNow ? afterNow : from;
  const between = (start: Moment, end: Moment): Question => {
    return { column: 'e.entered_at', condition: entered, parameters: [start, end, funnel, funnel] };
  };
  const ahead = await tell(session, clock, 'ahead', between(begins, to ?? endless));
  const undated = from === null ? await tell(session, clock, 'undated', between(zero[session.engine], beginning)) : [];
  return [...ahead, ...undated];
}

/** The entries of a scope whose purchase is dated ahead of the database's clock. Reads the scope once. */
export function findPurchasedAhead(session: Session, clock: ReportClock, scope: Scope): Promise<OddDates[]> {
  const { from, until, funnel, now, columns } = scope;
  return tell(session, clock, 'purchased_ahead', {
    column: 'e.certificate_purchased_at',
    condition: `${entered} AND ${purchasedAhead(columns)}`,
    parameters: [from, until, funnel, funnel, now],
  });
}

/** The outlying entries of a scope; null when there are none. Reads its first entries from the index. */
export async function findOutlying(session: Session, clock: ReportClock, scope: Scope): Promise<Outlying | null> {
  const { from, until, funnel } = scope;
  const rows = await session.query<{ id: Id; moment: Moment }>(earliest, [from, until, funnel, funnel]);
  const days = (await clock.shown(rows.map(({ moment }) => moment))).map(toDay);
  const at = days.findLastIndex((day, index) => {
    const before = days[index - 1];
    return before !== undefined && isApart(before, day);
  });
  const [first, last, next] = [rows[0], rows[at - 1], rows[at]];
  const resumesOn = days[at];
  if (first === undefined || last === undefined || next === undefined || resumesOn === undefined) return null;
  const [shownFirst = '', shownLast = ''] = await clock.shown([first.moment, last.moment]);
  return {
    first: first.moment,
    resumesOn,
    resumesAt: next.moment,
    told: {
      kind: 'outlying',
      entries: at,
      first: shownFirst,
      last: shownLast,
      entry_ids: rows.slice(0, Math.min(at, mostNamed)).map(({ id }) => id),
    },
  };
}

/** What is not even a zero lies before it: an empty text, where dates are texts. MySQL refuses one as a date. */
const zero = { mysql: '0000-00-00 00:00:00', sqlite: '' } as const;

const endless: Moment = '9999-12-31 23:59:59';
