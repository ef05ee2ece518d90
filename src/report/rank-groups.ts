import type { Session } from '../database/database.ts';
import { type Grouping, queryEntries, type Scope } from './scope.ts';

/** Tests or sources by number of entries: those that get a row, and how many there are beside them. */
export interface RankedGroups {
  kept: string[];
  folded: number;
}

const mostGroups = 20;

/** What the keys of a grouping by test or source begin with: a group of its own, one not recorded, the rest. */
export const groupKinds = { own: '=', unknown: '-', other: '+' } as const;

const known = { test: 'NULLIF(e.test_id, 0)', source: `NULLIF(e.source, '')` } as const;

const byColumn = (column: keyof typeof known): Grouping => ({
  tables: { mysql: 'funnel_entries e', sqlite: 'funnel_entries e' },
  key: known[column],
  parameters: [],
  isBounded: false,
});

const rank = (entries: string): string => `SELECT s.grp AS name, COUNT(*) AS entries, COUNT(*) OVER () AS groups_found
  FROM ${entries} WHERE s.grp IS NOT NULL GROUP BY s.grp ORDER BY entries DESC, s.grp LIMIT ${mostGroups + 1}`;

/** The 20 tests or sources with the most entries; a single one beyond them is kept too, since a row is a row. */
export async function rankGroups(session: Session, scope: Scope, column: 'test' | 'source'): Promise<RankedGroups> {
  const grouping = byColumn(column);
  const rows = await queryEntries<{ name: string | number; groups_found: number }>(session, rank, { grouping, scope });
  const found = rows[0]?.groups_found ?? 0;
  const kept = found > rows.length ? rows.slice(0, mostGroups) : rows;
  return { kept: kept.map(({ name }) => String(name)), folded: found - kept.length };
}

const keptOfMysql: Record<'test' | 'source', string> = {
  test: `funnel_entries e LEFT JOIN JSON_TABLE(?, '$[*]' COLUMNS (name BIGINT PATH '$')) k ON k.name = e.test_id`,
  source: `funnel_entries e LEFT JOIN JSON_TABLE(?, '$[*]' COLUMNS (name VARCHAR(64) CHARACTER SET utf8mb4
      COLLATE utf8mb4_bin PATH '$')) k ON k.name = e.source`,
};

const keptOfSqlite: Record<'test' | 'source', string> = {
  test: `funnel_entries e LEFT JOIN (SELECT CAST(value AS INTEGER) AS name FROM json_each(?)) k ON k.name = e.test_id`,
  source: `funnel_entries e LEFT JOIN (SELECT value AS name FROM json_each(?)) k ON k.name = e.source`,
};

/** Groups entries by test or source: each of those kept, the unknown one, and the rest as one. */
export function groupByRank(column: 'test' | 'source', kept: readonly string[]): Grouping {
  return {
    tables: { mysql: keptOfMysql[column], sqlite: keptOfSqlite[column] },
    key: `CASE WHEN ${known[column]} IS NULL THEN '${groupKinds.unknown}'
        WHEN k.name IS NULL THEN '${groupKinds.other}' ELSE CONCAT('${groupKinds.own}', k.name) END`,
    parameters: [JSON.stringify(kept)],
    isBounded: false,
  };
}
