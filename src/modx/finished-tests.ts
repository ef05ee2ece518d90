import type { Id, Parameter, Session, Statement } from '../database/database.ts';
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

/** A place between finished tests, which are ordered by finishing time and number. */
export interface Position {
  finishedAt: string;
  id: Id | bigint;
}

/** A page of finished tests: those after `after`, up to and including `upTo`. */
export interface PageRange {
  after: Position;
  upTo: Position;
}

const largestId = 9_223_372_036_854_775_807n;

/** More than so many are not counted, only said to be more. */
export const countedAtMost = 100_000;

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

/** How many finished tests the window holds, and how many are older than it (counted up to 100,001). */
export async function countFinishedTests(
  session: Session,
  tables: ModxTables,
  { from, to }: Window,
): Promise<{ inside: number; older: number }> {
  const counts = `SELECT (SELECT COUNT(*) FROM ${tables.finishedTests} u WHERE u.Datep >= ? AND u.Datep <= ?) AS inside,
    (SELECT COUNT(*) FROM (SELECT 1 AS one FROM ${tables.finishedTests} u WHERE u.Datep < ? LIMIT ?) o) AS older`;
  const [row] = await readingSite(() =>
    session.query<{ inside: number; older: number }>(counts, [from, to, from, countedAtMost + 1]),
  );
  return { inside: row?.inside ?? 0, older: row?.older ?? 0 };
}

/** The range of the next `size` finished tests of the window; `isLast` when fewer are left. */
export async function nextPage(
  session: Session,
  tables: ModxTables,
  window: Window,
  after: Position,
  size: number,
): Promise<PageRange & { isLast: boolean }> {
  const end = `SELECT u.Datep AS finishedAt, u.Id AS id FROM ${tables.finishedTests} u
    WHERE u.Datep >= ? AND u.Datep <= ? AND (u.Datep > ? OR u.Id > ?) ORDER BY u.Datep, u.Id LIMIT 1 OFFSET ?`;
  const [last] = await readingSite(() =>
    session.query<Position>(end, [after.finishedAt, window.to, after.finishedAt, after.id, size - 1]),
  );
  return { after, upTo: last ?? { finishedAt: window.to, id: largestId }, isLast: last === undefined };
}

const inPage = 'u.Datep >= ? AND (u.Datep > ? OR u.Id > ?) AND u.Datep <= ? AND (u.Datep < ? OR u.Id <= ?)';

/** What one page holds: how many finished tests in all, and those that are not known to have an entry. */
export interface FinishedTestPage {
  lookedAt: number;
  rows: FinishedTest[];
}

/**
 * Reads a page, oldest first. Finished tests whose address, as it is written but for ASCII capitals and outer spaces,
 * has an entry for that funnel and test among the entries up to `knownUpTo` are only counted: they make up nearly all
 * of a run, and the database can tell without sending them. That comparison is stricter than the normal form, so
 * nobody is counted who would not be found by it. null reads every row. One statement, so count and rows agree, and a
 * plain read: it locks nothing of the site.
 */
export async function readPage(
  session: Session,
  tables: ModxTables,
  { after, upTo }: PageRange,
  knownUpTo: Id | null,
): Promise<FinishedTestPage> {
  const range = [after.finishedAt, after.finishedAt, after.id, upTo.finishedAt, upTo.finishedAt, upTo.id];
  const parameters: Parameter[] = [...range, ...range, ...(knownUpTo === null ? [] : [knownUpTo])];
  const found = await readingSite(() =>
    session.query<FinishedTest & { pageSize: number | null }>(pageStatement(tables, knownUpTo !== null), parameters),
  );
  const lookedAt = found.find(({ pageSize }) => pageSize !== null)?.pageSize ?? 0;
  const rows = found.filter(({ pageSize }) => pageSize === null);
  return { lookedAt, rows: rows.sort(byPosition) };
}

function pageStatement(tables: ModxTables, onlyUnknown: boolean): Statement {
  const isLanguageTest = `EXISTS (SELECT 1 FROM ${tables.tests} t JOIN ${tables.languages} l ON l.Id = t.LangId
      WHERE t.Id = u.TestId)`;
  const statement = (
    address: string,
  ): string => `SELECT COUNT(*) AS pageSize, NULL AS id, NULL AS email, NULL AS testId,
      NULL AS finishedAt, NULL AS testExists, NULL AS isLanguageTest
    FROM ${tables.finishedTests} u WHERE ${inPage}
    UNION ALL
    SELECT NULL, u.Id, u.Email, u.TestId, u.Datep,
      EXISTS (SELECT 1 FROM ${tables.tests} t WHERE t.Id = u.TestId), ${isLanguageTest}
    FROM ${tables.finishedTests} u WHERE ${inPage}${
      onlyUnknown
        ? ` AND NOT EXISTS (SELECT 1 FROM funnel_entries e
        WHERE e.email = ${address} AND e.funnel_type = CASE WHEN ${isLanguageTest} THEN 'language' ELSE 'non_language' END
          AND e.test_id = u.TestId AND e.id <= ?)`
        : ''
    }`;
  // Lower case of other letters is another matter in each collation; only ASCII is left to the database.
  const text = 'CONVERT(u.Email USING utf8mb4)';
  return {
    mysql: statement(`(IF(LENGTH(${text}) = CHAR_LENGTH(u.Email), LOWER(TRIM(${text})), ${text}) COLLATE utf8mb4_bin)`),
    sqlite: statement('LOWER(TRIM(u.Email))'),
  };
}

function byPosition(a: FinishedTest, b: FinishedTest): number {
  if (a.finishedAt !== b.finishedAt) return a.finishedAt < b.finishedAt ? -1 : 1;
  return BigInt(a.id) < BigInt(b.id) ? -1 : 1;
}
