import { randomUUID } from 'node:crypto';
import type { Database, Id, Session, Statement } from '../database/database.ts';
import { discardedByHand } from './advice.ts';
import { heldUntil } from './held-until.ts';
import { giveBackLeases, leasesOf, takeLeases } from './leases.ts';

/** Longer than the one transaction can take. */
const leaseSeconds = 60;

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
  /** null when the entry of the job is gone */
  email: string | null;
  heldUntil: string | null;
}

const jobs = {
  mysql: `SELECT o.id AS id, o.status AS status, e.email AS email, ${heldUntil.mysql}
    FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j STRAIGHT_JOIN brevo_sync_outbox o ON o.id = j.id
      LEFT JOIN funnel_entries e ON e.id = o.funnel_entry_id`,
  sqlite: `SELECT o.id AS id, o.status AS status, e.email AS email, ${heldUntil.sqlite}
    FROM brevo_sync_outbox o LEFT JOIN funnel_entries e ON e.id = o.funnel_entry_id
    WHERE o.id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))`,
} as const;

const lockJobs: Statement = { mysql: `${jobs.mysql} FOR UPDATE`, sqlite: jobs.sqlite };

// The error before is kept behind the words, so that nobody has to wonder later why the job was given up.
const discard: Statement = {
  mysql: `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j
    STRAIGHT_JOIN brevo_sync_outbox o FORCE INDEX (PRIMARY) ON o.id = j.id
    SET o.status = 'failed', o.next_attempt_at = NULL, o.lease_token = NULL,
      o.last_error = CONCAT('${discardedByHand}', COALESCE(CONCAT('. Before: ', LEFT(o.last_error, 500)), '')),
      o.updated_at = CURRENT_TIMESTAMP
    WHERE o.status = 'pending'
      OR o.status = 'failed' AND COALESCE(o.last_error, '') NOT LIKE '${discardedByHand}%'`,
  sqlite: `UPDATE brevo_sync_outbox SET status = 'failed', next_attempt_at = NULL, lease_token = NULL,
      updated_at = CURRENT_TIMESTAMP,
      last_error = '${discardedByHand}' || COALESCE('. Before: ' || substr(last_error, 1, 500), '')
    WHERE id IN (SELECT CAST(value AS INTEGER) FROM json_each(?)) AND (status = 'pending'
      OR status = 'failed' AND COALESCE(last_error, '') NOT LIKE '${discardedByHand}%')`,
};

/**
 * Gives jobs up: a pending one that nobody holds becomes failed, a failed one stays that, and neither is taken by a
 * retry of all failed jobs. What was delivered, what a worker holds and what does not exist is refused, job by job.
 */
export async function discardJobs(database: Database, ids: readonly Id[], dryRun: boolean): Promise<Discarded> {
  const given = JSON.stringify(ids);
  return database.transaction(async (session) => {
    const rows = await session.query<FoundJob>(jobs, [given]);
    if (dryRun) return { dryRun, ...divide(ids, rows) };
    // As a worker would: whoever has the contact decides what becomes of its jobs.
    const token = randomUUID();
    const contacts = [...new Set(rows.flatMap(({ email }) => email ?? []))];
    const held = await takeContacts(session, contacts, token);
    const locked = await session.query<FoundJob>(lockJobs, [given]);
    const { discarded, refused } = divide(
      ids,
      locked.map((row) => (held.has(row.email) ? { ...row, heldUntil: null } : row)),
    );
    if (discarded.length > 0) await session.execute(discard, [JSON.stringify(discarded)]);
    await giveBackLeases(session, contacts, token);
    return { dryRun, discarded, refused };
  });
}

async function takeContacts(session: Session, contacts: string[], token: string): Promise<Set<string | null>> {
  if (contacts.length === 0) return new Set();
  await takeLeases(session, contacts, { token, leaseSeconds });
  return new Set(await leasesOf(session, contacts, token));
}

function divide(ids: readonly Id[], rows: readonly FoundJob[]): Pick<Discarded, 'discarded' | 'refused'> {
  const found = new Map(rows.map((row) => [String(row.id), row]));
  const refused = ids.flatMap((id) => refusalOf(id, found.get(String(id))) ?? []);
  return { discarded: ids.filter((id) => !refused.some((refusal) => refusal.id === id)), refused };
}

function refusalOf(id: Id, job: FoundJob | undefined): RefusedJob | undefined {
  if (job === undefined) return { id, reason: 'unknown', heldUntil: null };
  if (job.status === 'success') return { id, reason: 'delivered', heldUntil: null };
  return job.heldUntil === null ? undefined : { id, reason: 'held', heldUntil: job.heldUntil };
}
