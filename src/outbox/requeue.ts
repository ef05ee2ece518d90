import type { Database, Id, Statement } from '../database/database.ts';
import { type Concerned, type FailedFilter, failedJobs, filterValues, surveyFailed, surveyJobs } from './concerned.ts';
import { jobBefore, type WaitingState, waitingState } from './due.ts';
import { heldUntil } from './held-until.ts';

/** A job that a retry did not change, and why. */
export interface LeftAlone {
  id: Id;
  /** null: there is no such job */
  status: string | null;
  reason: 'unknown' | 'delivered' | 'entry_gone' | 'held' | 'waits' | 'due';
  /** when the worker's lease ends, by the database's wall clock; null unless one has the job */
  heldUntil: string | null;
  /** the job of the same contact that comes before it; null unless it waits for that */
  afterJob: Id | null;
}

/** A scheduled job whose time was brought forward. */
export interface BroughtForward {
  id: Id;
  /** when it was to be tried again; the database's wall clock */
  scheduledAt: string;
  /** failed attempts so far: they go on counting */
  attempts: number;
}

/** The result of `outbox retry`; with `dryRun` what it would be. */
export interface Requeued {
  dryRun: boolean;
  /** failed jobs that are pending again */
  requeued: number;
  broughtForward: BroughtForward[];
  /** jobs whose contact was held for longer than any worker may hold one: that lease was ended */
  released: Id[];
  leftAlone: LeftAlone[];
  /** failed jobs, of those that were asked for, whose entry is gone: they are left alone */
  entryGone: number;
  /** whom the failed jobs concern */
  concerned: Concerned;
}

/** jobs per transaction */
const batchSize = 1000;
/** Clocks differ by a little. */
const leaseMarginSeconds = 60;

interface FoundJob {
  id: Id;
  status: string;
  state: WaitingState | null;
  isEntryGone: 0 | 1;
  afterJob: Id | null;
  heldUntil: string | null;
  /** its contact is held for longer than a worker may */
  isOverheld: 0 | 1 | null;
  scheduledAt: string | null;
  attempts: number;
}

const found = (engine: 'mysql' | 'sqlite', longest: string): string => `SELECT o.id AS id, o.status AS status,
    ${waitingState[engine]} AS state, e.id IS NULL AS isEntryGone, ${jobBefore[engine]} AS afterJob, ${heldUntil[engine]},
    (SELECT l.lease_until > ${longest} FROM brevo_contact_leases l WHERE l.email = e.email) AS isOverheld,
    CASE WHEN o.next_attempt_at > CURRENT_TIMESTAMP THEN o.next_attempt_at END AS scheduledAt,
    o.retry_count AS attempts`;

const longestLease = {
  mysql: 'UTC_TIMESTAMP() + INTERVAL ? SECOND',
  sqlite: `datetime('now', '+' || CAST(? AS INTEGER) || ' seconds')`,
};

// MySQL lets no statement lock that reads JSON_TABLE itself.
const readJobs = {
  mysql: `${found('mysql', longestLease.mysql)}
    FROM (SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) t) j
      STRAIGHT_JOIN brevo_sync_outbox o ON o.id = j.id LEFT JOIN funnel_entries e ON e.id = o.funnel_entry_id`,
  sqlite: `${found('sqlite', longestLease.sqlite)}
    FROM brevo_sync_outbox o LEFT JOIN funnel_entries e ON e.id = o.funnel_entry_id
    WHERE o.id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))`,
};

const lockJobs: Statement = { mysql: `${readJobs.mysql} FOR UPDATE`, sqlite: readJobs.sqlite };

const givenIds = `JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j
    STRAIGHT_JOIN brevo_sync_outbox o FORCE INDEX (PRIMARY) ON o.id = j.id`;

// The error stays until the next outcome: it is why somebody asked for another try.
const requeue: Statement = {
  mysql: `UPDATE ${givenIds} JOIN funnel_entries e ON e.id = o.funnel_entry_id
    SET o.status = 'pending', o.retry_count = 0, o.next_attempt_at = NULL, o.lease_token = NULL,
      o.updated_at = CURRENT_TIMESTAMP
    WHERE o.status NOT IN ('pending', 'success')`,
  sqlite: `UPDATE brevo_sync_outbox SET status = 'pending', retry_count = 0, next_attempt_at = NULL,
      lease_token = NULL, updated_at = CURRENT_TIMESTAMP
    WHERE status NOT IN ('pending', 'success') AND id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))
      AND funnel_entry_id IN (SELECT id FROM funnel_entries)`,
};

const bringForward: Statement = {
  mysql: `UPDATE ${givenIds} SET o.next_attempt_at = NULL, o.updated_at = CURRENT_TIMESTAMP
    WHERE o.status = 'pending' AND o.next_attempt_at > CURRENT_TIMESTAMP`,
  sqlite: `UPDATE brevo_sync_outbox SET next_attempt_at = NULL, updated_at = CURRENT_TIMESTAMP
    WHERE status = 'pending' AND next_attempt_at > CURRENT_TIMESTAMP
      AND id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))`,
};

const endLeases: Statement = {
  mysql: `DELETE l FROM ${givenIds} STRAIGHT_JOIN funnel_entries e ON e.id = o.funnel_entry_id
      STRAIGHT_JOIN brevo_contact_leases l ON l.email = e.email
    WHERE l.lease_until > ${longestLease.mysql}`,
  sqlite: `DELETE FROM brevo_contact_leases WHERE email IN (SELECT e.email FROM brevo_sync_outbox o
      JOIN funnel_entries e ON e.id = o.funnel_entry_id WHERE o.id IN (SELECT CAST(value AS INTEGER) FROM json_each(?)))
    AND lease_until > ${longestLease.sqlite}`,
};

const nextFailed: Statement = {
  mysql: `SELECT o.id AS id ${failedJobs.mysql} AND e.id IS NOT NULL AND o.id > ? ORDER BY o.id LIMIT ?`,
  sqlite: `SELECT o.id AS id ${failedJobs.sqlite} AND e.id IS NOT NULL AND o.id > ? ORDER BY o.id LIMIT ?`,
};

const countEntryGone: Statement = {
  mysql: `SELECT COUNT(*) AS count ${failedJobs.mysql} AND e.id IS NULL`,
  sqlite: `SELECT COUNT(*) AS count ${failedJobs.sqlite} AND e.id IS NULL`,
};

/**
 * Makes failed jobs pending again, due at once, with all their retries, and jobs that are scheduled due at once, their
 * attempts still counted. A lease that ends more than `leaseSeconds` ahead is no worker's: it is ended, too. Every other
 * job is left alone.
 */
export async function requeueJobs(
  database: Database,
  ids: readonly Id[],
  { leaseSeconds, dryRun }: { leaseSeconds: number; dryRun: boolean },
): Promise<Requeued> {
  const given = JSON.stringify(ids);
  const longest = leaseSeconds + leaseMarginSeconds;
  return database.transaction(async (session) => {
    const rows = await session.query<FoundJob>(dryRun ? readJobs : lockJobs, [longest, given]);
    const jobs = new Map(rows.map((row) => [String(row.id), row]));
    const failed = rows.filter(({ status, isEntryGone }) => isStopped(status) && isEntryGone === 0).map(({ id }) => id);
    const later = rows.filter(isScheduled);
    const overheld = rows.filter(({ status, isOverheld }) => status === 'pending' && isOverheld === 1);
    const concerned = await surveyJobs(session, failed);
    const changed = dryRun ? failed.length : (await session.execute(requeue, [JSON.stringify(failed)])).affected;
    if (!dryRun) {
      await session.execute(bringForward, [JSON.stringify(later.map(({ id }) => id))]);
      if (overheld.length > 0)
        await session.execute(endLeases, [JSON.stringify(overheld.map(({ id }) => id)), longest]);
    }
    return {
      dryRun,
      requeued: changed,
      broughtForward: later.map(({ id, scheduledAt, attempts }) => ({ id, scheduledAt: scheduledAt ?? '', attempts })),
      released: overheld.map(({ id }) => id),
      leftAlone: ids.flatMap((id) => leftAlone(id, jobs.get(String(id))) ?? []),
      entryGone: 0,
      concerned,
    };
  });
}

/** Neither waiting nor delivered: failed, or in a status that no program of today writes. */
function isStopped(status: string): boolean {
  return status !== 'pending' && status !== 'success';
}

/** Whether it only waits for its time; what a worker has is left to that. */
function isScheduled({ state, isOverheld, scheduledAt }: FoundJob): boolean {
  return state === 'scheduled' || (isOverheld === 1 && state === 'held' && scheduledAt !== null);
}

function leftAlone(id: Id, job: FoundJob | undefined): LeftAlone | undefined {
  const nothing = { id, status: job?.status ?? null, heldUntil: null, afterJob: null };
  if (job === undefined) return { ...nothing, reason: 'unknown' };
  if (job.status === 'success') return { ...nothing, reason: 'delivered' };
  if (job.isEntryGone === 1) return { ...nothing, reason: 'entry_gone' };
  if (isStopped(job.status) || isScheduled(job) || job.isOverheld === 1) return undefined;
  if (job.state === 'held') return { ...nothing, reason: 'held', heldUntil: job.heldUntil };
  if (job.state === 'waits') return { ...nothing, reason: 'waits', afterJob: job.afterJob };
  return { ...nothing, reason: 'due' };
}

/**
 * The same for the failed jobs that `filter` takes, but those discarded by hand and those whose entry is gone. In batches
 * by primary key, each a transaction.
 */
export async function requeueFailed(database: Database, filter: FailedFilter, dryRun: boolean): Promise<Requeued> {
  const values = filterValues(filter);
  const concerned = await surveyFailed(database, filter);
  const [gone] = await database.query<{ count: number }>(countEntryGone, values);
  const result = { dryRun, broughtForward: [], released: [], leftAlone: [], entryGone: gone?.count ?? 0, concerned };
  if (dryRun) return { ...result, requeued: concerned.jobs };
  const requeueBatch = (after: Id): Promise<{ last: Id | null; affected: number }> =>
    database.transaction(async (session) => {
      const ids = (await session.query<{ id: Id }>(nextFailed, [...values, after, batchSize])).map(({ id }) => id);
      const { affected } = await session.execute(requeue, [JSON.stringify(ids)]);
      return { last: ids.at(-1) ?? null, affected };
    });
  let requeued = 0;
  for (let after: Id | null = 0; after !== null; ) {
    const batch: { last: Id | null; affected: number } = await requeueBatch(after);
    requeued += batch.affected;
    after = batch.last;
  }
  return { ...result, requeued };
}
