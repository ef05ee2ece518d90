import type { Connection } from 'mysql2/promise';

const days = 1_000;

/**
 * `count` entries over the 1000 days before today, a third of them of language tests, every seventh of a person who is
 * in a funnel already, every ninth bought within 60 days; and as many recorded purchases as a tenth of them, half of
 * people who never entered. Emptied first; the keys are dropped meanwhile, which is several times faster.
 */
export async function addEntries(connection: Connection, count: number): Promise<void> {
  await connection.query(`ALTER TABLE funnel_entries DROP KEY funnel_entries_unique, DROP KEY funnel_entries_entered`);
  const step = (days * 86_400) / count;
  for (let from = 1; from <= count; from += 500_000) {
    await connection.query(
      `INSERT INTO funnel_entries (email, funnel_type, user_id, test_id, entered_at, certificate_purchased,
         certificate_purchased_at, source)
       SELECT CONCAT('person', (seq * 7919) % ?, '@example.com'), IF(seq % 3 = 0, 'language', 'non_language'), seq,
         seq DIV ? * 100 + seq % 100 + 1, CURRENT_DATE - INTERVAL ? DAY + INTERVAL FLOOR(seq * ?) SECOND,
         seq % 9 = 0, IF(seq % 9 = 0, LEAST(CURRENT_DATE,
           CURRENT_DATE - INTERVAL ? DAY + INTERVAL FLOOR(seq * ?) + (seq * 104729) % 5184000 SECOND), NULL), ELT(1 + seq % 4, NULL, 'email_v1', 'email_v2', 'email_v3')
       FROM seq_1_to_100000000 WHERE seq BETWEEN ? AND ?`,
      [
        ...[Math.ceil((count * 6) / 7), Math.ceil((count * 6) / 7), days, step, days, step],
        ...[from, Math.min(count, from + 499_999)],
      ],
    );
  }
  await connection.query(
    `ALTER TABLE funnel_entries ADD UNIQUE KEY funnel_entries_unique (email, funnel_type, test_id),
       ADD KEY funnel_entries_entered (entered_at, funnel_type, certificate_purchased, certificate_purchased_at,
         certificate_refunded_at, paid_before_entering_at)`,
  );
  await connection.query(
    `INSERT INTO funnel_purchases (payment_id, email, funnel_type, paid_at, matched_at)
     SELECT seq, CONCAT(IF(seq % 2 = 0, 'person', 'other'), seq, '@example.com'), 'language',
       CURRENT_DATE - INTERVAL ? DAY + INTERVAL FLOOR(seq * ?) SECOND, NOW()
     FROM seq_1_to_100000000 WHERE seq BETWEEN 1 AND ?`,
    [days, step * 10, Math.ceil(count / 10)],
  );
  await connection.query('ANALYZE TABLE funnel_entries, funnel_purchases');
}
