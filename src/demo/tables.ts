/** The site's tables with the columns that matter, as statements of the embedded engine. */
export const createSiteTables: readonly string[] = [
  `CREATE TABLE simpletest_users (
    Id INTEGER PRIMARY KEY,
    Email TEXT NULL,
    TestId INTEGER NULL,
    Datep TEXT NOT NULL,
    Status INTEGER NOT NULL
  )`,
  'CREATE TABLE simpletest_test (Id INTEGER NOT NULL, LangId INTEGER NULL)',
  'CREATE TABLE simpletest_lang (Id INTEGER PRIMARY KEY)',
  `CREATE TABLE modx_cert_payment (
    id INTEGER PRIMARY KEY,
    id_result INTEGER NOT NULL,
    id_status INTEGER NOT NULL,
    datetime_payment TEXT NULL
  )`,
  'CREATE TABLE modx_cert_result (id INTEGER PRIMARY KEY, id_user INTEGER NOT NULL, id_test INTEGER NOT NULL)',
  'CREATE TABLE modx_cert_users (id INTEGER PRIMARY KEY, email TEXT NULL)',
  'CREATE TABLE modx_cert_test (id INTEGER PRIMARY KEY, type INTEGER NOT NULL)',
];

/** The predecessor's two tables: no unique key, a test number that may be missing. */
export const createOldTables: readonly string[] = [
  `CREATE TABLE funnel_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL,
    funnel_type TEXT NOT NULL,
    user_id INTEGER NULL,
    test_id INTEGER NULL,
    entered_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    certificate_purchased INTEGER NOT NULL DEFAULT 0,
    certificate_purchased_at TEXT NULL
  )`,
  `CREATE TABLE brevo_sync_outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    funnel_entry_id INTEGER NOT NULL REFERENCES funnel_entries (id),
    operation_type TEXT NOT NULL,
    payload TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending',
    retry_count INTEGER NOT NULL DEFAULT 0,
    last_error TEXT NULL,
    next_attempt_at TEXT NULL,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
  )`,
];

/** One statement per table; each takes its rows as one JSON array. */
export const insertRows = {
  simpletest_users: `INSERT INTO simpletest_users (Id, Email, TestId, Datep, Status)
    SELECT value ->> 'id', value ->> 'email', value ->> 'testId', value ->> 'finishedAt', 1 FROM json_each(?)`,
  simpletest_test: `INSERT INTO simpletest_test (Id, LangId)
    SELECT value ->> 'id', value ->> 'languageId' FROM json_each(?)`,
  simpletest_lang: `INSERT INTO simpletest_lang (Id) SELECT value ->> 'id' FROM json_each(?)`,
  modx_cert_payment: `INSERT INTO modx_cert_payment (id, id_result, id_status, datetime_payment)
    SELECT value ->> 'id', value ->> 'id', value ->> 'status', value ->> 'paidAt' FROM json_each(?)`,
  modx_cert_result: `INSERT INTO modx_cert_result (id, id_user, id_test)
    SELECT value ->> 'id', value ->> 'id', value ->> 'type' FROM json_each(?)`,
  modx_cert_users: `INSERT INTO modx_cert_users (id, email)
    SELECT value ->> 'id', value ->> 'email' FROM json_each(?)`,
  modx_cert_test: `INSERT INTO modx_cert_test (id, type)
    SELECT value ->> 'id', value ->> 'type' FROM json_each(?)`,
  funnel_entries: `INSERT INTO funnel_entries
      (id, email, funnel_type, user_id, test_id, entered_at, certificate_purchased, certificate_purchased_at)
    SELECT value ->> 'id', value ->> 'email', value ->> 'funnel', value ->> 'userId', value ->> 'testId',
      value ->> 'enteredAt', value ->> 'purchased', value ->> 'purchasedAt' FROM json_each(?)`,
  brevo_sync_outbox: `INSERT INTO brevo_sync_outbox
      (funnel_entry_id, operation_type, payload, status, retry_count, last_error, created_at, updated_at)
    SELECT value ->> 'entryId', value ->> 'operation', value ->> 'payload', value ->> 'status', value ->> 'retryCount',
      value ->> 'lastError', value ->> 'createdAt', value ->> 'createdAt' FROM json_each(?)`,
} as const;
