import type { Connection } from 'mysql2/promise';

/** Makes the site's tables, with the index on the finishing time that sites have, in the connection's database. */
export async function createSiteTables(connection: Connection): Promise<void> {
  for (const table of [
    'simpletest_users (Id BIGINT PRIMARY KEY, Email VARCHAR(255), TestId BIGINT, Datep DATETIME, Status INT, KEY (Datep))',
    'simpletest_test (Id BIGINT, LangId INT, KEY (Id))',
    'simpletest_lang (Id INT PRIMARY KEY)',
    'modx_cert_payment (id BIGINT PRIMARY KEY, id_result BIGINT, id_status INT, datetime_payment DATETIME)',
    'modx_cert_result (id BIGINT PRIMARY KEY, id_user BIGINT, id_test BIGINT)',
    'modx_cert_users (id BIGINT PRIMARY KEY, email VARCHAR(255))',
    'modx_cert_test (id BIGINT PRIMARY KEY, type INT)',
  ]) {
    await connection.query(`CREATE TABLE ${table} ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`);
  }
  await connection.query('INSERT INTO simpletest_lang VALUES (1), (2)');
  await connection.query('INSERT INTO simpletest_test VALUES (5, 1), (5, 2), (7, 99), (8, NULL)');
  await connection.query('INSERT INTO modx_cert_test VALUES (1, 1), (2, 2)');
}

/**
 * `count` finished tests by as many people over the last 29 days, of a language test and two others in turn. Every
 * fifth address is written with capitals and a leading space, as people do.
 */
export async function addResults(connection: Connection, count: number): Promise<void> {
  await connection.query(
    `INSERT INTO simpletest_users
       SELECT seq, IF(seq % 5 = 0, CONCAT(' Person', seq, '@Example.com'), CONCAT('person', seq, '@example.com')),
         ELT(1 + seq % 3, 5, 7, 8), NOW() - INTERVAL ROUND(seq * 29 * 86400 / ?) SECOND, 1
       FROM (SELECT seq FROM seq_1_to_10000000 LIMIT ?) numbers`,
    [count, count],
  );
  await connection.query('ANALYZE TABLE simpletest_users, simpletest_test');
}

/** Empties the funnel tables of one round. */
export async function emptyFunnelTables(connection: Connection): Promise<void> {
  await connection.query('SET foreign_key_checks = 0');
  for (const table of ['brevo_sync_outbox', 'funnel_covered_tests', 'funnel_entries', 'funnel_purchases']) {
    await connection.query(`TRUNCATE ${table}`);
  }
  await connection.query('SET foreign_key_checks = 1');
}

/** `count` open entries of the language funnel, made two days ago. */
export async function addOpenEntries(connection: Connection, count: number): Promise<void> {
  await connection.query(
    `INSERT INTO funnel_entries (email, funnel_type, user_id, test_id, entered_at, certificate_purchased)
       SELECT CONCAT('person', seq, '@example.com'), 'language', seq, 5, NOW() - INTERVAL 2 DAY, 0
       FROM (SELECT seq FROM seq_1_to_10000000 LIMIT ?) numbers`,
    [count],
  );
  await connection.query('ANALYZE TABLE funnel_entries');
}

/**
 * Paid certificates of as many people: the `known` ones are registered and dealt with (they were paid before anybody
 * entered), the `fresh` ones were paid yesterday, every third by an address written with capitals.
 */
export async function addPayments(
  connection: Connection,
  { known, fresh }: { known: number; fresh: number },
): Promise<void> {
  for (const table of ['modx_cert_payment', 'modx_cert_result', 'modx_cert_users']) {
    await connection.query(`TRUNCATE ${table}`);
  }
  const numbers = '(SELECT seq FROM seq_1_to_10000000 LIMIT ?) numbers';
  const all = known + fresh;
  await connection.query(
    `INSERT INTO modx_cert_users
       SELECT seq, CONCAT(IF(seq % 3 = 0, 'Person', 'person'), seq, '@example.com') FROM ${numbers}`,
    [all],
  );
  await connection.query(`INSERT INTO modx_cert_result SELECT seq, seq, 1 FROM ${numbers}`, [all]);
  await connection.query(
    `INSERT INTO modx_cert_payment
       SELECT seq, seq, 2, IF(seq <= ?, NOW() - INTERVAL 9 DAY, NOW() - INTERVAL 1 DAY) FROM ${numbers}`,
    [known, all],
  );
  await connection.query(
    `INSERT INTO funnel_purchases (payment_id, email, funnel_type, paid_at, matched_at)
       SELECT seq, CONCAT('person', seq, '@example.com'), 'language', NOW() - INTERVAL 9 DAY, NOW() FROM ${numbers}`,
    [known],
  );
}
