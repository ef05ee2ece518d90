import type { Connection } from 'mysql2/promise';

/** Empties the outbox and the entries. */
export async function emptyOutbox(connection: Connection): Promise<void> {
  await connection.query('SET foreign_key_checks = 0');
  for (const table of ['brevo_contact_leases', 'brevo_sync_outbox', 'funnel_entries']) {
    await connection.query(`TRUNCATE ${table}`);
  }
  await connection.query('SET foreign_key_checks = 1');
}

/** An entry with one job for each of the people from `first` on, `count` of them, in that status. */
export async function addJobs(
  connection: Connection,
  first: number,
  count: number,
  status: 'pending' | 'success',
): Promise<void> {
  const numbers = '(SELECT seq + ? AS id FROM seq_0_to_20000000 LIMIT ?) numbers';
  await connection.query(
    `INSERT INTO funnel_entries (id, email, funnel_type, user_id, test_id)
      SELECT id, CONCAT('person', id, '@example.com'), 'language', id, 5 FROM ${numbers}`,
    [first, count],
  );
  await connection.query(
    `INSERT INTO brevo_sync_outbox (id, funnel_entry_id, operation_type, payload, status)
      SELECT id, id, 'upsert_contact', CONCAT('{"email":"person', id, '@example.com","funnel_type":"language",',
        '"user_id":', id, ',"test_id":5,"list_ids":[5],"attributes":{"FUNNEL_TYPE":"language"}}'), ? FROM ${numbers}`,
    [status, first, count],
  );
  await connection.query('ANALYZE TABLE funnel_entries, brevo_sync_outbox');
}

/** Makes every job pending again, as it was enqueued. */
export async function refill(connection: Connection, first: number): Promise<void> {
  await connection.query('TRUNCATE brevo_contact_leases');
  await connection.query("UPDATE brevo_sync_outbox SET status = 'pending', lease_token = NULL WHERE id >= ?", [first]);
  // What the change has left behind is cleared away before the clock starts.
  await connection.query('ANALYZE TABLE brevo_sync_outbox');
}
