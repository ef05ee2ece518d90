import { randomUUID } from 'node:crypto';
import type { Database, Id, Session, Statement } from '../database/database.ts';
import { type Concerned, surveyJobs } from './concerned.ts';
import { heldUntil } from './held-until.ts';
import { discardedByHand } from './job.ts';
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
  /** jobs that somebody had discarded before: nothing is changed */
  alreadyDiscarded: Id[];
  refused: RefusedJob[];
  /** whom the discarded jobs concern */
  concerned: Concerned;
}

interface FoundJob {
  id: Id;
  status: string;
  isDiscarded: 0 | 1;
  /** null when the entry of the job is gone */
  email: string | null;
  heldUntil: string | null;
}

const columns = `o.id AS id, o.status AS status, e.email AS email,
    o.status = 'failed' AND COALESCE(o.last_error, '') LIKE '${discardedByHand}%' AS isDiscarded`;

// MySQL lets no statement lock that reads JSON_TABLE itself.
const jobs = {
  mysql: `SELECT ${columns}, ${heldUntil.mysql}
    FROM (SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) t) j
      STRAIGHT_JOIN brevo_sync_outbox o ON o.id = j.id LEFT JOIN funnel_entries e ON e.id = o.funnel_entry_id`,
  sqlite: `SELECT ${columns}, ${heldUntil.sqlite}
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
    WHERE o.status <> 'success'`,
  sqlite: `UPDATE brevo_sync_outbox SET status = 'failed', next_attempt_at = NULL, lease_token = NULL,
      updated_at = CURRENT_TIMESTAMP,
      last_error = '${discardedByHand}' || COALESCE('. Before: ' || substr(last_error, 1, 500), '')
    WHERE id IN (SELECT CAST(value AS INTEGER) FROM json_each(?)) AND status <> 'success'`,
};

/**
 * Gives jobs up: a pending one that nobody holds becomes failed, so does one in a status that no program of today writes,
 * a failed one stays that, and none is taken by a retry of all failed jobs. What was delivered, what a worker holds and
 * what does not exist is refused, job by job.
 */
export async function discardJobs(database: Database, ids: readonly Id[], dryRun: boolean): Promise<Discarded> {
  const rows = await database.query<FoundJob>(jobs, [JSON.stringify(ids)]);
  if (dryRun) {
    const parts = divide(ids, rows);
    return { dryRun, ...parts, concerned: await surveyJobs(database, parts.discarded) };
  }
  const hasEntryGone = rows.some(({ email }) => email === null);
  if (!hasEntryGone || database.engine === 'sqlite') return discardFound(database, ids, rows);
  return withoutParents(database, () => discardFound(database, ids, rows));
}

function discardFound(database: Database, ids: readonly Id[], rows: readonly FoundJob[]): Promise<Discarded> {
  return database.transaction(async (session) => {
    // As a worker would: whoever has the contact decides what becomes of its jobs.
    const token = randomUUID();
    const contacts = [...new Set(rows.flatMap(({ email }) => email ?? []))];
    const held = await takeContacts(session, contacts, token);
    const locked = await session.query<FoundJob>(lockJobs, [JSON.stringify(ids)]);
    const parts = divide(
      ids,
      locked.map((row) => (held.has(row.email) ? { ...row, heldUntil: null } : row)),
    );
    const concerned = await surveyJobs(session, parts.discarded);
    const { affected } = await session.execute(discard, [JSON.stringify(parts.discarded)]);
    if (affected !== parts.discarded.length)
      throw new Error(`Discarded ${affected} of ${parts.discarded.length} jobs.`);
    await giveBackLeases(session, contacts, token);
    return { dryRun: false, ...parts, concerned };
  });
}

/** Does `work` on jobs whose entry may be gone: else the server refuses even the change of their status. */
async function withoutParents<Result>(database: Database, work: () => Promise<Result>): Promise<Result> {
  await database.define('SET SESSION foreign_key_checks = 0');
  try {
    return await work();
  } finally {
    await database.define('SET SESSION foreign_key_checks = 1');
  }
}

async function takeContacts(session: Session, contacts: string[], token: string): Promise<Set<string | null>> {
  if (contacts.length === 0) return new Set();
  await takeLeases(session, contacts, { token, leaseSeconds });
  return new Set(await leasesOf(session, contacts, token));
}

const entryGonePage = `SELECT o.id AS id FROM brevo_sync_outbox o LEFT JOIN funnel_entries e ON e.id = o.funnel_entry_id
  WHERE o.status = 'pending' AND e.id IS NULL AND o.id > ? ORDER BY o.id LIMIT ?`;

/** Gives up every pending job whose entry is gone, page by page, each a transaction. */
export async function discardEntryGone(database: Database, dryRun: boolean, pageSize = 1000): Promise<Discarded> {
  const discarded: Id[] = [];
  for (let after: Id | undefined = 0; after !== undefined; ) {
    const ids: Id[] = (await database.query<{ id: Id }>(entryGonePage, [after, pageSize])).map(({ id }) => id);
    // Looked at again in its transaction: whatever has become of one meanwhile, it has no entry that could come back.
    discarded.push(...(dryRun ? ids : (await discardJobs(database, ids, false)).discarded));
    after = ids.at(-1);
  }
  const concerned = await surveyJobs(database, discarded);
  return { dryRun, discarded, alreadyDiscarded: [], refused: [], concerned };
}

type Parts = Pick<Discarded, 'discarded' | 'alreadyDiscarded' | 'refused'>;

function divide(ids: readonly Id[], rows: readonly FoundJob[]): Parts {
  const found = new Map(rows.map((row) => [String(row.id), row]));
  const parts: Parts = { discarded: [], alreadyDiscarded: [], refused: [] };
  for (const id of ids) {
    const job = found.get(String(id));
    const refusal = refusalOf(id, job);
    if (refusal !== undefined) parts.refused.push(refusal);
    else if (job?.isDiscarded === 1) parts.alreadyDiscarded.push(id);
    else parts.discarded.push(id);
  }
  return parts;
}

function refusalOf(id: Id, job: FoundJob | undefined): RefusedJob | undefined {
  if (job === undefined) return { id, reason: 'unknown', heldUntil: null };
  if (job.status === 'success') return { id, reason: 'delivered', heldUntil: null };
  return job.heldUntil === null ? undefined : { id, reason: 'held', heldUntil: job.heldUntil };
}
