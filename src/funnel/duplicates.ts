import type { Id, Session, Statement } from '../database/database.ts';
import { hasTable } from '../database/has-table.ts';
import { Problem } from '../errors.ts';
import { compareIds, entryIdentity, findSpellings } from './spellings.ts';

/** Entries that share address, funnel and test (analytics guide, 1.2). Dates as the database holds them. */
export interface DuplicateGroup {
  /** as it is stored, or in its normal form when it is stored in several spellings */
  email: string;
  /** the spellings in which it is stored */
  writtenAs: string[];
  funnelType: string;
  /** 0 stands for "not recorded", which the predecessor wrote as NULL */
  testId: Id;
  count: number;
  lowestId: Id;
  highestId: Id;
  firstEnteredAt: string;
  lastEnteredAt: string;
}

// Byte for byte, trailing spaces included: entries whose addresses differ in anything are left to findSpellings.
const sameEntry = {
  mysql: `CAST(CONVERT(email USING utf8mb4) AS BINARY), CONVERT(funnel_type USING utf8mb4) COLLATE utf8mb4_bin,
      COALESCE(test_id, 0)`,
  sqlite: 'email, funnel_type, COALESCE(test_id, 0)',
};

const groupsBy = (same: string): string => `SELECT MIN(email) AS email, MIN(funnel_type) AS funnelType,
      COALESCE(test_id, 0) AS testId, COUNT(*) AS count, MIN(id) AS lowestId, MAX(id) AS highestId,
      MIN(entered_at) AS firstEnteredAt, MAX(entered_at) AS lastEnteredAt
    FROM funnel_entries WHERE email IS NOT NULL GROUP BY ${same} HAVING COUNT(*) > 1 ORDER BY MIN(id) LIMIT ?`;

const selectGroups: Statement = { mysql: groupsBy(sameEntry.mysql), sqlite: groupsBy(sameEntry.sqlite) };

const countBy = (same: string): string => `SELECT COUNT(*) AS \`groups\`, COALESCE(SUM(size), 0) AS entries FROM (
      SELECT COUNT(*) AS size FROM funnel_entries WHERE email IS NOT NULL GROUP BY ${same} HAVING COUNT(*) > 1
    ) AS duplicates`;

const countGroups: Statement = { mysql: countBy(sameEntry.mysql), sqlite: countBy(sameEntry.sqlite) };

/** The result of `find-duplicates`: `groups` holds the first ones by lowest id, `total` counts all. */
export interface Duplicates {
  total: number;
  entries: number;
  groups: DuplicateGroup[];
}

/**
 * Lists the duplicate groups, oldest first, at most `limit` of them: entries that are equal, and entries whose
 * addresses differ only in how they are written, which become equal when they are brought into their normal form.
 * Reads only, and needs nothing but `funnel_entries`, so it works on a database that has never been migrated. A data
 * Problem when that table is missing.
 */
export async function findDuplicates(session: Session, limit: number): Promise<Duplicates> {
  if (!(await hasTable(session, 'funnel_entries'))) {
    throw new Problem('data', 'There is no table funnel_entries in this database.', {
      hint: 'Check database.url; on a new database run: funnels migrate',
    });
  }
  const [exact] = await session.query<{ groups: number; entries: number | string }>(countGroups);
  const spelled = await findSpellings(session, limit);
  const { exactInside } = spelled;
  return {
    total: (exact?.groups ?? 0) - exactInside.groups + spelled.total,
    entries: Number(exact?.entries ?? 0) - exactInside.entries + spelled.entries,
    groups: await firstGroups(session, limit, spelled.groups),
  };
}

/** The first groups by lowest id, an equal group left out where it is part of one with several spellings. */
async function firstGroups(session: Session, limit: number, spelled: DuplicateGroup[]): Promise<DuplicateGroup[]> {
  const identities = new Set(spelled.map(entryIdentity));
  const spare = spelled.reduce((sum, { writtenAs }) => sum + writtenAs.length, 0);
  const equal = await session.query<DuplicateGroup>(selectGroups, [limit + spare]);
  return [
    ...equal
      .filter((group) => !identities.has(entryIdentity(group)))
      .map((group) => ({ ...group, writtenAs: [group.email] })),
    ...spelled,
  ]
    .sort((a, b) => compareIds(a.lowestId, b.lowestId))
    .slice(0, limit);
}
