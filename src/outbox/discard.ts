import type { Database, Id, Statement } from '../database/database.ts';
import { discardedByHand } from './advice.ts';
import { heldUntil } from './held-until.ts';

/** Why a job cannot be discarded: it was delivered, a worker has it, or there is none. */
export interface RefusedJob {
  id: Id;
  reason: 'delivered' | 'held' | 'unknown';
  /** when the worker's lease ends, by the database's wall clock; null unless a worker has it */
  heldUntil: string | null;
}

/** The result of `outbox discard`. */
export interface Discarded {
  dryRun: boolean;
  /** jobs that are failed and put aside now; with `dryRun` those that would be */
  discarded: Id[];
  refused: RefusedJob[];
}

interface FoundJob {
  id: Id;
  status: string;
  heldUntil: string | null;
}

const jobs = {
  mysql: `SELECT o.id AS id, o.status AS status, ${heldUntil.mysql}
    FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j STRAIGHT_JOIN brevo_sync_outbox o ON o.id = j.id`,
  sqlite: `SELECT o.id AS id, o.status AS status, ${heldUntil.sqlite} FROM brevo_sync_outbox o
    WHERE o.id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))`,
} as const;

const lockJobs: Statement = { mysql: `${jobs.mysql} FOR UPDATE`, sqlite: jobs.sqlite };

// The error before is kept behind the words, so that nobody has to wonder later why the job was given up.
const discard: Statement = {
  mysql: `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j
    STRAIGHT_JOIN brevo_sync_outbox o FORCE INDEX (PRIMARY) ON o.id = j.id
    SET o.status = 'failed', o.next_attempt_at = NULL, o.lease_token = NULL, o.lease_until = NULL,
      o.last_error = CONCAT('${discardedByHand}', COALESCE(CONCAT('. Before: ', LEFT(o.last_error, 500)), '')),
      o.updated_at = CURRENT_TIMESTAMP
    WHERE o.status = 'pending'
      OR o.status = 'failed' AND COALESCE(o.last_error, '') NOT LIKE '${discardedByHand}%'`,
  sqlite: `UPDATE brevo_sync_outbox SET status = 'failed', next_attempt_at = NULL, lease_token = NULL,
      lease_until = NULL, updated_at = CURRENT_TIMESTAMP,
      last_error = '${discardedByHand}' || COALESCE('. Before: ' || substr(last_error, 1, 500), '')
    WHERE id IN (SELECT CAST(value AS INTEGER) FROM json_each(?)) AND (status = 'pending'
      OR status = 'failed' AND COALESCE(last_error, '') NOT LIKE '${discardedByHand}%')`,
};

/**
 * Gives jobs up: a pending one that nobody holds becomes failed, a failed one stays that, and neither is taken by a
 * retry of all failed jobs. What was delivered, what a worker holds and what does not exist is refused, job by job.
 */
export async function discardJobs(database: Database, ids: readonly Id[], dryRun: boolean): Promise<Discarded> {
  return database.transaction(async (session) => {
    const rows = await session.query<FoundJob>(dryRun ? jobs : lockJobs, [JSON.stringify(ids)]);
    const found = new Map(rows.map((row) => [String(row.id), row]));
    const refused = ids.flatMap((id) => refusalOf(id, found.get(String(id))) ?? []);
    const discarded = ids.filter((id) => !refused.some((refusal) => refusal.id === id));
    if (!dryRun && discarded.length > 0) await session.execute(discard, [JSON.stringify(discarded)]);
    return { dryRun, discarded, refused };
  });
}

function refusalOf(id: Id, job: FoundJob | undefined): RefusedJob | undefined {
  if (job === undefined) return { id, reason: 'unknown', heldUntil: null };
  if (job.status === 'success') return { id, reason: 'delivered', heldUntil: null };
  return job.heldUntil === null ? undefined : { id, reason: 'held', heldUntil: job.heldUntil };
}
