import type { Session } from '../database/database.ts';
import type { Moment } from './clock.ts';
import { type Grouping, inFunnel, inPeriod, queryEntries, type Scope, ungrouped } from './scope.ts';

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
  refunded: number;
  paidBefore: number;
  /** entries whose purchase is dated ahead of the clock */
  ahead: number;
}

/** What a payment came to in some entries; most reports have none. */
interface Special {
  grp: string;
  funnel: string;
  refunded: number;
  paidBefore: number;
  youngAside: number;
  ahead: number;
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
  special: number;
}

// COUNT, not SUM, and the rest by subtraction: the server adds up in decimals, which took twice the time of all this.
const countEntries = (entries: string): string => `SELECT s.grp, s.funnel, COUNT(*) AS entries,
    COUNT(CASE WHEN s.bought = 1 THEN 1 END) AS purchased,
    COUNT(s.seconds) AS timed,
    COUNT(CASE WHEN s.entered_at > ? THEN 1 END) AS young,
    COUNT(CASE WHEN s.entered_at > ? AND s.bought = 1 THEN 1 END) AS youngPurchased,
    COUNT(CASE WHEN s.entered_at > ? THEN s.seconds END) AS youngTimed,
    COUNT(CASE WHEN s.seconds <= ? AND s.entered_at <= ? THEN 1 END) AS settledPurchased,
    COUNT(s.special) AS special
  FROM ${entries} GROUP BY s.grp, s.funnel`;

// Asked only when there are any: every count takes time on every row.
const countSpecial = (entries: string): string => `SELECT s.grp, s.funnel,
    COUNT(CASE WHEN s.aside = 'refunded' THEN 1 END) AS refunded,
    COUNT(CASE WHEN s.aside = 'paid_before' THEN 1 END) AS paidBefore,
    COUNT(CASE WHEN s.aside IS NOT NULL AND s.entered_at > ? THEN 1 END) AS youngAside,
    COUNT(s.ahead) AS ahead
  FROM ${entries} WHERE s.special = 1 GROUP BY s.grp, s.funnel`;

const nothingSpecial = { refunded: 0, paidBefore: 0, youngAside: 0, ahead: 0 };

/** Counts the entries of a scope by group and funnel; groups without entries are not there. */
export async function readEntryCounts(session: Session, scope: Scope, grouping: Grouping): Promise<EntryCounts[]> {
  const { settledUntil, window } = scope;
  const rows = await queryEntries<Row>(session, countEntries, {
    grouping,
    scope,
    before: [settledUntil, settledUntil, settledUntil, window, settledUntil],
  });
  const isAnySpecial = rows.some(({ special }) => special > 0);
  const specials = isAnySpecial
    ? await queryEntries<Special>(session, countSpecial, { grouping, scope, before: [settledUntil] })
    : [];
  const placeOf = ({ grp, funnel }: Pick<Row, 'grp' | 'funnel'>): string => JSON.stringify([String(grp), funnel]);
  const specialAt = new Map(specials.map((special) => [placeOf(special), special]));
  return rows.map(({ timed, young, youngPurchased, youngTimed, special: _, ...row }) => {
    const { refunded, paidBefore, youngAside, ahead } = specialAt.get(placeOf(row)) ?? nothingSpecial;
    const undatable = row.purchased - timed;
    const oldUndatable = undatable - (youngPurchased - youngTimed);
    return {
      ...row,
      undatable,
      settledEntries: row.entries - young - oldUndatable,
      open: young - youngPurchased - youngAside,
      ...{ refunded, paidBefore, ahead },
    };
  });
}

const countBought = (entries: string): string => `SELECT s.grp, s.funnel, COUNT(*) AS entries,
    COUNT(CASE WHEN s.bought = 1 THEN 1 END) AS purchased, COUNT(s.ahead) AS ahead
  FROM ${entries} GROUP BY s.grp, s.funnel`;

/** Counts only the entries of a scope and those that bought, by funnel: every further count takes time on every row. */
export function readBoughtCounts(
  session: Session,
  scope: Scope,
): Promise<Pick<EntryCounts, 'funnel' | 'entries' | 'purchased' | 'ahead'>[]> {
  return queryEntries(session, countBought, { grouping: ungrouped, scope });
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
