import type { Parameter, Session, Statement } from '../database/database.ts';
import { type Moment, movedBy, type ReportClock } from './clock.ts';

/** Bounds that every moment of a table lies between; so an open end needs no other statement. */
const beginning: Moment = '0000-01-01 00:00:00';
const end: Moment = '9999-12-31 23:59:59';

/** Which entries a figure is about, on the database's clock. */
export interface Scope {
  /** from <= entered_at < until */
  from: Moment;
  until: Moment;
  /** the only funnel that counts; '': all of them */
  funnel: string;
  /** no bounds at all: every entry of the table, or of the funnel */
  isWhole: boolean;
  /** purchases from here on have not happened yet */
  knownUntil: Moment;
  /** entries up to this moment, included, are at least a window old */
  settledUntil: Moment;
  /** the window in seconds */
  window: number;
}

/** What scopes of one report share. */
export interface ScopeRules {
  clock: ReportClock;
  windowDays: number;
  funnel: string | undefined;
}

/**
 * The scope of a period whose bounds are given on the database's clock (null: open). `toIsNow` ends it with the second
 * of as-of. What is later than as-of is left out when that was given; without it all rows count, as the guide wants.
 */
export function scopeOf(
  { clock, windowDays, funnel }: ScopeRules,
  bounds: { from: Moment | null; to: Moment | null; toIsNow: boolean },
): Scope {
  // DATETIME has whole seconds: "up to and including" is "before the next one".
  const afterAsOf = movedBy(clock.asOf, { seconds: 1 });
  const to = bounds.to ?? end;
  const until = (bounds.toIsNow || clock.isPast) && afterAsOf < to ? afterAsOf : to;
  return {
    from: bounds.from ?? beginning,
    until,
    funnel: funnel ?? '',
    isWhole: bounds.from === null && until === end,
    knownUntil: clock.isPast ? afterAsOf : end,
    settledUntil: movedBy(clock.asOf, { hours: -24 * windowDays }),
    window: windowDays * 86_400,
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

/** Takes `knownUntil`; never NULL. */
export const bought = `(e.certificate_purchased = 1
        AND (e.certificate_purchased_at IS NULL OR e.certificate_purchased_at < ?))`;

const secondsToBuy: Exclude<Statement, string> = {
  mysql: 'TIMESTAMPDIFF(SECOND, e.entered_at, e.certificate_purchased_at)',
  sqlite: 'unixepoch(e.certificate_purchased_at) - unixepoch(e.entered_at)',
};

const entries = (engine: 'mysql' | 'sqlite', { tables, key, isBounded }: Grouping): string => `(
    SELECT ${key} AS grp, e.id, e.email, e.funnel_type AS funnel, e.entered_at,
      CASE WHEN ${bought} THEN 1 ELSE 0 END AS bought,
      CASE WHEN ${bought} AND e.certificate_purchased_at >= e.entered_at THEN ${secondsToBuy[engine]} END AS seconds
    FROM ${tables[engine]} WHERE ${isBounded ? inFunnel : `${inPeriod} AND ${inFunnel}`}) s`;

/**
 * A statement about the entries of a scope, from its text around them: there they are `s`, with grp, id, email, funnel,
 * entered_at, bought (0 or 1) and seconds (from entering to buying; NULL when not bought, or on a date that is missing or
 * before the entry).
 */
export function aboutEntries(grouping: Grouping, text: (entries: string) => string): Exclude<Statement, string> {
  return { mysql: text(entries('mysql', grouping)), sqlite: text(entries('sqlite', grouping)) };
}

/** The parameters that `aboutEntries` put in. */
export function entriesParameters(grouping: Grouping, scope: Scope): Parameter[] {
  const { from, until, funnel, knownUntil } = scope;
  const period = grouping.isBounded ? [] : [from, until];
  return [knownUntil, knownUntil, ...grouping.parameters, ...period, funnel, funnel];
}

/** Runs such a statement: `before` and `after` are the parameters around those of the entries. */
export function queryEntries<Row extends object>(
  session: Session,
  statement: Statement,
  { grouping, scope, before = [] }: { grouping: Grouping; scope: Scope; before?: readonly Parameter[] },
): Promise<Row[]> {
  return session.query<Row>(statement, [...before, ...entriesParameters(grouping, scope)]);
}
