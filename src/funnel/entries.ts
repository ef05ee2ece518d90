import type { Id, Session, Statement } from '../database/database.ts';
import type { FunnelType } from './funnel-type.ts';

/** Somebody who may enter a funnel: a finished test with a usable address, of a known test, in a configured funnel. */
export interface Candidate {
  email: string;
  funnelType: FunnelType;
  /** the row of the site's finished tests; stored as user_id, as the predecessor did */
  userId: Id;
  testId: Id;
  finishedAt: string;
  source: string | null;
  /** the job's payload, JSON text */
  payload: string;
}

/** What the tables already say about a candidate, by its position in the batch. */
export interface Standing {
  position: number;
  /** in this funnel for this test already */
  isEntered: 0 | 1;
  /** an entry without a test number was made at or after the finish, so it stands for this test too */
  isCovered: 0 | 1;
  /** paid for this kind of certificate at or after the finish */
  hasBought: 0 | 1;
}

const mysqlBatch = `JSON_TABLE(?, '$[*]' COLUMNS (
      position FOR ORDINALITY,
      email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.email',
      funnel_type VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.funnelType',
      user_id BIGINT PATH '$.userId',
      test_id BIGINT PATH '$.testId',
      finished_at DATETIME PATH '$.finishedAt',
      source VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.source',
      payload TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.payload')) j`;

const sqliteBatch = `(SELECT key + 1 AS position, value ->> 'email' AS email, value ->> 'funnelType' AS funnel_type,
      CAST(value ->> 'userId' AS INTEGER) AS user_id, CAST(value ->> 'testId' AS INTEGER) AS test_id,
      value ->> 'finishedAt' AS finished_at, value ->> 'source' AS source, value ->> 'payload' AS payload
    FROM json_each(?)) j`;

const standings = (batch: string): string => `SELECT j.position AS position,
    EXISTS (SELECT 1 FROM funnel_entries e
      WHERE e.email = j.email AND e.funnel_type = j.funnel_type AND e.test_id = j.test_id) AS isEntered,
    EXISTS (SELECT 1 FROM funnel_entries e
      WHERE e.email = j.email AND e.funnel_type = j.funnel_type AND e.test_id = 0
        AND e.entered_at >= j.finished_at) AS isCovered,
    EXISTS (SELECT 1 FROM funnel_purchases p
      WHERE p.email = j.email AND p.funnel_type = j.funnel_type AND p.paid_at >= j.finished_at) AS hasBought
  FROM ${batch}`;

const selectStandings: Statement = { mysql: standings(mysqlBatch), sqlite: standings(sqliteBatch) };

const insertEntries = (batch: string): string => `INSERT INTO funnel_entries
    (email, funnel_type, user_id, test_id, entered_at, certificate_purchased, test_completed_at, source)
  SELECT j.email, j.funnel_type, j.user_id, j.test_id, CURRENT_TIMESTAMP, 0, j.finished_at, j.source FROM ${batch}`;

const insertNewEntries: Statement = {
  mysql: `${insertEntries(mysqlBatch)} ON DUPLICATE KEY UPDATE funnel_entries.id = funnel_entries.id`,
  sqlite: `${insertEntries(sqliteBatch)} WHERE true ON CONFLICT (email, funnel_type, test_id) DO NOTHING`,
};

// An entry that a concurrent run committed in between came with its job; only entries of this transaction have none.
const withoutJob = (batch: string): string => `FROM ${batch}
    JOIN funnel_entries e ON e.email = j.email AND e.funnel_type = j.funnel_type AND e.test_id = j.test_id
    WHERE NOT EXISTS (SELECT 1 FROM brevo_sync_outbox o WHERE o.funnel_entry_id = e.id)`;

const own = (batch: string): string => `SELECT j.position AS position ${withoutJob(batch)}`;

const selectOwn: Statement = { mysql: own(mysqlBatch), sqlite: own(sqliteBatch) };

const jobs = (batch: string): string => `INSERT INTO brevo_sync_outbox
    (funnel_entry_id, operation_type, payload, status, retry_count, created_at, updated_at)
  SELECT e.id, 'upsert_contact', j.payload, 'pending', 0, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP ${withoutJob(batch)}
  ORDER BY j.position`;

const insertJobs: Statement = { mysql: jobs(mysqlBatch), sqlite: jobs(sqliteBatch) };

/** What the tables say about each candidate of a batch, in the batch's order. Reads only. */
export async function readStandings(session: Session, batch: readonly Candidate[]): Promise<Standing[]> {
  const rows = await session.query<Standing>(selectStandings, [JSON.stringify(batch)]);
  return rows.sort((a, b) => a.position - b.position);
}

/**
 * Inserts an entry and its `upsert_contact` job for each candidate; to be called inside a transaction. Where another
 * run was faster the unique constraint decides, and nothing is inserted. Returns the positions (from 0) that were
 * entered by this call.
 */
export async function insertEntriesWithJobs(session: Session, batch: readonly Candidate[]): Promise<Set<number>> {
  const json = JSON.stringify(batch);
  const { affected } = await session.execute(insertNewEntries, [json]);
  const all = affected === batch.length;
  const positions = all ? [] : await session.query<{ position: number }>(selectOwn, [json]);
  await session.execute(insertJobs, [json]);
  return new Set(all ? batch.keys() : positions.map(({ position }) => position - 1));
}
