import type { Session } from '../database/database.ts';
import { type Grouping, queryEntries, type Scope } from './scope.ts';

/**
 * The entries of one group and funnel, and how many of them had bought within each of the limits; without those that
 * bought at a time nobody knows, which are `undatable`.
 */
export interface CohortCounts {
  grp: string;
  funnel: string;
  entries: number;
  undatable: number;
  purchased: number[];
}

type Row = { grp: string; funnel: string; entries: number; undatable: number } & Record<
  `within${0 | 1 | 2 | 3 | 4 | 5}`,
  number
>;

const countCohorts = (
  entries: string,
): string => `SELECT s.grp, s.funnel, COUNT(CASE WHEN s.bought = 0 OR s.seconds IS NOT NULL THEN 1 END) AS entries,
    COUNT(CASE WHEN s.bought = 1 AND s.seconds IS NULL THEN 1 END) AS undatable,
    COUNT(CASE WHEN s.seconds <= ? THEN 1 END) AS within0,
    COUNT(CASE WHEN s.seconds <= ? THEN 1 END) AS within1,
    COUNT(CASE WHEN s.seconds <= ? THEN 1 END) AS within2,
    COUNT(CASE WHEN s.seconds <= ? THEN 1 END) AS within3,
    COUNT(CASE WHEN s.seconds <= ? THEN 1 END) AS within4,
    COUNT(CASE WHEN s.seconds <= ? THEN 1 END) AS within5
  FROM ${entries} GROUP BY s.grp, s.funnel`;

/** Counts who bought within six limits (seconds from entering), by group and funnel. */
export async function readCohortCounts(
  session: Session,
  scope: Scope,
  grouping: Grouping,
  limits: readonly number[],
): Promise<CohortCounts[]> {
  const rows = await queryEntries<Row>(session, countCohorts, {
    grouping,
    scope,
    before: limits,
  });
  return rows.map(({ grp, funnel, entries, undatable, ...within }) => ({
    grp: String(grp),
    funnel,
    entries,
    undatable,
    purchased: [within.within0, within.within1, within.within2, within.within3, within.within4, within.within5],
  }));
}
