import type { Session } from '../database/database.ts';

/** A CHECK constraint; `isOfColumn`: it belongs to one column's definition (MariaDB). */
export interface CheckState {
  name: string;
  clause: string;
  isOfColumn: boolean;
}

/** What a table is besides its columns and indexes. */
export interface TableState {
  /** BASE TABLE, or what else has that name: VIEW, SYSTEM VERSIONED, SEQUENCE */
  kind: string;
  engine: string | null;
  /** as information_schema gives them: `partitioned`, `key_block_size=8` */
  options: string;
  triggers: { name: string; when: string }[];
  /** this account would not see triggers if there were any */
  hidesTriggers: boolean;
  generated: { column: string; expression: string }[];
  checks: CheckState[];
}

const selectTable = `SELECT table_type AS kind, engine AS engine, COALESCE(create_options, '') AS options
  FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?`;

const selectTriggers = `SELECT trigger_name AS name, CONCAT(action_timing, ' ', event_manipulation) AS \`when\`
  FROM information_schema.triggers WHERE event_object_schema = DATABASE() AND event_object_table = ?
  ORDER BY trigger_name`;

// Without this privilege information_schema has no triggers to show; those that come with a role do not stand here.
const triggerRights = `SELECT COUNT(*) AS found FROM (
    SELECT grantee FROM information_schema.user_privileges WHERE privilege_type = 'TRIGGER'
    UNION ALL SELECT grantee FROM information_schema.schema_privileges
      WHERE privilege_type = 'TRIGGER' AND DATABASE() LIKE table_schema
    UNION ALL SELECT grantee FROM information_schema.table_privileges
      WHERE privilege_type = 'TRIGGER' AND table_schema = DATABASE() AND table_name = ?) p
  WHERE grantee = CONCAT('''', SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''@''', SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')`;

const selectGenerated = `SELECT column_name AS \`column\`, generation_expression AS expression
  FROM information_schema.columns
  WHERE table_schema = DATABASE() AND table_name = ? AND COALESCE(generation_expression, '') <> ''`;

const selectCheckNames = `SELECT constraint_name AS name FROM information_schema.table_constraints
  WHERE table_schema = DATABASE() AND table_name = ? AND constraint_type = 'CHECK'`;

// All columns: only MariaDB says of which table and level one is, and only there can two tables have one of a name.
const selectChecks = `SELECT * FROM information_schema.check_constraints WHERE constraint_schema = DATABASE()`;

const sqliteObjects = `SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view') AND name = ?`;

const sqliteTriggers = `SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? ORDER BY name`;

/** Reads what a table is; null when nothing has that name. */
export async function readTableState(session: Session, table: string): Promise<TableState | null> {
  return session.engine === 'mysql' ? readMysqlState(session, table) : readSqliteState(session, table);
}

async function readMysqlState(session: Session, table: string): Promise<TableState | null> {
  const [found] = await session.query<Pick<TableState, 'kind' | 'engine' | 'options'>>(selectTable, [table]);
  if (found === undefined) return null;
  const triggers = await session.query<TableState['triggers'][number]>(selectTriggers, [table]);
  const [rights] = await session.query<{ found: number }>(triggerRights, [table]);
  return {
    ...found,
    triggers,
    hidesTriggers: triggers.length === 0 && Number(rights?.found ?? 0) === 0,
    generated: (await session.query<TableState['generated'][number]>(selectGenerated, [table])).map((one) => ({
      ...one,
      column: one.column.toLowerCase(),
    })),
    checks: await readChecks(session, table),
  };
}

interface CheckRow {
  TABLE_NAME?: string;
  CONSTRAINT_NAME: string;
  CHECK_CLAUSE: string;
  LEVEL?: string;
}

async function readChecks(session: Session, table: string): Promise<CheckState[]> {
  const names = new Set((await session.query<{ name: string }>(selectCheckNames, [table])).map(({ name }) => name));
  if (names.size === 0) return [];
  const rows = await session.query<CheckRow>(selectChecks);
  return rows
    .filter(({ TABLE_NAME: owner = table, CONSTRAINT_NAME: name }) => owner === table && names.has(name))
    .map(({ CONSTRAINT_NAME: name, CHECK_CLAUSE: clause, LEVEL: level }) => ({
      name,
      clause,
      isOfColumn: level === 'Column',
    }));
}

async function readSqliteState(session: Session, table: string): Promise<TableState | null> {
  const [found] = await session.query<{ type: string }>(sqliteObjects, [table]);
  if (found === undefined) return null;
  const triggers = await session.query<{ name: string }>(sqliteTriggers, [table]);
  return {
    kind: found.type === 'view' ? 'VIEW' : 'BASE TABLE',
    engine: null,
    options: '',
    triggers: triggers.map(({ name }) => ({ name, when: 'at a change of a row' })),
    hidesTriggers: false,
    generated: [],
    checks: [],
  };
}
