import { randomUUID } from 'node:crypto';
import type { Connection, RowDataPacket } from 'mysql2/promise';

const emails = `JSON_TABLE(?, '$[*]' COLUMNS (
  email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')) j`;

const lockDue = `SELECT e.email AS email FROM brevo_sync_outbox o STRAIGHT_JOIN funnel_entries e ON e.id = o.funnel_entry_id
  WHERE o.status = 'pending' AND (o.next_attempt_at IS NULL OR o.next_attempt_at <= CURRENT_TIMESTAMP)
    AND NOT EXISTS (SELECT 1 FROM brevo_contact_leases l WHERE l.email = e.email AND l.lease_until > UTC_TIMESTAMP())
    AND NOT EXISTS (SELECT 1 FROM funnel_entries f STRAIGHT_JOIN brevo_sync_outbox p ON p.funnel_entry_id = f.id
      WHERE f.email = e.email AND p.status = 'pending' AND p.next_attempt_at > CURRENT_TIMESTAMP AND p.id < o.id)
  ORDER BY o.next_attempt_at, o.id LIMIT ? FOR UPDATE SKIP LOCKED`;

const take = `INSERT INTO brevo_contact_leases (email, lease_token, lease_until)
  SELECT j.email, ?, UTC_TIMESTAMP() + INTERVAL 120 SECOND FROM ${emails}
  ON DUPLICATE KEY UPDATE lease_token = brevo_contact_leases.lease_token`;

const read = `SELECT o.id AS id, o.payload AS payload, e.email AS email FROM ${emails}
  STRAIGHT_JOIN brevo_contact_leases l ON l.email = j.email AND l.lease_token = ?
  STRAIGHT_JOIN funnel_entries e ON e.email = l.email
  STRAIGHT_JOIN brevo_sync_outbox o ON o.funnel_entry_id = e.id AND o.status = 'pending' ORDER BY e.email, o.id`;

const held = `SELECT l.email FROM ${emails} STRAIGHT_JOIN brevo_contact_leases l ON l.email = j.email
  WHERE l.lease_token = ? FOR UPDATE`;

const record = `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j
  STRAIGHT_JOIN brevo_sync_outbox o FORCE INDEX (PRIMARY) ON o.id = j.id
  SET o.status = 'success', o.last_error = NULL, o.next_attempt_at = NULL, o.lease_token = ?,
    o.updated_at = CURRENT_TIMESTAMP WHERE o.status = 'pending'`;

const giveBack = `DELETE l FROM ${emails} STRAIGHT_JOIN brevo_contact_leases l ON l.email = j.email WHERE l.lease_token = ?`;

/**
 * Claims and finishes everything that is due by the statements of a drain and nothing else: one loop, `claimSize`
 * contacts at a time, finished `finishSize` at a time. Returns how many jobs it finished.
 */
export async function bareDrain(connection: Connection, claimSize: number, finishSize: number): Promise<number> {
  let finished = 0;
  for (;;) {
    const token = randomUUID();
    await connection.query('START TRANSACTION');
    const [found] = await connection.execute<RowDataPacket[]>(lockDue, [claimSize]);
    const contacts = JSON.stringify([...new Set(found.map((row) => String(row.email)))]);
    if (found.length > 0) await connection.execute(take, [token, contacts]);
    const [rows] = await connection.execute<RowDataPacket[]>(read, [contacts, token]);
    await connection.query('COMMIT');
    if (rows.length === 0) return finished;
    for (let start = 0; start < rows.length; start += finishSize) {
      const batch = rows.slice(start, start + finishSize);
      for (const row of batch) JSON.parse(String(row.payload));
      const addresses = JSON.stringify(batch.map(({ email }) => email));
      await connection.query('START TRANSACTION');
      await connection.execute(held, [addresses, token]);
      await connection.execute(record, [JSON.stringify(batch.map(({ id }) => id)), token]);
      await connection.execute(giveBack, [addresses, token]);
      await connection.query('COMMIT');
      finished += batch.length;
    }
  }
}
