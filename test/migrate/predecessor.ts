import type { SqlValue, TestDatabase } from '../support/test-databases.ts';

/** An entry as the Python service wrote it. */
export interface OldEntry {
  email: string;
  funnelType?: string;
  testId?: number | null;
  enteredAt?: string;
}

/** How the service's tables are made; servers differ. */
export interface OldTables {
  charset?: string;
  storage?: string;
  /** only the entries */
  withoutOutbox?: boolean;
}

/** Makes the two tables of the Python service: INT ids, NULL test ids, no foreign key, no unique key. */
export async function createPredecessorTables(place: TestDatabase, options: OldTables = {}): Promise<void> {
  const { charset = 'latin1', storage = 'InnoDB', withoutOutbox = false } = options;
  const isMysql = place.engine === 'mysql';
  const id = isMysql ? 'INT NOT NULL AUTO_INCREMENT PRIMARY KEY' : 'INTEGER PRIMARY KEY AUTOINCREMENT';
  const end = isMysql ? `ENGINE=${storage} DEFAULT CHARSET=${charset}` : '';
  await place.admin(`CREATE TABLE funnel_entries (id ${id}, email VARCHAR(255) NOT NULL, funnel_type VARCHAR(50) NOT NULL,
    user_id INT NULL, test_id INT NULL, entered_at DATETIME NOT NULL, certificate_purchased BOOLEAN NOT NULL DEFAULT 0,
    certificate_purchased_at DATETIME NULL) ${end}`);
  if (withoutOutbox) return;
  await place.admin(`CREATE TABLE brevo_sync_outbox (id ${id}, funnel_entry_id INT NOT NULL, operation_type VARCHAR(50) NOT NULL,
    payload TEXT NOT NULL, status VARCHAR(20) NOT NULL, retry_count INT NOT NULL DEFAULT 0, last_error TEXT NULL,
    next_attempt_at DATETIME NULL, created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL) ${end}`);
}

/** Writes entries in this order, the first with id 1. */
export async function addOldEntries(place: TestDatabase, ...entries: OldEntry[]): Promise<void> {
  const values = entries.flatMap(({ email, funnelType = 'language', testId = null, enteredAt }): SqlValue[] => [
    email,
    funnelType,
    testId,
    enteredAt ?? '2026-01-02 03:04:05',
  ]);
  const rows = entries.map(() => '(?, ?, ?, ?, 0)').join(', ');
  await place.admin(
    `INSERT INTO funnel_entries (email, funnel_type, test_id, entered_at, certificate_purchased) VALUES ${rows}`,
    values,
  );
}

/** Writes a job of entry 1. */
export async function addOldJob(
  place: TestDatabase,
  status: string,
  payload: string,
  lastError: string | null,
): Promise<void> {
  await place.admin(
    `INSERT INTO brevo_sync_outbox (funnel_entry_id, operation_type, payload, status, retry_count, last_error, created_at, updated_at)
     VALUES (1, 'upsert_contact', ?, ?, 2, ?, '2026-01-02 03:04:05', '2026-01-02 03:04:05')`,
    [payload, status, lastError],
  );
}
