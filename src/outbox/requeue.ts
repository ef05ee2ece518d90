import type { Database, Id, Parameter, Statement } from '../database/database.ts';
import { discardedByHand } from './advice.ts';

/** The result of `outbox retry`. */
export interface Requeued {
  dryRun: boolean;
  /** failed jobs that are pending again; with `dryRun` those that would be */
  requeued: number;
  /** jobs that were asked for but have not failed; status null: there is no such job */
  leftAlone: { id: Id; status: string | null }[];
}

/** jobs per transaction */
const batchSize = 1000;

const statuses: Record<'mysql' | 'sqlite', string> = {
  mysql: `SELECT o.id AS id, o.status AS status
    FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j STRAIGHT_JOIN brevo_sync_outbox o ON o.id = j.id`,
  sqlite: `SELECT id, status FROM brevo_sync_outbox
    WHERE id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))`,
};

const lockStatuses: Statement = { mysql: `${statuses.mysql} FOR UPDATE`, sqlite: statuses.sqlite };

// The error stays until the next outcome: it is why somebody asked for another try.
const requeue: Statement = {
  mysql: `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j
    STRAIGHT_JOIN brevo_sync_outbox o FORCE INDEX (PRIMARY) ON o.id = j.id
    SET o.status = 'pending', o.retry_count = 0, o.next_attempt_at = NULL, o.lease_token = NULL,
      o.updated_at = CURRENT_TIMESTAMP
    WHERE o.status = 'failed'`,
  sqlite: `UPDATE brevo_sync_outbox SET status = 'pending', retry_count = 0, next_attempt_at = NULL,
      lease_token = NULL, updated_at = CURRENT_TIMESTAMP
    WHERE status = 'failed' AND id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))`,
};

// A drain writes "400 invalid_parameter: …", "503: …" or "timeout: …": the words before the first colon say what it was.
const label = {
  mysql: `CONCAT(' ', SUBSTRING_INDEX(COALESCE(last_error, ''), ':', 1), ' ')`,
  sqlite: `' ' || substr(last_error, 1, instr(last_error || ':', ':') - 1) || ' '`,
};

const notDiscarded = `AND COALESCE(last_error, '') NOT LIKE '${discardedByHand}%'`;

const failedWithCode = (what: string): Statement => ({
  mysql: `SELECT ${what} FROM brevo_sync_outbox WHERE status = 'failed' ${notDiscarded} AND id > ?
      AND INSTR(${label.mysql}, CONCAT(' ', ?, ' ')) > 0`,
  sqlite: `SELECT ${what} FROM brevo_sync_outbox WHERE status = 'failed' ${notDiscarded} AND id > ?
      AND instr(${label.sqlite}, ' ' || ? || ' ') > 0`,
});

const failedOfAnyKind = (what: string): string =>
  `SELECT ${what} FROM brevo_sync_outbox WHERE status = 'failed' ${notDiscarded} AND id > ?`;

/** Makes failed jobs pending again, due at once, with all their retries; every other job is left alone. */
export async function requeueJobs(database: Database, ids: readonly Id[], dryRun: boolean): Promise<Requeued> {
  const given = JSON.stringify(ids);
  return database.transaction(async (session) => {
    const rows = await session.query<{ id: Id; status: string }>(dryRun ? statuses : lockStatuses, [given]);
    if (!dryRun) await session.execute(requeue, [given]);
    const found = new Map(rows.map(({ id, status }) => [String(id), status]));
    const asked = ids.map((id) => ({ id, status: found.get(String(id)) ?? null }));
    const leftAlone = asked.filter(({ status }) => status !== 'failed');
    return { dryRun, requeued: asked.length - leftAlone.length, leftAlone };
  });
}

/**
 * The same for every failed job but those discarded by hand; with `code` ("500", "invalid_parameter", "400
 * invalid_parameter") for those only whose error begins with it. In batches by primary key, each a transaction.
 */
export async function requeueFailed(database: Database, code: string | undefined, dryRun: boolean): Promise<Requeued> {
  const question = code === undefined ? failedOfAnyKind : failedWithCode;
  const values: Parameter[] = code === undefined ? [] : [code];
  if (dryRun) {
    const [row] = await database.query<{ count: number }>(question('COUNT(*) AS count'), [0, ...values]);
    return { dryRun, requeued: row?.count ?? 0, leftAlone: [] };
  }
  const next = batchOf(question('id'));
  const requeueBatch = (after: Id): Promise<{ last: Id | null; affected: number }> =>
    database.transaction(async (session) => {
      const ids = (await session.query<{ id: Id }>(next, [after, ...values, batchSize])).map(({ id }) => id);
      const { affected } = await session.execute(requeue, [JSON.stringify(ids)]);
      return { last: ids.at(-1) ?? null, affected };
    });
  let requeued = 0;
  for (let after: Id | null = 0; after !== null; ) {
    const batch: { last: Id | null; affected: number } = await requeueBatch(after);
    requeued += batch.affected;
    after = batch.last;
  }
  return { dryRun, requeued, leftAlone: [] };
}

function batchOf(question: Statement): Statement {
  const order = 'ORDER BY id LIMIT ?';
  return typeof question === 'string'
    ? `${question} ${order}`
    : { mysql: `${question.mysql} ${order}`, sqlite: `${question.sqlite} ${order}` };
}
