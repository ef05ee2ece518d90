import type { Session } from '../database/database.ts';
import type { Moment } from './clock.ts';
import { aboutEntries, type Grouping, inFunnel, inPeriod, queryEntries, type Scope } from './scope.ts';

/** The counts of one group and funnel; see Figures for what they mean. */
export interface EntryCounts {
  grp: string;
  funnel: string;
  entries: number;
  purchased: number;
  undatable: number;
  settledEntries: number;
  settledPurchased: number;
  open: number;
}

interface Row {
  grp: string;
  funnel: string;
  entries: number;
  purchased: number;
  timed: number;
  young: number;
  youngPurchased: number;
  youngTimed: number;
  settledPurchased: number;
}

// COUNT, not SUM, and the rest by subtraction: the server adds up in decimals, which took twice the time of all this.
const countEntries = (entries: string): string => `SELECT s.grp, s.funnel, COUNT(*) AS entries,
    COUNT(CASE WHEN s.bought = 1 THEN 1 END) AS purchased,
    COUNT(s.seconds) AS timed,
    COUNT(CASE WHEN s.entered_at > ? THEN 1 END) AS young,
    COUNT(CASE WHEN s.entered_at > ? AND s.bought = 1 THEN 1 END) AS youngPurchased,
    COUNT(CASE WHEN s.entered_at > ? THEN s.seconds END) AS youngTimed,
    COUNT(CASE WHEN s.seconds <= ? AND s.entered_at <= ? THEN 1 END) AS settledPurchased
  FROM ${entries} GROUP BY s.grp, s.funnel`;

/** Counts the entries of a scope by group and funnel; groups without entries are not there. */
export async function readEntryCounts(session: Session, scope: Scope, grouping: Grouping): Promise<EntryCounts[]> {
  const { settledUntil, window } = scope;
  const rows = await queryEntries<Row>(session, aboutEntries(grouping, countEntries), {
    grouping,
    scope,
    before: [settledUntil, settledUntil, settledUntil, window, settledUntil],
  });
  return rows.map(({ timed, young, youngPurchased, youngTimed, ...row }) => {
    const undatable = row.purchased - timed;
    const oldUndatable = undatable - (youngPurchased - youngTimed);
    return {
      ...row,
      undatable,
      settledEntries: row.entries - young - oldUndatable,
      open: young - youngPurchased,
    };
  });
}

const selectLastYoung = `SELECT MAX(e.entered_at) AS moment FROM funnel_entries e
  WHERE ${inPeriod} AND ${inFunnel} AND e.entered_at > ?`;

/** When the last entry of the scope was made that is not a window old yet, whether it has bought or not; null: none. */
export async function readLastYoung(session: Session, scope: Scope): Promise<Moment | null> {
  const { from, until, funnel, settledUntil } = scope;
  const parameters = [from, until, funnel, funnel, settledUntil];
  const [row] = await session.query<{ moment: Moment | null }>(selectLastYoung, parameters);
  return row?.moment ?? null;
}
