import type { Id, Session, Statement } from '../database/database.ts';
import type { FunnelType } from './funnel-type.ts';

/** A paid certificate with its buyer's address in normal form ('' when that is unusable). */
export interface Purchase {
  paymentId: Id;
  email: string;
  funnelType: FunnelType;
  paidAt: string;
}

/** How a purchase stands to the entries of its buyer in that funnel. */
export interface PurchaseStanding {
  paymentId: Id;
  /** an entry made at or before the payment is marked already */
  isMarked: 0 | 1;
  /** there is any entry at all, so one made after the payment */
  isEntered: 0 | 1;
}

// In a subquery of its own: MySQL refuses to lock what JSON_TABLE has made.
const mysqlBatch = `(SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (
      payment_id BIGINT PATH '$.paymentId',
      email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.email',
      funnel_type VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.funnelType',
      paid_at DATETIME PATH '$.paidAt')) t) j`;

const sqliteBatch = `(SELECT CAST(value ->> 'paymentId' AS INTEGER) AS payment_id, value ->> 'email' AS email,
      value ->> 'funnelType' AS funnel_type, value ->> 'paidAt' AS paid_at
    FROM json_each(?)) j`;

const register = (batch: string): string => `INSERT INTO funnel_purchases (payment_id, email, funnel_type, paid_at)
  SELECT j.payment_id, j.email, j.funnel_type, j.paid_at FROM ${batch}`;

const insertPurchases: Statement = {
  mysql: `${register(mysqlBatch)} ON DUPLICATE KEY UPDATE funnel_purchases.payment_id = funnel_purchases.payment_id`,
  sqlite: `${register(sqliteBatch)} WHERE true ON CONFLICT DO NOTHING`,
};

const waiting = `SELECT payment_id AS paymentId, email, funnel_type AS funnelType, paid_at AS paidAt
  FROM funnel_purchases WHERE matched_at IS NULL AND payment_id > ? ORDER BY payment_id LIMIT ?`;

const lockWaiting: Statement = { mysql: `${waiting} FOR UPDATE SKIP LOCKED`, sqlite: waiting };

const standings = (batch: string): string => `SELECT j.payment_id AS paymentId,
    EXISTS (SELECT 1 FROM funnel_entries e WHERE e.email = j.email AND e.funnel_type = j.funnel_type
      AND e.entered_at <= j.paid_at AND e.certificate_purchased = 1) AS isMarked,
    EXISTS (SELECT 1 FROM funnel_entries e WHERE e.email = j.email AND e.funnel_type = j.funnel_type) AS isEntered
  FROM ${batch}`;

const selectStandings: Statement = { mysql: standings(mysqlBatch), sqlite: standings(sqliteBatch) };

const open = (batch: string): string => `SELECT DISTINCT e.id AS entryId, e.email AS email, e.funnel_type AS funnelType,
    e.entered_at AS enteredAt
  FROM ${batch} JOIN funnel_entries e ON e.email = j.email AND e.funnel_type = j.funnel_type
  WHERE e.certificate_purchased = 0 AND e.entered_at <= j.paid_at`;

const selectOpen: Statement = { mysql: open(mysqlBatch), sqlite: open(sqliteBatch) };

const lockOpen: Statement = { mysql: `${open(mysqlBatch)} FOR UPDATE`, sqlite: open(sqliteBatch) };

/** An open entry whose person has bought. */
export interface OpenEntry {
  entryId: Id;
  email: string;
  funnelType: FunnelType;
  enteredAt: string;
}

/** Keeps purchases in `funnel_purchases`; those that are there already are left as they are. */
export async function registerPurchases(session: Session, batch: readonly Purchase[]): Promise<void> {
  await session.execute(insertPurchases, [JSON.stringify(batch)]);
}

/** The next `limit` registered purchases after payment `after` that no run has matched with entries yet. */
export function readWaitingPurchases(session: Session, after: Id, limit: number): Promise<Purchase[]> {
  return session.query<Purchase>(waiting, [after, limit]);
}

/** The same, locked until the transaction ends; those that another run is working on are passed over. */
export function lockWaitingPurchases(session: Session, limit: number): Promise<Purchase[]> {
  return session.query<Purchase>(lockWaiting, [-1, limit]);
}

/** How each purchase of the batch stands to its buyer's entries. Reads only. */
export function readPurchaseStandings(session: Session, batch: readonly Purchase[]): Promise<PurchaseStanding[]> {
  return session.query<PurchaseStanding>(selectStandings, [JSON.stringify(batch)]);
}

/** The open entries that the purchases of the batch qualify for: paid at or after the entry (guide, 3). */
export function readOpenEntries(session: Session, batch: readonly Purchase[]): Promise<OpenEntry[]> {
  return session.query<OpenEntry>(selectOpen, [JSON.stringify(batch)]);
}

/** The same, locked until the transaction ends. */
export function lockOpenEntries(session: Session, batch: readonly Purchase[]): Promise<OpenEntry[]> {
  return session.query<OpenEntry>(lockOpen, [JSON.stringify(batch)]);
}
