import type { Id, Session, Statement } from '../database/database.ts';
import { firstDate } from '../modx/finished-tests.ts';
import { type ModxTables, readingSite } from '../modx/tables.ts';
import type { FunnelType } from './funnel-type.ts';
import { givenIds, type Person } from './purchases.ts';

/** An entry of a buyer with what the recorded payments that count as paid say about it. Dates are the server's wall clock. */
export interface BuyerEntry {
  entryId: Id;
  email: string;
  funnelType: FunnelType;
  /** when the test was finished: recorded, else by the result that the entry names, else the entry's own time */
  finishedAt: string;
  enteredAt: string;
  isBought: 0 | 1;
  boughtAt: string | null;
  refundedAt: string | null;
  paidBeforeAt: string | null;
  /** the earliest payment at or after the entry */
  firstAfter: string | null;
  /** the earliest one at or after the finish and before the entry */
  firstBetween: string | null;
}

const mysqlPersons = `(SELECT DISTINCT t.email, t.funnel_type FROM JSON_TABLE(?, '$[*]' COLUMNS (
      email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.email',
      funnel_type VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.funnelType')) t) j`;
const sqlitePersons = `(SELECT DISTINCT value ->> 'email' AS email, value ->> 'funnelType' AS funnel_type
    FROM json_each(?)) j`;

const lockEntries: Statement = {
  mysql: `SELECT e.id FROM ${mysqlPersons} JOIN funnel_entries e
    ON e.email = j.email AND e.funnel_type = j.funnel_type FOR UPDATE`,
  sqlite: 'SELECT 1 WHERE ? IS NULL',
};

const paid = (without: string): string => `SELECT MIN(p.paid_at) FROM funnel_purchases p
      WHERE p.email = x.email AND p.funnel_type = x.funnelType AND p.revoked_at IS NULL
        AND p.payment_id NOT IN (${without})`;

// The finish is looked up in a subquery, so that no row of the site is ever locked.
const entries = (tables: ModxTables, persons: string, without: string): string => `SELECT x.*,
    (${paid(without)} AND p.paid_at >= x.enteredAt) AS firstAfter,
    (${paid(without)} AND p.paid_at >= x.finishedAt AND p.paid_at < x.enteredAt) AS firstBetween
  FROM (SELECT e.id AS entryId, e.email AS email, e.funnel_type AS funnelType,
      COALESCE(e.test_completed_at, (SELECT MAX(u.Datep) FROM ${tables.finishedTests} u
        WHERE u.Id = e.user_id AND u.Datep >= '${firstDate}'), e.entered_at) AS finishedAt,
      e.entered_at AS enteredAt, e.certificate_purchased AS isBought, e.certificate_purchased_at AS boughtAt,
      e.certificate_refunded_at AS refundedAt, e.paid_before_entering_at AS paidBeforeAt
    FROM ${persons} JOIN funnel_entries e ON e.email = j.email AND e.funnel_type = j.funnel_type) x
  ORDER BY x.entryId`;

/** Locks the entries of these people until the transaction ends; to be read afterwards, as they then stand. */
export async function lockEntriesOf(session: Session, persons: readonly Person[]): Promise<void> {
  if (session.engine === 'mysql') await session.query(lockEntries, [personsJson(persons)]);
}

/** The entries of these people, in their order; payments in `without` count for nothing (a dry run knows better). */
export async function readEntriesOf(
  session: Session,
  tables: ModxTables,
  persons: readonly Person[],
  without: readonly Id[] = [],
): Promise<BuyerEntry[]> {
  if (persons.length === 0) return [];
  const statement: Statement = {
    mysql: entries(tables, mysqlPersons, givenIds.mysql),
    sqlite: entries(tables, sqlitePersons, givenIds.sqlite),
  };
  const excluded = JSON.stringify(without);
  return readingSite(() => session.query<BuyerEntry>(statement, [excluded, excluded, personsJson(persons)]));
}

function personsJson(persons: readonly Person[]): string {
  return JSON.stringify(persons.map(({ email, funnelType }) => ({ email, funnelType })));
}
