import type { Id, Session } from '../database/database.ts';
import { type FinishedTest, firstDate } from './finished-tests.ts';
import { type ModxTables, readingSite } from './tables.ts';

/** Results that no window of finishing times holds: dated after its end, or without a date (NULL, or the zero date). */
export interface OddDates {
  ahead: number;
  /** the last date of those ahead */
  latest: string | null;
  undated: number;
}

/** One of them, as it stands on the site. */
export type OddlyDated = Pick<FinishedTest, 'id' | 'email' | 'testId'> & { finishedAt: string | null };

/** How many results are dated after `now`, and how many have no date. */
export async function countOddDates(session: Session, tables: ModxTables, now: string): Promise<OddDates> {
  // A question each, so that an index on the date answers it.
  const counts = `SELECT (SELECT COUNT(*) FROM ${tables.finishedTests} u WHERE u.Datep > ?) AS ahead,
    (SELECT MAX(u.Datep) FROM ${tables.finishedTests} u WHERE u.Datep > ?) AS latest,
    (SELECT COUNT(*) FROM ${tables.finishedTests} u WHERE u.Datep < ?) +
    (SELECT COUNT(*) FROM ${tables.finishedTests} u WHERE u.Datep IS NULL) AS undated`;
  const [row] = await readingSite(() => session.query<OddDates>(counts, [now, now, firstDate]));
  return row ?? { ahead: 0, latest: null, undated: 0 };
}

/** The next `limit` of them after number `after`, by number. */
export function readOddlyDated(
  session: Session,
  tables: ModxTables,
  { now, after, limit }: { now: string; after: Id; limit: number },
): Promise<OddlyDated[]> {
  const page = `SELECT u.Id AS id, u.Email AS email, u.TestId AS testId, u.Datep AS finishedAt
    FROM ${tables.finishedTests} u
    WHERE u.Id > ? AND (u.Datep > ? OR u.Datep < ? OR u.Datep IS NULL) ORDER BY u.Id LIMIT ?`;
  return readingSite(() => session.query<OddlyDated>(page, [after, now, firstDate, limit]));
}

/** Whether a date is one: not NULL, and not the zero date. */
export function isDated(finishedAt: string | null): finishedAt is string {
  return finishedAt !== null && finishedAt >= firstDate;
}
