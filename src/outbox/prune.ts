import type { Database, Id, Session, Statement } from '../database/database.ts';
import { type Concerned, nobody, surveyOldFailed } from './concerned.ts';
import { countEntriesGone } from './count.ts';
import { forgetOldLeases } from './leases.ts';

/** Statuses of jobs that are over: only these are ever deleted. */
export const finishedStatuses = ['success', 'failed'] as const;
export type FinishedStatus = (typeof finishedStatuses)[number];

/** The result of `outbox prune`. */
export interface Pruned {
  dryRun: boolean;
  /** jobs last changed before this are deleted; the database's wall clock */
  before: string;
  /** deleted jobs, or with `dryRun` those that would be */
  success: number;
  failed: number;
  /** pending jobs whose entry is gone: never deleted, as no pending job is, and never delivered */
  entryGone: number;
  /** whom the failed ones among them concern: Brevo was never told of these */
  concerned: Concerned;
  interrupted: boolean;
}

export interface PruneOptions {
  olderThanDays: number;
  statuses: readonly FinishedStatus[];
  dryRun: boolean;
  /** when aborted, the batch in hand is finished and no other begun */
  signal: AbortSignal;
  /** jobs per transaction; 1000 when not given */
  batchSize?: number;
  onProgress?: (done: number, total: number) => void;
}

const selectCutoff: Statement = {
  mysql: 'SELECT CURRENT_TIMESTAMP - INTERVAL ? DAY AS cutoff',
  sqlite: `SELECT datetime('now', '-' || CAST(? AS INTEGER) || ' days') AS cutoff`,
};

const countOld = 'SELECT COUNT(*) AS count FROM brevo_sync_outbox WHERE status = ? AND updated_at < ?';

// One walk along the primary key for all batches: in the order of updated_at, which has no index, each batch would
// sort all jobs of that status anew.
const selectOld: Statement = {
  mysql: `SELECT id FROM brevo_sync_outbox FORCE INDEX (PRIMARY)
    WHERE status = ? AND updated_at < ? AND id > ? ORDER BY id LIMIT ?`,
  sqlite: `SELECT id FROM brevo_sync_outbox NOT INDEXED
    WHERE status = ? AND updated_at < ? AND id > ? ORDER BY id LIMIT ?`,
};

// Says again what may go: a job that was set back to pending since it was selected stays.
const deleteOld: Statement = {
  mysql: `DELETE o FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j
    STRAIGHT_JOIN brevo_sync_outbox o FORCE INDEX (PRIMARY) ON o.id = j.id
    WHERE o.status = ? AND o.updated_at < ?`,
  sqlite: `DELETE FROM brevo_sync_outbox WHERE id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))
    AND status = ? AND updated_at < ?`,
};

/**
 * Deletes finished jobs that have not changed for so many days, in small batches by primary key, each in a transaction
 * of its own, so that workers are never kept waiting. Pending jobs are never touched, entries neither.
 */
export async function pruneOutbox(database: Database, options: PruneOptions): Promise<Pruned> {
  const { statuses, signal, dryRun, onProgress } = options;
  const before = await cutoff(database, options.olderThanDays);
  const old = { success: 0, failed: 0 };
  for (const status of statuses) old[status] = await count(database, status, before);
  const concerned = statuses.includes('failed') ? await surveyOldFailed(database, before) : nobody;
  const entryGone = await countEntriesGone(database);
  if (dryRun) return { dryRun, before, ...old, entryGone, concerned, interrupted: signal.aborted };
  await database.transaction(forgetOldLeases);
  const total = old.success + old.failed;
  const deleted = { success: 0, failed: 0 };
  for (const status of statuses) {
    for (let after: Id | undefined = 0; after !== undefined && !signal.aborted; ) {
      const batch = await deleteBatch(database, { status, before, after, size: options.batchSize ?? 1000 });
      deleted[status] += batch.affected;
      onProgress?.(deleted.success + deleted.failed, total);
      after = batch.last;
    }
  }
  return { dryRun, before, ...deleted, entryGone, concerned, interrupted: signal.aborted };
}

interface Batch {
  status: FinishedStatus;
  before: string;
  /** the id at which the batch before ended */
  after: Id;
  size: number;
}

function deleteBatch(
  database: Database,
  { status, before, after, size }: Batch,
): Promise<{ last: Id | undefined; affected: number }> {
  return database.transaction(async (session) => {
    const ids = (await session.query<{ id: Id }>(selectOld, [status, before, after, size])).map(({ id }) => id);
    if (ids.length === 0) return { last: undefined, affected: 0 };
    const { affected } = await session.execute(deleteOld, [JSON.stringify(ids), status, before]);
    return { last: ids.length < size ? undefined : ids.at(-1), affected };
  });
}

async function cutoff(session: Session, days: number): Promise<string> {
  const [row] = await session.query<{ cutoff: string }>(selectCutoff, [days]);
  return row?.cutoff ?? '';
}

async function count(session: Session, status: FinishedStatus, before: string): Promise<number> {
  const [row] = await session.query<{ count: number }>(countOld, [status, before]);
  return row?.count ?? 0;
}
