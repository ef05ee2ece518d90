import type { Connection, ResultSetHeader } from 'mysql2/promise';

/** The same entries and jobs as a first sync makes, by nothing but multi-row inserts: reads the results, writes them. */
export async function bareInserts(connection: Connection, count: number, batchSize: number): Promise<void> {
  const now = '2026-11-01 10:00:00';
  for (let start = 0; start < count; start += batchSize) {
    const ids = Array.from({ length: Math.min(batchSize, count - start) }, (_, index) => start + index + 1);
    const rows = ids.map((id) => {
      const funnel = id % 3 === 0 ? 'language' : 'non_language';
      return { id, email: `person${id}@example.com`, funnel, test: [5, 7, 8][id % 3] ?? 5 };
    });
    await connection.query('START TRANSACTION');
    const [{ insertId }] = await connection.query<ResultSetHeader>(
      `INSERT INTO funnel_entries (email, funnel_type, user_id, test_id, entered_at, certificate_purchased,
         test_completed_at, source) VALUES ?`,
      [rows.map(({ id, email, funnel, test }) => [email, funnel, id, test, now, 0, now, null])],
    );
    const jobs = rows.map(({ id, email, funnel, test }, index) => {
      const attributes = { FUNNEL_TYPE: funnel };
      const payload = { email, funnel_type: funnel, user_id: id, test_id: test, list_ids: [5], attributes };
      return [insertId + index, 'upsert_contact', JSON.stringify(payload), 'pending', 0, now, now];
    });
    await connection.query(
      `INSERT INTO brevo_sync_outbox (funnel_entry_id, operation_type, payload, status, retry_count, created_at,
         updated_at) VALUES ?`,
      [jobs],
    );
    await connection.query('COMMIT');
  }
}

/** Every result of the last 30 days that has no entry, in one statement, addresses compared as the site writes most. */
export async function bareAntiJoin(connection: Connection): Promise<void> {
  await connection.query(
    `SELECT u.Id, u.Email, u.TestId, u.Datep FROM simpletest_users u
     WHERE u.Datep >= NOW() - INTERVAL 30 DAY AND u.Datep <= NOW()
       AND NOT EXISTS (SELECT 1 FROM funnel_entries e
         WHERE e.email = LOWER(TRIM(u.Email)) AND e.test_id = u.TestId
           AND e.funnel_type = IF(EXISTS (SELECT 1 FROM simpletest_test t JOIN simpletest_lang l ON l.Id = t.LangId
             WHERE t.Id = u.TestId), 'language', 'non_language'))
     ORDER BY u.Datep, u.Id`,
  );
}

/** Marks and enqueues what the new payments call for, in two statements that trust the collation. */
export async function barePurchases(connection: Connection): Promise<void> {
  const paid = `modx_cert_payment p JOIN modx_cert_result r ON r.id = p.id_result
    JOIN modx_cert_users u ON u.id = r.id_user JOIN modx_cert_test t ON t.id = r.id_test
    JOIN funnel_entries e ON e.email = LOWER(TRIM(u.email)) COLLATE utf8mb4_bin
      AND e.funnel_type = IF(t.type = 1, 'language', 'non_language') AND e.entered_at <= p.datetime_payment`;
  await connection.query('START TRANSACTION');
  await connection.query(
    `INSERT INTO brevo_sync_outbox (funnel_entry_id, operation_type, payload, status, retry_count, created_at, updated_at)
     SELECT DISTINCT e.id, 'update_after_purchase', JSON_OBJECT('email', e.email, 'purchased_at', p.datetime_payment),
       'pending', 0, NOW(), NOW()
     FROM ${paid} WHERE p.id_status = 2 AND e.certificate_purchased = 0`,
  );
  await connection.query(
    `UPDATE ${paid} SET e.certificate_purchased = 1, e.certificate_purchased_at = p.datetime_payment
     WHERE p.id_status = 2 AND e.certificate_purchased = 0`,
  );
  await connection.query('COMMIT');
}
