import type { Session, Statement } from '../database/database.ts';
import { hasTable } from '../database/has-table.ts';

/** A row of `funnels_migrations`: how far one migration has come in this database. */
export interface AppliedMigration {
  version: number;
  name: string;
  checksum: string;
  /** running: some statements are missing · done · adopted: its tables were there before funnels came */
  state: 'running' | 'done' | 'adopted';
  statementsDone: number;
  /** number (from 1) of the statement that was being run when this was written, null between statements */
  inFlight: number | null;
  startedAt: string;
  finishedAt: string | null;
  toolVersion: string;
  host: string;
}

const createHistory: Statement = {
  mysql: `CREATE TABLE IF NOT EXISTS funnels_migrations (
      version INT NOT NULL PRIMARY KEY,
      name VARCHAR(100) NOT NULL,
      checksum VARCHAR(80) NOT NULL,
      state VARCHAR(16) NOT NULL,
      statements_done INT NOT NULL,
      in_flight INT NULL,
      started_at DATETIME NOT NULL,
      finished_at DATETIME NULL,
      tool_version VARCHAR(32) NOT NULL,
      host VARCHAR(255) NOT NULL
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`,
  sqlite: `CREATE TABLE IF NOT EXISTS funnels_migrations (
      version INTEGER NOT NULL PRIMARY KEY,
      name TEXT NOT NULL,
      checksum TEXT NOT NULL,
      state TEXT NOT NULL,
      statements_done INTEGER NOT NULL,
      in_flight INTEGER NULL,
      started_at TEXT NOT NULL,
      finished_at TEXT NULL,
      tool_version TEXT NOT NULL,
      host TEXT NOT NULL
    )`,
};

const selectHistory = `SELECT version, name, checksum, state, statements_done AS statementsDone, in_flight AS inFlight,
    started_at AS startedAt, finished_at AS finishedAt, tool_version AS toolVersion, host
  FROM funnels_migrations ORDER BY version`;

const insertStarted = `INSERT INTO funnels_migrations
    (version, name, checksum, state, statements_done, in_flight, started_at, tool_version, host)
  VALUES (?, ?, ?, 'running', 0, NULL, CURRENT_TIMESTAMP, ?, ?)`;

const updateInFlight = `UPDATE funnels_migrations SET in_flight = ? WHERE version = ?`;

const updateStatementDone = `UPDATE funnels_migrations SET statements_done = ?, in_flight = NULL WHERE version = ?`;

const updateFinished = `UPDATE funnels_migrations
  SET state = ?, statements_done = ?, in_flight = NULL, finished_at = CURRENT_TIMESTAMP WHERE version = ?`;

/** Makes the history table when it is missing; to be called under the migration lock. */
export async function ensureHistory(session: Session): Promise<void> {
  // Even a CREATE that finds the table there needs the privilege and ends the transaction on MySQL.
  if (!(await hasTable(session, 'funnels_migrations'))) await session.execute(createHistory);
}

/** What has been applied, by version; null when this database has no history at all. */
export async function readHistory(session: Session): Promise<AppliedMigration[] | null> {
  if (!(await hasTable(session, 'funnels_migrations'))) return null;
  return session.query<AppliedMigration>(selectHistory);
}

/** Who applies a migration, for the record. */
export interface Applier {
  toolVersion: string;
  host: string;
}

/** Records that a migration begins. */
export async function recordStart(
  session: Session,
  migration: { version: number; name: string; checksum: string },
  applier: Applier,
): Promise<void> {
  const { version, name, checksum } = migration;
  await session.execute(insertStarted, [version, name, checksum, applier.toolVersion, applier.host]);
}

/** Records that statement `number` (from 1) is about to run. */
export async function recordInFlight(session: Session, version: number, number: number): Promise<void> {
  await session.execute(updateInFlight, [number, version]);
}

/** Records that the first `count` statements have taken effect. */
export async function recordStatementsDone(session: Session, version: number, count: number): Promise<void> {
  await session.execute(updateStatementDone, [count, version]);
}

/** Records that a migration is complete, applied by us ('done') or found in place ('adopted'). */
export async function recordFinish(
  session: Session,
  migration: { version: number; statements: readonly string[] },
  state: 'done' | 'adopted',
): Promise<void> {
  await session.execute(updateFinished, [state, migration.statements.length, migration.version]);
}
