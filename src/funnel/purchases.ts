import type { Id, Session, Statement } from '../database/database.ts';
import type { FunnelType } from './funnel-type.ts';

/** A paid certificate with its buyer's address in normal form ('' when that is unusable). */
export interface Purchase {
  paymentId: Id;
  email: string;
  funnelType: FunnelType;
  paidAt: string;
}

/** Whether a purchase can be anybody's. */
export function hasAddress({ email }: Pick<Purchase, 'email'>): boolean {
  return email !== '';
}

/** A person within one funnel. */
export type Person = Pick<Purchase, 'email' | 'funnelType'>;

// In a subquery of its own: MySQL refuses to lock what JSON_TABLE has made.
const mysqlBatch = `(SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (
      payment_id BIGINT PATH '$.paymentId',
      email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.email',
      funnel_type VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.funnelType',
      paid_at DATETIME PATH '$.paidAt')) t) j`;

const sqliteBatch = `(SELECT CAST(value ->> 'paymentId' AS INTEGER) AS payment_id, value ->> 'email' AS email,
      value ->> 'funnelType' AS funnel_type, value ->> 'paidAt' AS paid_at
    FROM json_each(?)) j`;

/** A list of ids, given as one JSON array. */
export const givenIds = {
  mysql: `SELECT i.id FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) i`,
  sqlite: 'SELECT CAST(value AS INTEGER) FROM json_each(?)',
};

// What has no address has nothing to be matched with.
const matchedAt = "CASE WHEN j.email = '' THEN CURRENT_TIMESTAMP END";

const register = (batch: string): string => `INSERT INTO funnel_purchases
    (payment_id, email, funnel_type, paid_at, matched_at)
  SELECT j.payment_id, j.email, j.funnel_type, j.paid_at, ${matchedAt}
  FROM ${batch}`;

const insertPurchases: Statement = {
  mysql: `${register(mysqlBatch)} ON DUPLICATE KEY UPDATE funnel_purchases.payment_id = funnel_purchases.payment_id`,
  sqlite: `${register(sqliteBatch)} WHERE true ON CONFLICT DO NOTHING`,
};

const asOnSite = (table: '' | 'p.'): string => `${table}email = j.email, ${table}funnel_type = j.funnel_type,
    ${table}paid_at = j.paid_at, ${table}revoked_at = NULL, ${table}matched_at = ${matchedAt}`;

const correctPurchases: Statement = {
  mysql: `UPDATE funnel_purchases p JOIN ${mysqlBatch} ON j.payment_id = p.payment_id
    SET ${asOnSite('p.')}`,
  sqlite: `UPDATE funnel_purchases SET ${asOnSite('')} FROM ${sqliteBatch} WHERE j.payment_id = funnel_purchases.payment_id`,
};

const revoke: Statement = {
  mysql: `UPDATE funnel_purchases p JOIN ${mysqlBatch} ON j.payment_id = p.payment_id
    SET p.revoked_at = CURRENT_TIMESTAMP, p.matched_at = COALESCE(p.matched_at, CURRENT_TIMESTAMP)
    WHERE p.revoked_at IS NULL`,
  sqlite: `UPDATE funnel_purchases SET revoked_at = CURRENT_TIMESTAMP,
      matched_at = COALESCE(matched_at, CURRENT_TIMESTAMP)
    FROM ${sqliteBatch} WHERE j.payment_id = funnel_purchases.payment_id AND revoked_at IS NULL`,
};

const close: Statement = {
  mysql: `UPDATE funnel_purchases p JOIN ${mysqlBatch} ON j.payment_id = p.payment_id
    SET p.matched_at = CURRENT_TIMESTAMP`,
  sqlite: `UPDATE funnel_purchases SET matched_at = CURRENT_TIMESTAMP
    FROM ${sqliteBatch} WHERE j.payment_id = funnel_purchases.payment_id`,
};

const waiting = `SELECT payment_id AS paymentId, email, funnel_type AS funnelType, paid_at AS paidAt
  FROM funnel_purchases WHERE matched_at IS NULL AND revoked_at IS NULL AND payment_id > ?
  ORDER BY payment_id LIMIT ?`;

const lockWaiting: Statement = { mysql: `${waiting} FOR UPDATE SKIP LOCKED`, sqlite: waiting };

const lastPaid = (batch: string, without: string): string => `SELECT j.email AS email, j.funnel_type AS funnelType,
    (SELECT MAX(p.paid_at) FROM funnel_purchases p WHERE p.email = j.email AND p.funnel_type = j.funnel_type
      AND p.revoked_at IS NULL AND p.payment_id NOT IN (${without})) AS paidAt
  FROM ${batch}`;

const selectLastPaid: Statement = {
  mysql: lastPaid(mysqlBatch, givenIds.mysql),
  sqlite: lastPaid(sqliteBatch, givenIds.sqlite),
};

const countValid = 'SELECT COUNT(*) AS count FROM funnel_purchases WHERE revoked_at IS NULL';

/** Keeps purchases in `funnel_purchases`; those that are there already are left as they are. */
export async function registerPurchases(session: Session, batch: readonly Purchase[]): Promise<void> {
  if (batch.length > 0) await session.execute(insertPurchases, [JSON.stringify(batch)]);
}

/** Makes copies say what the site says now: paid, by that person, at that time; they wait to be matched again. */
export async function correctCopies(session: Session, batch: readonly Purchase[]): Promise<void> {
  if (batch.length > 0) await session.execute(correctPurchases, [JSON.stringify(batch)]);
}

/** Records that the site no longer calls these payments paid. */
export async function revokePurchases(session: Session, batch: readonly Purchase[]): Promise<void> {
  await session.execute(revoke, [JSON.stringify(batch)]);
}

/** Records that these purchases have been matched with the entries there were. */
export async function closeMatchedPurchases(session: Session, batch: readonly Purchase[]): Promise<void> {
  if (batch.length > 0) await session.execute(close, [JSON.stringify(batch)]);
}

/** The next `limit` registered purchases after payment `after` that no run has matched with entries yet. */
export function readWaitingPurchases(session: Session, after: Id, limit: number): Promise<Purchase[]> {
  return session.query<Purchase>(waiting, [after, limit]);
}

/** The same, locked until the transaction ends; those that another run is working on are passed over. */
export function lockWaitingPurchases(session: Session, limit: number): Promise<Purchase[]> {
  return session.query<Purchase>(lockWaiting, [-1, limit]);
}

/** How many recorded payments count as paid. */
export async function countValidPurchases(session: Session): Promise<number> {
  const [row] = await session.query<{ count: number }>(countValid);
  return row?.count ?? 0;
}

/** When each of these people last paid, by the recorded payments that count, those in `without` left out; null: never. */
export async function readLastPaid(
  session: Session,
  persons: readonly Person[],
  without: readonly Id[],
): Promise<(Person & { paidAt: string | null })[]> {
  if (persons.length === 0) return [];
  return session.query(selectLastPaid, [JSON.stringify(without), JSON.stringify(persons)]);
}
