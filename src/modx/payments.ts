import type { Id, Session, Statement } from '../database/database.ts';
import { type ModxTables, readingSite } from './tables.ts';

/** A paid certificate (id_status 2) as it stands on the site, beside the copy of it that `funnel_purchases` holds. */
export interface Payment {
  id: Id;
  /** what is there of the result, the buyer and the test it belongs to */
  hasResult: 0 | 1;
  hasBuyer: 0 | 1;
  hasTest: 0 | 1;
  email: string | null;
  /** 1 for language tests and 2 for all others; the site has been seen to hold other values */
  type: number | null;
  paidAt: string | null;
  /** dated after the database's clock */
  isAhead: 0 | 1 | null;
  copyEmail: string | null;
  copyFunnel: string | null;
  /** null where there is no copy */
  copyPaidAt: string | null;
  copyRevokedAt: string | null;
  copyMatchedAt: string | null;
}

/** A recorded payment that the site does not call paid. */
export interface UnpaidPayment {
  paymentId: Id;
  email: string;
  funnelType: 'language' | 'non_language';
  paidAt: string;
  /** the row itself is gone */
  isGone: 0 | 1;
}

// Most are written as they are kept, which is asked first as it is cheap. Only ASCII capitals and outer spaces are folded here: the rest is the normal form's, which is not SQL's to know.
const mysqlText = 'CONVERT(u.email USING utf8mb4)';
const mysqlSameAddress = `(f.email = ${mysqlText} COLLATE utf8mb4_bin OR f.email = IF(
        LENGTH(${mysqlText}) = CHAR_LENGTH(${mysqlText}), LOWER(TRIM(${mysqlText}) COLLATE utf8mb4_bin), ''))`;
const sqliteSameAddress = '(f.email = u.email OR f.email = LOWER(TRIM(u.email)))';

const isSame = (sameAddress: string): string => `(f.revoked_at IS NULL AND f.matched_at IS NOT NULL
        AND f.paid_at = p.datetime_payment AND f.email <> '' AND ${sameAddress}
        AND f.funnel_type = CASE t.type WHEN 1 THEN 'language' WHEN 2 THEN 'non_language' END) IS NOT TRUE`;

const page = (tables: ModxTables, sameAddress: string): string => `SELECT p.id AS id, r.id IS NOT NULL AS hasResult,
      u.id IS NOT NULL AS hasBuyer, t.id IS NOT NULL AS hasTest, u.email AS email, t.type AS type,
      p.datetime_payment AS paidAt, p.datetime_payment > CURRENT_TIMESTAMP AS isAhead, f.email AS copyEmail,
      f.funnel_type AS copyFunnel, f.paid_at AS copyPaidAt, f.revoked_at AS copyRevokedAt, f.matched_at AS copyMatchedAt
    FROM ${tables.payments} p
    LEFT JOIN ${tables.results} r ON r.id = p.id_result
    LEFT JOIN ${tables.buyers} u ON u.id = r.id_user
    LEFT JOIN ${tables.certificateTests} t ON t.id = r.id_test
    LEFT JOIN funnel_purchases f ON f.payment_id = p.id
    WHERE p.id_status = 2 AND p.id > ? AND ${isSame(sameAddress)}
    ORDER BY p.id LIMIT ?`;

/**
 * The next `limit` paid certificates after payment `after`, in the order of their ids, that may differ from their copy in
 * `funnel_purchases`, or have none: whatever the database can tell to be the same is left out, which is nearly all. Late
 * confirmations, corrections and payments that could not be used before are found alike.
 */
export function readDifferingPayments(
  session: Session,
  tables: ModxTables,
  after: Id,
  limit: number,
): Promise<Payment[]> {
  const statement: Statement = { mysql: page(tables, mysqlSameAddress), sqlite: page(tables, sqliteSameAddress) };
  return readingSite(() => session.query<Payment>(statement, [after, limit]));
}

/** How many paid certificates the site has. */
export async function countPaid(session: Session, tables: ModxTables): Promise<number> {
  const count = `SELECT COUNT(*) AS paid FROM ${tables.payments} p WHERE p.id_status = 2`;
  const [row] = await readingSite(() => session.query<{ paid: number }>(count));
  return row?.paid ?? 0;
}

/** The next `limit` recorded payments after `after` that the site does not, or no longer, call paid. */
export function readUnpaid(session: Session, tables: ModxTables, after: Id, limit: number): Promise<UnpaidPayment[]> {
  const unpaid = `SELECT f.payment_id AS paymentId, f.email AS email, f.funnel_type AS funnelType, f.paid_at AS paidAt,
      p.id IS NULL AS isGone
    FROM funnel_purchases f LEFT JOIN ${tables.payments} p ON p.id = f.payment_id
    WHERE f.revoked_at IS NULL AND f.payment_id > ? AND (p.id_status = 2) IS NOT TRUE
    ORDER BY f.payment_id LIMIT ?`;
  return readingSite(() => session.query<UnpaidPayment>(unpaid, [after, limit]));
}
