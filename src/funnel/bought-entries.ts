import type { Id, Session, Statement } from '../database/database.ts';
import type { Funnels } from './candidate.ts';
import { purchaseLists } from './on-purchase.ts';
import type { OpenEntry, Purchase } from './purchases.ts';

const mysqlIds = `JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$.id', payload TEXT CHARACTER SET utf8mb4
      COLLATE utf8mb4_bin PATH '$.payload', paid_at DATETIME PATH '$.paidAt')) j`;

const sqliteIds = `(SELECT CAST(value ->> 'id' AS INTEGER) AS id, value ->> 'payload' AS payload,
      value ->> 'paidAt' AS paid_at FROM json_each(?)) j`;

const firstPayments = (ids: string): string => `SELECT e.id AS entryId, MIN(p.paid_at) AS paidAt
  FROM ${ids} JOIN funnel_entries e ON e.id = j.id
    JOIN funnel_purchases p ON p.email = e.email AND p.funnel_type = e.funnel_type AND p.paid_at >= e.entered_at
  GROUP BY e.id`;

const selectFirstPayments: Statement = { mysql: firstPayments(mysqlIds), sqlite: firstPayments(sqliteIds) };

const markEntries: Statement = {
  mysql: `UPDATE funnel_entries e JOIN ${mysqlIds} ON j.id = e.id
    SET e.certificate_purchased = 1, e.certificate_purchased_at = j.paid_at WHERE e.certificate_purchased = 0`,
  sqlite: `UPDATE funnel_entries SET certificate_purchased = 1, certificate_purchased_at = j.paid_at
    FROM ${sqliteIds} WHERE j.id = funnel_entries.id AND certificate_purchased = 0`,
};

const enqueue = (ids: string): string => `INSERT INTO brevo_sync_outbox
    (funnel_entry_id, operation_type, payload, status, retry_count, created_at, updated_at)
  SELECT j.id, 'update_after_purchase', j.payload, 'pending', 0, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP
  FROM ${ids} ORDER BY j.id`;

const insertJobs: Statement = {
  mysql: enqueue(mysqlIds),
  sqlite: enqueue(sqliteIds),
};

const closePurchases: Statement = {
  mysql: `UPDATE funnel_purchases p JOIN ${mysqlIds} ON j.id = p.payment_id SET p.matched_at = CURRENT_TIMESTAMP`,
  sqlite: `UPDATE funnel_purchases SET matched_at = CURRENT_TIMESTAMP
    FROM ${sqliteIds} WHERE j.id = funnel_purchases.payment_id`,
};

/**
 * Marks locked open entries as bought, with the date of their person's earliest qualifying payment, and enqueues an
 * `update_after_purchase` job for each, with the lists that `funnels` name for buyers; to be called inside the
 * transaction that locked them.
 */
export async function markBought(session: Session, entries: readonly OpenEntry[], funnels: Funnels): Promise<void> {
  if (entries.length === 0) return;
  const ids = JSON.stringify(entries.map(({ entryId }) => ({ id: entryId })));
  const rows = await session.query<{ entryId: Id; paidAt: string }>(selectFirstPayments, [ids]);
  const paidAt = new Map(rows.map((row) => [String(row.entryId), row.paidAt]));
  const batch = entries.map(({ entryId, email, funnelType }) => {
    const purchasedAt = paidAt.get(String(entryId)) ?? '';
    const payload = JSON.stringify({
      email,
      funnel_type: funnelType,
      purchased_at: purchasedAt,
      ...purchaseLists(funnels[funnelType]),
      attributes: {
        FUNNEL_TYPE: funnelType,
        CERTIFICATE_PURCHASED: true,
        // Brevo takes dates as YYYY-MM-DD only.
        CERTIFICATE_PURCHASED_AT: purchasedAt.slice(0, 10),
      },
    });
    return { id: entryId, paidAt: purchasedAt, payload };
  });
  const json = JSON.stringify(batch);
  await session.execute(markEntries, [json]);
  await session.execute(insertJobs, [json]);
}

/** Records that these purchases have been matched with the entries there were. */
export async function closeMatchedPurchases(session: Session, purchases: readonly Purchase[]): Promise<void> {
  const ids = JSON.stringify(purchases.map(({ paymentId }) => ({ id: paymentId })));
  await session.execute(closePurchases, [ids]);
}
