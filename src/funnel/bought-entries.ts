import type { Session, Statement } from '../database/database.ts';
import type { Funnels } from './candidate.ts';
import { purchaseLists } from './on-purchase.ts';
import type { Settled } from './settle.ts';

const mysqlStates = `(SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$.id', is_bought INT PATH '$.isBought',
      bought_at DATETIME PATH '$.boughtAt', is_refunded INT PATH '$.isRefunded',
      paid_before DATETIME PATH '$.paidBeforeAt')) t) j`;

const sqliteStates = `(SELECT CAST(value ->> 'id' AS INTEGER) AS id, value ->> 'isBought' AS is_bought,
      value ->> 'boughtAt' AS bought_at, value ->> 'isRefunded' AS is_refunded, value ->> 'paidBeforeAt' AS paid_before
    FROM json_each(?)) j`;

const updateEntries: Statement = {
  mysql: `UPDATE funnel_entries e JOIN ${mysqlStates} ON j.id = e.id
    SET e.certificate_purchased = j.is_bought, e.certificate_purchased_at = j.bought_at,
      e.certificate_refunded_at = CASE WHEN j.is_refunded = 1
        THEN COALESCE(e.certificate_refunded_at, CURRENT_TIMESTAMP) END,
      e.paid_before_entering_at = j.paid_before`,
  sqlite: `UPDATE funnel_entries SET certificate_purchased = j.is_bought, certificate_purchased_at = j.bought_at,
      certificate_refunded_at = CASE WHEN j.is_refunded = 1
        THEN COALESCE(certificate_refunded_at, CURRENT_TIMESTAMP) END,
      paid_before_entering_at = j.paid_before
    FROM ${sqliteStates} WHERE j.id = funnel_entries.id`,
};

const mysqlJobs = `(SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$.id',
      payload TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.payload')) t) j`;

const sqliteJobs = `(SELECT CAST(value ->> 'id' AS INTEGER) AS id, value ->> 'payload' AS payload
    FROM json_each(?)) j`;

const enqueue = (jobs: string): string => `INSERT INTO brevo_sync_outbox
    (funnel_entry_id, operation_type, payload, status, retry_count, created_at, updated_at)
  SELECT j.id, 'update_after_purchase', j.payload, 'pending', 0, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP
  FROM ${jobs} ORDER BY j.id`;

const insertJobs: Statement = { mysql: enqueue(mysqlJobs), sqlite: enqueue(sqliteJobs) };

/**
 * Writes what locked entries have become and enqueues an `update_after_purchase` job for each of which Brevo is to be
 * told, with the lists that `funnels` name for buyers; to be called inside the transaction that locked them.
 */
export async function writeSettled(session: Session, settled: readonly Settled[], funnels: Funnels): Promise<void> {
  if (settled.length === 0) return;
  const states = settled.map(({ entry: { entryId: id }, isBought, boughtAt, isRefunded, paidBeforeAt }) => {
    return { id, isBought, boughtAt, isRefunded, paidBeforeAt };
  });
  await session.execute(updateEntries, [JSON.stringify(states)]);
  const jobs = settled.flatMap(({ entry, tell }) => (tell === null ? [] : [jobFor(entry, tell, funnels)]));
  if (jobs.length > 0) await session.execute(insertJobs, [JSON.stringify(jobs)]);
}

function jobFor({ entryId, email, funnelType }: Settled['entry'], purchasedAt: string, funnels: Funnels): object {
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
  return { id: entryId, payload };
}
