import type { Parameter, Session, Statement } from '../database/database.ts';
import { hasColumn } from '../database/has-column.ts';
import { type Moment, movedBy, type ReportClock } from './clock.ts';

/** Before it is only what has no date: zeros, or nothing at all. So an open start needs no other statement. */
export const beginning: Moment = '0000-01-01 00:00:00';

/** Which entries a figure is about, on the database's clock. */
export interface Scope {
  /** from <= entered_at < until */
  from: Moment;
  until: Moment;
  /** the only funnel that counts; '': all of them */
  funnel: string;
  /** no entry of the table lies outside the bounds */
  isWhole: boolean;
  /** the second after as-of: entries, purchases and refunds from here on have not happened yet */
  knownUntil: Moment;
  /** purchases later than this are dated ahead of the database's clock */
  now: Moment;
  /** entries up to this moment, included, are at least a window old */
  settledUntil: Moment;
  /** the window in seconds */
  window: number;
  /** the columns that say what became of a payment; NULL in a table that has none yet */
  columns: FollowUp;
}

/** SQL for when a purchase was found refunded, and when somebody had paid between finishing the test and entering. */
export interface FollowUp {
  refundedAt: 'e.certificate_refunded_at' | 'NULL';
  paidBeforeAt: 'e.paid_before_entering_at' | 'NULL';
}

export const followUp: FollowUp = {
  refundedAt: 'e.certificate_refunded_at',
  paidBeforeAt: 'e.paid_before_entering_at',
};

/** For tables of before there was any follow-up. */
export const noFollowUp: FollowUp = { refundedAt: 'NULL', paidBeforeAt: 'NULL' };

/** What scopes of one report share. */
export interface ScopeRules {
  clock: ReportClock;
  windowDays: number;
  funnel: string | undefined;
  table: EntryTable;
}

/** What has to be known of the table of entries before anything is counted. */
export interface EntryTable {
  /** its earliest and latest entry, whatever their dates; null without entries */
  first: Moment | null;
  last: Moment | null;
  columns: FollowUp;
}

const selectEdges = 'SELECT MIN(entered_at) AS first, MAX(entered_at) AS last FROM funnel_entries';

/** Reads that, from the index and the catalogue alone. */
export async function readEntryTable(session: Session): Promise<EntryTable> {
  const [row] = await session.query<{ first: Moment | null; last: Moment | null }>(selectEdges);
  const isFollowed = await hasColumn(session, 'funnel_entries', 'certificate_refunded_at');
  return { first: row?.first ?? null, last: row?.last ?? null, columns: isFollowed ? followUp : noFollowUp };
}

/**
 * The scope of a period whose bounds are given on the database's clock (null: open). It ends with the second of as-of at
 * the latest, given or not: what is dated later is not known yet, so a report is the same when it is repeated as of its
 * own moment.
 */
export function scopeOf(
  { clock, windowDays, funnel, table }: ScopeRules,
  bounds: { from: Moment | null; to: Moment | null },
): Scope {
  // DATETIME has whole seconds: "up to and including" is "before the next one".
  const afterAsOf = movedBy(clock.asOf, { seconds: 1 });
  const from = bounds.from ?? beginning;
  const until = bounds.to !== null && bounds.to < afterAsOf ? bounds.to : afterAsOf;
  return {
    from,
    until,
    funnel: funnel ?? '',
    isWhole: (table.first ?? from) >= from && (table.last ?? '') < until,
    knownUntil: afterAsOf,
    now: movedBy(clock.nextSecond, { seconds: -1 }),
    settledUntil: movedBy(clock.asOf, { hours: -24 * windowDays }),
    window: windowDays * 86_400,
    columns: table.columns,
  };
}

/** How entries are put into groups: what they are joined with, and the key of an entry's group. */
export interface Grouping {
  /** the tables with alias e for the entries; may hold one `?` for `parameters` */
  tables: Exclude<Statement, string>;
  key: string;
  parameters: readonly Parameter[];
  /** the groups themselves are bounds; others beside them would keep the server from seeking each group in the index */
  isBounded: boolean;
}

/** All entries in one group. */
export const ungrouped: Grouping = {
  tables: { mysql: 'funnel_entries e', sqlite: 'funnel_entries e' },
  key: `''`,
  parameters: [],
  isBounded: false,
};

/** Takes `from` and `until`. */
export const inPeriod = 'e.entered_at >= ? AND e.entered_at < ?';

/** Takes `funnel` twice. */
export const inFunnel = `(? = '' OR e.funnel_type = ?)`;

/** Whether an entry counts as bought: paid by then, and not refunded by then. Takes `knownUntil` twice; never NULL. */
export function bought({ refundedAt }: FollowUp): string {
  return `(e.certificate_purchased = 1
        AND (e.certificate_purchased_at IS NULL OR e.certificate_purchased_at < ?)
        AND (${refundedAt} IS NULL OR ${refundedAt} >= ?))`;
}

/** Whether its purchase was refunded, and nothing else keeps it bought. Takes `knownUntil`; never NULL. */
export function refunded({ refundedAt }: FollowUp): string {
  return `(e.certificate_purchased = 1 AND ${refundedAt} IS NOT NULL AND ${refundedAt} < ?)`;
}

/** Whether it is out of the mails without a conversion. Takes `knownUntil` three times; never NULL. */
export function paidBefore(columns: FollowUp): string {
  return `(${columns.paidBeforeAt} IS NOT NULL AND NOT ${bought(columns)} AND NOT ${refunded(columns)})`;
}

/** Whether only the date of its purchase keeps it from counting as bought. Takes the present moment. */
export function purchasedAhead({ refundedAt }: FollowUp): string {
  return `(e.certificate_purchased = 1 AND e.certificate_purchased_at > ? AND ${refundedAt} IS NULL)`;
}

const secondsToBuy: Exclude<Statement, string> = {
  mysql: 'TIMESTAMPDIFF(SECOND, e.entered_at, e.certificate_purchased_at)',
  sqlite: 'unixepoch(e.certificate_purchased_at) - unixepoch(e.entered_at)',
};

const entries = (engine: 'mysql' | 'sqlite', { tables, key, isBounded }: Grouping, columns: FollowUp): string => `(
    SELECT ${key} AS grp, e.id, e.email, e.funnel_type AS funnel, e.entered_at,
      CASE WHEN ${bought(columns)} THEN 1 ELSE 0 END AS bought,
      CASE WHEN ${bought(columns)} AND e.certificate_purchased_at >= e.entered_at
        THEN ${secondsToBuy[engine]} END AS seconds,
      CASE WHEN ${refunded(columns)} THEN 'refunded' WHEN ${paidBefore(columns)} THEN 'paid_before' END AS aside,
      CASE WHEN ${columns.refundedAt} IS NOT NULL OR ${columns.paidBeforeAt} IS NOT NULL
        OR e.certificate_purchased_at >= ? THEN 1 END AS special,
      CASE WHEN ${purchasedAhead(columns)} THEN 1 END AS ahead
    FROM ${tables[engine]} WHERE ${isBounded ? inFunnel : `${inPeriod} AND ${inFunnel}`}) s`;

/** `knownUntil` in the columns above: twice for bought, twice for seconds, one and three for aside, one for special. */
const knownParameters = 9;

/**
 * Runs a statement about the entries of a scope, from its text around them: there they are `s`, with grp, id, email,
 * funnel, entered_at, bought (0 or 1), seconds (from entering to buying; NULL when not bought, or on a date that is
 * missing or before the entry), aside ('refunded', 'paid_before' or NULL), special (1 when there is anything to be told
 * of its payments) and ahead (1 when its purchase is dated ahead of the clock). `before` are the parameters before those
 * of the entries.
 */
export function queryEntries<Row extends object>(
  session: Session,
  text: (entries: string) => string,
  { grouping, scope, before = [] }: { grouping: Grouping; scope: Scope; before?: readonly Parameter[] },
): Promise<Row[]> {
  const { from, until, funnel, knownUntil, now, columns } = scope;
  const statement = {
    mysql: text(entries('mysql', grouping, columns)),
    sqlite: text(entries('sqlite', grouping, columns)),
  };
  const period = grouping.isBounded ? [] : [from, until];
  const known = Array.from({ length: knownParameters }, () => knownUntil);
  return session.query<Row>(statement, [...before, ...known, now, ...grouping.parameters, ...period, funnel, funnel]);
}
