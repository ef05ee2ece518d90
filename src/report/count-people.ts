import type { Session, Statement } from '../database/database.ts';
import { type Grouping, queryEntries, type Scope } from './scope.ts';

/** The distinct addresses of one group and funnel. */
export interface PeopleCount {
  grp: string;
  funnel: string;
  people: number;
}

// Without bounds the unique key gives all addresses in order: no sorting, no temporary copy of each.
const countEverybody: Statement = `SELECT '' AS grp, g.funnel, COUNT(*) AS people
  FROM (SELECT funnel_type AS funnel FROM funnel_entries WHERE ? = '' OR funnel_type = ?
    GROUP BY email, funnel_type) g
  GROUP BY g.funnel`;

const countAddresses = 'SELECT COUNT(DISTINCT email) AS people FROM funnel_entries';

const countPeople = (entries: string): string =>
  `SELECT s.grp, s.funnel, COUNT(DISTINCT s.email) AS people FROM ${entries} GROUP BY s.grp, s.funnel`;

const countAllPeople = (entries: string): string => `SELECT COUNT(DISTINCT s.email) AS people FROM ${entries}`;

/** Counts the people of a scope by group and funnel. */
export function readPeopleCounts(session: Session, scope: Scope, grouping: Grouping): Promise<PeopleCount[]> {
  if (scope.isWhole && grouping.parameters.length === 0) {
    return session.query<PeopleCount>(countEverybody, [scope.funnel, scope.funnel]);
  }
  return queryEntries<PeopleCount>(session, countPeople, { grouping, scope });
}

/** Counts the people of a scope in all funnels together: those who are in two count once. */
export async function readAllPeople(session: Session, scope: Scope, grouping: Grouping): Promise<number> {
  const [row] =
    scope.isWhole && scope.funnel === ''
      ? await session.query<{ people: number }>(countAddresses)
      : await queryEntries<{ people: number }>(session, countAllPeople, { grouping, scope });
  return row?.people ?? 0;
}
