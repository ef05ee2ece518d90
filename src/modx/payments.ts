import type { Id, Session } from '../database/database.ts';
import { type ModxTables, readingSite } from './tables.ts';

/** A paid certificate of the site, as it stands there. `type` is 1 for language tests and 2 for all others. */
export interface Payment {
  id: Id;
  email: string | null;
  type: 1 | 2;
  paidAt: string;
}

/**
 * The next `limit` paid certificates (id_status 2) after payment `after` that `funnel_purchases` does not hold yet, in
 * the order of their ids. The anti-join finds late ones too: a payment made last week and confirmed today. A payment
 * without a date (NULL, or the zero date that old servers write) waits until it has one.
 */
export function readNewPayments(session: Session, tables: ModxTables, after: Id, limit: number): Promise<Payment[]> {
  const page = `SELECT p.id AS id, u.email AS email, t.type AS type, p.datetime_payment AS paidAt
    FROM ${tables.payments} p
    JOIN ${tables.results} r ON r.id = p.id_result
    JOIN ${tables.buyers} u ON u.id = r.id_user
    JOIN ${tables.certificateTests} t ON t.id = r.id_test
    WHERE p.id_status = 2 AND p.datetime_payment >= '1000-01-01' AND t.type IN (1, 2) AND p.id > ?
      AND NOT EXISTS (SELECT 1 FROM funnel_purchases f WHERE f.payment_id = p.id)
    ORDER BY p.id LIMIT ?`;
  return readingSite(() => session.query<Payment>(page, [after, limit]));
}
