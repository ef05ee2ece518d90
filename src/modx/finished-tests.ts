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
  /** whether an entry for that address, as it is written, and for that funnel and test was there when the run began */
  isKnown: 0 | 1;
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

/** What stands before is no date: old servers write 0000-00-00 for a test that was never finished. */
export const firstDate = '1000-01-01';

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
    (SELECT COUNT(*) FROM (SELECT 1 AS one FROM ${tables.finishedTests} u WHERE u.Datep >= ? AND u.Datep < ? LIMIT ?) o) AS older`;
  const [row] = await readingSite(() =>
    session.query<{ inside: number; older: number }>(counts, [from, to, firstDate, from, countedAtMost + 1]),
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

/** What one page holds: how many finished tests in all, and those that were asked for. */
export interface FinishedTestPage {
  lookedAt: number;
  rows: FinishedTest[];
}

/**
 * Reads a page, oldest first. A finished test is known when its address, as it is written but for ASCII capitals and
 * outer spaces, has an entry for that funnel and test among the entries up to `knownUpTo`. Asked for the 'unknown' ones,
 * it only counts the known: they make up nearly all of a run, and the database can tell without sending them. That
 * comparison is stricter than the normal form, in which entries are kept, so nobody is known who would not be found by
 * it. One statement, so count and rows agree, and a plain read: it locks nothing of the site.
 */
export async function readPage(
  session: Session,
  tables: ModxTables,
  { after, upTo }: PageRange,
  knownUpTo: Id,
  wanted: 'all' | 'unknown',
): Promise<FinishedTestPage> {
  const range = [after.finishedAt, after.finishedAt, after.id, upTo.finishedAt, upTo.finishedAt, upTo.id];
  const parameters: Parameter[] = [...range, knownUpTo, ...range];
  const found = await readingSite(() =>
    session.query<FinishedTest & { pageSize: number | null }>(pageStatement(tables, wanted), parameters),
  );
  const lookedAt = found.find(({ pageSize }) => pageSize !== null)?.pageSize ?? 0;
  const rows = found.filter(({ pageSize }) => pageSize === null);
  return { lookedAt, rows: rows.sort(byPosition) };
}

// Lower case of other letters is another matter in each collation; only ASCII is left to the database.
const mysqlText = 'CONVERT(u.Email USING utf8mb4)';
const mysqlAddress = `IF(LENGTH(${mysqlText}) = CHAR_LENGTH(${mysqlText}),
        LOWER(TRIM(${mysqlText}) COLLATE utf8mb4_bin), ${mysqlText} COLLATE utf8mb4_bin)`;
const sqliteAddress = 'LOWER(TRIM(u.Email))';

// A join and no NOT EXISTS: MariaDB keeps the answers of a subquery by the column it depends on, in that column's
// collation, and so would answer for josé@ what it found for jose@. The unique key makes the join multiply nothing.
function pageStatement(tables: ModxTables, wanted: 'all' | 'unknown'): Statement {
  const isLanguage = isLanguageTest(tables);
  // Test 0 is no test: in an entry it says that the number was not recorded.
  const statement = (address: string): string => `SELECT COUNT(*) AS pageSize, NULL AS id, NULL AS email,
      NULL AS testId, NULL AS finishedAt, NULL AS testExists, NULL AS isLanguageTest, NULL AS isKnown
    FROM ${tables.finishedTests} u WHERE ${inPage}
    UNION ALL
    SELECT NULL, u.Id, u.Email, u.TestId, u.Datep,
      EXISTS (SELECT 1 FROM ${tables.tests} t WHERE t.Id = u.TestId), ${isLanguage}, e.id IS NOT NULL
    FROM ${tables.finishedTests} u LEFT JOIN funnel_entries e
      ON e.email = ${address} AND e.funnel_type = CASE WHEN ${isLanguage} THEN 'language' ELSE 'non_language' END
        AND e.test_id = u.TestId AND e.test_id <> 0 AND e.id <= ?
    WHERE ${inPage}${wanted === 'all' ? '' : ' AND e.id IS NULL'}`;
  return { mysql: statement(mysqlAddress), sqlite: statement(sqliteAddress) };
}

/** Whether a finished test `u` is one of a language, as SQL; EXISTS, as a test can have a row per language. */
export function isLanguageTest({ tests, languages }: ModxTables): string {
  return `EXISTS (SELECT 1 FROM ${tests} t JOIN ${languages} l ON l.Id = t.LangId WHERE t.Id = u.TestId)`;
}

function byPosition(a: FinishedTest, b: FinishedTest): number {
  if (a.finishedAt !== b.finishedAt) return a.finishedAt < b.finishedAt ? -1 : 1;
  return BigInt(a.id) < BigInt(b.id) ? -1 : 1;
}
