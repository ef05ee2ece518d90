import { DatabaseProblem, type Session, type Statement } from '../database/database.ts';
import { hasTable } from '../database/has-table.ts';
import { Problem } from '../errors.ts';

/** A row of `funnels_migrations`: how far one migration has come in this database. */
export interface AppliedMigration {
  version: number;
  name: string;
  checksum: string;
  /** the statements it was applied with, so that a program that has others can show the difference */
  statements: readonly string[];
  /** running: some statements are missing · done · adopted: its tables were there before funnels came */
  state: 'running' | 'done' | 'adopted';
  statementsDone: number;
  /** number (from 1) of the statement whose outcome is unknown: it was begun, and nobody recorded its end */
  inFlight: number | null;
  /** what the last run of it failed with; null once it is complete */
  error: string | null;
  startedAt: string;
  finishedAt: string | null;
  /** working time of all runs that could record theirs; a killed one could not */
  durationMs: number | null;
  toolVersion: string;
  host: string;
}

const createHistory: Statement = {
  mysql: `CREATE TABLE IF NOT EXISTS funnels_migrations (
      version INT NOT NULL PRIMARY KEY,
      name VARCHAR(100) NOT NULL,
      checksum VARCHAR(80) NOT NULL,
      statements MEDIUMTEXT NOT NULL,
      state VARCHAR(16) NOT NULL,
      statements_done INT NOT NULL,
      in_flight INT NULL,
      error TEXT NULL,
      started_at DATETIME NOT NULL,
      finished_at DATETIME NULL,
      duration_ms BIGINT NULL,
      tool_version VARCHAR(32) NOT NULL,
      host VARCHAR(255) NOT NULL
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`,
  sqlite: `CREATE TABLE IF NOT EXISTS funnels_migrations (
      version INTEGER NOT NULL PRIMARY KEY,
      name TEXT NOT NULL,
      checksum TEXT NOT NULL,
      statements TEXT NOT NULL,
      state TEXT NOT NULL,
      statements_done INTEGER NOT NULL,
      in_flight INTEGER NULL,
      error TEXT NULL,
      started_at TEXT NOT NULL,
      finished_at TEXT NULL,
      duration_ms INTEGER NULL,
      tool_version TEXT NOT NULL,
      host TEXT NOT NULL
    )`,
};

const selectHistory = `SELECT version, name, checksum, statements, state, statements_done AS statementsDone,
    in_flight AS inFlight, error, started_at AS startedAt, finished_at AS finishedAt, duration_ms AS durationMs,
    tool_version AS toolVersion, host
  FROM funnels_migrations ORDER BY version`;

/** Makes the history table when it is missing; to be called under the migration lock. */
export async function ensureHistory(session: Session): Promise<void> {
  // Even a CREATE that finds the table there needs the privilege and ends the transaction on MySQL.
  if (!(await hasTable(session, 'funnels_migrations'))) await session.execute(createHistory);
}

/** Whether a table of ours was asked for columns that it does not have: somebody else has made it. */
export function isOfAnotherForm(error: unknown): boolean {
  return error instanceof DatabaseProblem && error.reason === 'missing_table';
}

/** Says that a table of our name is not ours. */
export function anotherForm(table: string): string {
  return `${table} is in this database, but not as funnels makes it.`;
}

/**
 * What has been applied, by version; null when this database has no history at all. Throws a data Problem when the table
 * of that name is somebody else's.
 */
export async function readHistory(session: Session): Promise<AppliedMigration[] | null> {
  if (!(await hasTable(session, 'funnels_migrations'))) return null;
  const rows = await session
    .query<Omit<AppliedMigration, 'statements'> & { statements: string }>(selectHistory)
    .catch((error: unknown) => {
      if (!isOfAnotherForm(error)) throw error;
      throw new Problem('data', anotherForm('funnels_migrations'), {
        hint: 'If it is not from funnels, rename it; if it is, restore it from a backup. Then run this again.',
      });
    });
  return rows.map((row) => ({ ...row, statements: JSON.parse(row.statements) as string[] }));
}
