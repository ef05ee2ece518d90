import type { Id, Session, Statement } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { hasTable } from '../migrate/history.ts';

/** Entries that share address, funnel and test (analytics guide, 1.2). Dates as the database holds them. */
export interface DuplicateGroup {
  email: string;
  funnelType: string;
  /** 0 stands for "not recorded", which the predecessor wrote as NULL */
  testId: Id;
  count: number;
  lowestId: Id;
  highestId: Id;
  firstEnteredAt: string;
  lastEnteredAt: string;
}

const selectGroups: Statement = {
  mysql: `SELECT MIN(email) AS email, MIN(funnel_type) AS funnelType, COALESCE(test_id, 0) AS testId, COUNT(*) AS count,
      MIN(id) AS lowestId, MAX(id) AS highestId, MIN(entered_at) AS firstEnteredAt, MAX(entered_at) AS lastEnteredAt
    FROM funnel_entries
    GROUP BY CONVERT(email USING utf8mb4) COLLATE utf8mb4_bin, CONVERT(funnel_type USING utf8mb4) COLLATE utf8mb4_bin,
      COALESCE(test_id, 0)
    HAVING COUNT(*) > 1
    ORDER BY MIN(id) LIMIT ?`,
  sqlite: `SELECT email, funnel_type AS funnelType, COALESCE(test_id, 0) AS testId, COUNT(*) AS count,
      MIN(id) AS lowestId, MAX(id) AS highestId, MIN(entered_at) AS firstEnteredAt, MAX(entered_at) AS lastEnteredAt
    FROM funnel_entries
    GROUP BY email, funnel_type, COALESCE(test_id, 0)
    HAVING COUNT(*) > 1
    ORDER BY MIN(id) LIMIT ?`,
};

const countGroups: Statement = {
  mysql: `SELECT COUNT(*) AS count, COALESCE(CAST(SUM(size) AS SIGNED), 0) AS entries FROM (
      SELECT COUNT(*) AS size FROM funnel_entries
      GROUP BY CONVERT(email USING utf8mb4) COLLATE utf8mb4_bin, CONVERT(funnel_type USING utf8mb4) COLLATE utf8mb4_bin,
        COALESCE(test_id, 0)
      HAVING COUNT(*) > 1) AS duplicates`,
  sqlite: `SELECT COUNT(*) AS count, COALESCE(SUM(size), 0) AS entries FROM (
      SELECT COUNT(*) AS size FROM funnel_entries
      GROUP BY email, funnel_type, COALESCE(test_id, 0)
      HAVING COUNT(*) > 1) AS duplicates`,
};

/** How many duplicate groups there are, and how many entries they hold together. */
export async function countDuplicates(session: Session): Promise<{ groups: number; entries: number }> {
  const [row] = await session.query<{ count: number; entries: number }>(countGroups);
  return { groups: row?.count ?? 0, entries: row?.entries ?? 0 };
}

/** The result of `find-duplicates`: `groups` holds the first ones by lowest id, `total` counts all. */
export interface Duplicates {
  total: number;
  entries: number;
  groups: DuplicateGroup[];
}

/**
 * Lists the duplicate groups, oldest first, at most `limit` of them. Reads only, and needs nothing but
 * `funnel_entries`, so it works on a database that has never been migrated. A data Problem when that table is missing.
 */
export async function findDuplicates(session: Session, limit: number): Promise<Duplicates> {
  if (!(await hasTable(session, 'funnel_entries'))) {
    throw new Problem('data', 'There is no table funnel_entries in this database.', {
      hint: 'Check database.url; on a new database run: funnels migrate',
    });
  }
  const { groups: total, entries } = await countDuplicates(session);
  const groups = total === 0 ? [] : await session.query<DuplicateGroup>(selectGroups, [limit]);
  return { total, entries, groups };
}
