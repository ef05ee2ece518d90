import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createConnection, createPool, type RowDataPacket } from 'mysql2/promise';
import { inject } from 'vitest';
import type {} from './global-setup.ts';

/** The engines that each behaviour of the database is tested on. */
export const engines = ['sqlite', 'mysql'] as const;
export type Engine = (typeof engines)[number];
/** What both drivers take as a parameter. */
export type SqlValue = string | number | bigint | null | Uint8Array;

/** An empty database of one test's own, with a way around the code under test to fill it and to look into it. */
export type TestDatabase = {
  engine: Engine;
  /** what `database.url` is set to */
  url: string;
  /** Runs one statement with `?` parameters, all on one connection; the rows, or none for a statement without. */
  admin<Row = Record<string, unknown>>(sql: string, params?: SqlValue[]): Promise<Row[]>;
  /** Closes and removes it; a second call does nothing. */
  drop(): Promise<void>;
};

/** A utf8mb4 database with a unique name on the run's server. */
export async function createMysqlDatabase(): Promise<TestDatabase> {
  const server = inject('databaseServerUrl');
  const name = `funnels_test_${process.pid}_${randomBytes(5).toString('hex')}`;
  const onServer = async (...statements: string[]) => {
    const connection = await createConnection({ uri: server });
    try {
      for (const statement of statements) await connection.query(statement);
    } finally {
      await connection.end();
    }
  };
  await onServer(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  // A pool of one keeps the session's state as SQLite does, and connects again after the server was restarted.
  const pool = createPool({
    uri: url.href,
    connectionLimit: 1,
    dateStrings: true,
    supportBigNumbers: true,
  });
  let dropped = false;
  return {
    engine: 'mysql',
    url: url.href,
    async admin<Row>(sql: string, params: SqlValue[] = []) {
      const [result] = await pool.query<RowDataPacket[]>(sql, params);
      return (Array.isArray(result) ? result : []) as Row[];
    },
    async drop() {
      if (dropped) return;
      dropped = true;
      await pool.end();
      // A transaction that the test left open fails the drop soon instead of hanging it for a day.
      await onServer('SET SESSION lock_wait_timeout = 10', `DROP DATABASE IF EXISTS ${name}`);
    },
  };
}

/** A SQLite file in a temporary folder of its own. */
export async function createSqliteDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'funnels-sqlite-'));
  const path = join(folder, 'funnels.sqlite');
  const database = new DatabaseSync(path, { timeout: 10_000 });
  return {
    engine: 'sqlite',
    url: `sqlite:${path}`,
    async admin<Row>(sql: string, params: SqlValue[] = []) {
      const statement = database.prepare(sql);
      // The driver would run the first statement and ignore the others without a word.
      const rest = sql.slice(statement.sourceSQL.length).replace(/--[^\n]*/g, '');
      if (rest.trim() !== '') throw new Error(`admin() takes one statement; this would not be run: ${rest.trim()}`);
      return statement.all(...params).map((row) => ({ ...row })) as Row[];
    },
    async drop() {
      if (database.isOpen) database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An empty database on that engine. */
export function createTestDatabase(engine: Engine): Promise<TestDatabase> {
  return engine === 'mysql' ? createMysqlDatabase() : createSqliteDatabase();
}
