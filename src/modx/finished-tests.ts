import type { Id, Session, Statement } from '../database/database.ts';
import { type ModxTables, readingSite } from './tables.ts';

/** One finished test of the site, as it stands there. Dates are the server's wall clock. */
export interface FinishedTest {
  id: Id;
  email: string | null;
  testId: Id | null;
  finishedAt: string;
  /** whether the site has a test of that number */
  testExists: 0 | 1;
  /** whether that test's language is one of the site's languages; EXISTS, as a test can have a row per language */
  isLanguageTest: 0 | 1;
}

/** The span of finishing times that a run looks at, both ends included, as the database writes dates. */
export interface Window {
  from: string;
  to: string;
}

const selectWindow: Statement = {
  mysql: `SELECT CURRENT_TIMESTAMP - INTERVAL ? DAY AS \`from\`, CURRENT_TIMESTAMP AS \`to\``,
  sqlite: `SELECT datetime('now', '-' || CAST(? AS INTEGER) || ' days') AS "from", datetime('now') AS "to"`,
};

/** The last `days` days up to now, by the database's clock. */
export async function lookbackWindow(session: Session, days: number): Promise<Window> {
  const [window] = await session.query<Window>(selectWindow, [days]);
  if (window === undefined) throw new Error('The database did not tell the time.');
  return window;
}

/** Where a page of finished tests begins: after this finishing time and row. */
export interface PageStart {
  finishedAt: string;
  id: Id;
}

/** How many finished tests the window holds. */
export async function countFinishedTests(session: Session, tables: ModxTables, window: Window): Promise<number> {
  const [row] = await readingSite(() =>
    session.query<{ count: number }>(
      `SELECT COUNT(*) AS count FROM ${tables.finishedTests} u WHERE u.Datep >= ? AND u.Datep <= ?`,
      [window.from, window.to],
    ),
  );
  return row?.count ?? 0;
}

/** The next `limit` finished tests of the window after `start`, oldest first. A plain read that locks nothing. */
export function readFinishedTests(
  session: Session,
  tables: ModxTables,
  window: Window,
  start: PageStart,
  limit: number,
): Promise<FinishedTest[]> {
  const page = `SELECT u.Id AS id, u.Email AS email, u.TestId AS testId, u.Datep AS finishedAt,
      EXISTS (SELECT 1 FROM ${tables.tests} t WHERE t.Id = u.TestId) AS testExists,
      EXISTS (SELECT 1 FROM ${tables.tests} t JOIN ${tables.languages} l ON l.Id = t.LangId
        WHERE t.Id = u.TestId) AS isLanguageTest
    FROM ${tables.finishedTests} u
    WHERE u.Datep >= ? AND u.Datep <= ? AND (u.Datep > ? OR u.Id > ?)
    ORDER BY u.Datep, u.Id LIMIT ?`;
  return readingSite(() =>
    session.query<FinishedTest>(page, [start.finishedAt, window.to, start.finishedAt, start.id, limit]),
  );
}
