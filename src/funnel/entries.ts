import type { Id, Session, Statement } from '../database/database.ts';
import type { Candidate } from './candidate.ts';
import { isCovered, isUnclear, mayCover } from './coverage.ts';
import type { FunnelType } from './funnel-type.ts';

/** What the tables say about a candidate. */
export interface Standing {
  /** the entry was made by this very transaction */
  isOwn: 0 | 1;
  /** in this funnel for this test already */
  isEntered: 0 | 1;
  /** that entry was made since the run began */
  isNew: 0 | 1;
  /** the entry that this very result has under another funnel, address or test, or its person and test in another funnel */
  otherEntryId: Id | null;
  /** an entry without a test number stands for this test too */
  isCovered: 0 | 1;
  /** there is such an entry, and which tests it stands for has not been recorded yet */
  isUnclear: 0 | 1;
  /** paid for this kind of certificate at or after the finish */
  hasBought: 0 | 1;
}

// Only what the statements use travels: parsing the batch is a good part of their time.
const mysqlBatch = `JSON_TABLE(?, '$[*]' COLUMNS (
      position FOR ORDINALITY,
      email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.email',
      funnel_type VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.funnelType',
      user_id BIGINT PATH '$.userId',
      test_id BIGINT PATH '$.testId',
      finished_at DATETIME PATH '$.finishedAt',
      source VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.source')) j`;

const sqliteBatch = `(SELECT key + 1 AS position, value ->> 'email' AS email, value ->> 'funnelType' AS funnel_type,
      CAST(value ->> 'userId' AS INTEGER) AS user_id, CAST(value ->> 'testId' AS INTEGER) AS test_id,
      value ->> 'finishedAt' AS finished_at, value ->> 'source' AS source
    FROM json_each(?)) j`;

const sameEntry = 'e.email = j.email AND e.funnel_type = j.funnel_type AND e.test_id = j.test_id';
const noJob = 'NOT EXISTS (SELECT 1 FROM brevo_sync_outbox o WHERE o.funnel_entry_id = e.id)';
// A site that numbers its results anew gives old numbers to later results of other people.
// What an old entry of the same person and funnel stands for is another question.
const sameResult = `e.user_id = j.user_id AND (e.entered_at >= j.finished_at OR e.email = j.email)
        AND NOT (e.test_id = 0 AND e.email = j.email AND e.funnel_type = j.funnel_type)`;
// A test is in one funnel at a time: where another result of it entered by the other one, the site has changed its language
// since, and that must not bring back those who took it more than once.
const sameTest = 'e.test_id = j.test_id AND e.funnel_type <> j.funnel_type AND e.user_id IS NOT NULL';
const bought = `EXISTS (SELECT 1 FROM funnel_purchases p
      WHERE p.email = j.email AND p.funnel_type = j.funnel_type AND p.paid_at >= j.finished_at AND p.revoked_at IS NULL)`;

const selectNewestId = 'SELECT COALESCE(MAX(id), 0) AS id FROM funnel_entries';

// An entry that another run committed in between came with its job; only entries of this transaction have none yet.
const standings = (batch: string): string => `SELECT
    EXISTS (SELECT 1 FROM funnel_entries e WHERE ${sameEntry} AND e.id > ? AND ${noJob}) AS isOwn,
    EXISTS (SELECT 1 FROM funnel_entries e WHERE ${sameEntry}) AS isEntered,
    EXISTS (SELECT 1 FROM funnel_entries e WHERE ${sameEntry} AND e.id > ?) AS isNew,
    COALESCE((SELECT MIN(e.id) FROM funnel_entries e WHERE ${sameResult}),
      (SELECT MIN(e.id) FROM funnel_entries e WHERE e.email = j.email AND ${sameTest})) AS otherEntryId,
    ${isCovered} AS isCovered, ${isUnclear} AS isUnclear, ${bought} AS hasBought
  FROM ${batch} ORDER BY j.position`;

const selectStandings: Statement = {
  mysql: standings(mysqlBatch),
  sqlite: standings(sqliteBatch),
};

// Where it is unclear what an old entry covers nobody enters; the standings say so. Whatever the person has is one look-up.
const insertEntries = (batch: string): string => `INSERT INTO funnel_entries
    (email, funnel_type, user_id, test_id, entered_at, certificate_purchased, test_completed_at, source)
  SELECT j.email, j.funnel_type, j.user_id, j.test_id, CURRENT_TIMESTAMP, 0, j.finished_at, j.source
  FROM ${batch} WHERE NOT EXISTS (SELECT 1 FROM funnel_entries e WHERE e.email = j.email AND (${mayCover} OR ${sameTest}))
    AND NOT EXISTS (SELECT 1 FROM funnel_entries e WHERE ${sameResult}) AND NOT ${bought} ORDER BY j.position`;

const insertFree: Statement = {
  mysql: `${insertEntries(mysqlBatch)} ON DUPLICATE KEY UPDATE funnel_entries.id = funnel_entries.id`,
  sqlite: `${insertEntries(sqliteBatch)} ON CONFLICT (email, funnel_type, test_id) DO NOTHING`,
};

const jobs = (json: { object: string; array: string; integer: string }): string => `INSERT INTO brevo_sync_outbox
    (funnel_entry_id, operation_type, payload, status, retry_count, created_at, updated_at)
  SELECT e.id, 'upsert_contact',
    ${json.object}('email', e.email, 'funnel_type', e.funnel_type, 'user_id', e.user_id, 'test_id', e.test_id,
      'list_ids', ${json.array}(CAST(CASE e.funnel_type WHEN 'language' THEN ? ELSE ? END AS ${json.integer})),
      'attributes', ${json.object}('FUNNEL_TYPE', e.funnel_type)),
    'pending', 0, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP
  FROM funnel_entries e WHERE e.id > ? AND ${noJob} ORDER BY e.id`;

const insertJobs: Statement = {
  mysql: jobs({ object: 'JSON_OBJECT', array: 'JSON_ARRAY', integer: 'SIGNED' }),
  sqlite: jobs({ object: 'json_object', array: 'json_array', integer: 'INTEGER' }),
};

/** The highest id of any entry, 0 when there is none. */
export async function newestEntryId(session: Session): Promise<Id> {
  const [row] = await session.query<{ id: Id }>(selectNewestId);
  return row?.id ?? 0;
}

/** What the tables say about each candidate, in their order; entries after `runStart` (an id) count as new. */
export function readStandings(session: Session, batch: readonly Candidate[], runStart: Id): Promise<Standing[]> {
  return session.query<Standing>(selectStandings, [Number.MAX_SAFE_INTEGER, runStart, JSON.stringify(batch)]);
}

/** The lists that the jobs of each funnel ask for. */
export type ListIds = Readonly<Record<FunnelType, number | undefined>>;

/**
 * Inserts an entry and its `upsert_contact` job for every candidate that is free to enter; to be called inside a
 * transaction, with no identity twice in the batch. Where another run was faster the unique constraint decides and
 * nothing is inserted. Returns null when all were entered, else what the tables say about each.
 */
export async function enterBatch(
  session: Session,
  batch: readonly Candidate[],
  runStart: Id,
  listIds: ListIds,
): Promise<Standing[] | null> {
  const json = JSON.stringify(batch);
  const before = await newestEntryId(session);
  const { affected } = await session.execute(insertFree, [json]);
  const standings =
    affected === batch.length ? null : await session.query<Standing>(selectStandings, [before, runStart, json]);
  if (affected > 0) {
    await session.execute(insertJobs, [listIds.language ?? null, listIds.non_language ?? null, before]);
  }
  return standings;
}
