import type { Id, Session } from '../database/database.ts';
import { firstDate, isLanguageTest } from './finished-tests.ts';
import type { ModxTables } from './tables.ts';

/** A finished test of the site, of whatever age: what it says about who had finished what. */
export interface PastResult {
  id: Id;
  email: string | null;
  testId: Id;
  finishedAt: string;
  isLanguageTest: 0 | 1;
}

/** The next `limit` finished tests up to now after number `after` that have an address, a test and a date, by number. */
export function readPastResults(session: Session, tables: ModxTables, after: Id, limit: number): Promise<PastResult[]> {
  const page = `SELECT u.Id AS id, u.Email AS email, u.TestId AS testId, u.Datep AS finishedAt,
      ${isLanguageTest(tables)} AS isLanguageTest
    FROM ${tables.finishedTests} u
    WHERE u.Id > ? AND u.Email <> '' AND u.TestId <> 0 AND u.Datep >= ? AND u.Datep <= CURRENT_TIMESTAMP
    ORDER BY u.Id LIMIT ?`;
  return session.query<PastResult>(page, [after, firstDate, limit]);
}
