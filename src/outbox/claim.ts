import { randomUUID } from 'node:crypto';
import type { Database, Session, Statement } from '../database/database.ts';
import type { Job } from './job.ts';

// Due by the analytics guide, 2.1 and 2.2; not held by anybody; and first in line for its contact: an older job of the
// same address that is still pending, or any that is being delivered right now, keeps the others back. So one contact
// has at most one call in flight, and its jobs are delivered in the order in which they were enqueued.
// Leases are in UTC: the wall clock is set back in autumn and sessions may have zones of their own, but a lease has to
// last as long as it says for everybody.
// The order of the joins is fixed: from stale statistics the server may choose to read all pending jobs for each job.
const dueJobs = (
  utc: string,
  join: string,
): string => `FROM brevo_sync_outbox o ${join} funnel_entries e ON e.id = o.funnel_entry_id
  WHERE o.status = 'pending'
    AND (o.next_attempt_at IS NULL OR o.next_attempt_at <= CURRENT_TIMESTAMP)
    AND (o.lease_until IS NULL OR o.lease_until <= ${utc})
    AND NOT EXISTS (SELECT 1 FROM funnel_entries f ${join} brevo_sync_outbox p ON p.funnel_entry_id = f.id
      WHERE f.email = e.email AND p.status = 'pending' AND p.id <> o.id AND (p.id < o.id OR p.lease_until > ${utc}))`;

const due = {
  mysql: dueJobs('UTC_TIMESTAMP()', 'STRAIGHT_JOIN'),
  sqlite: dueJobs('CURRENT_TIMESTAMP', 'CROSS JOIN'),
};

const select = (jobs: string): string => `SELECT o.id AS id, o.operation_type AS operation,
    o.payload AS payload, o.retry_count AS retryCount, e.email AS email
  ${jobs} ORDER BY o.next_attempt_at, o.id LIMIT ?`;

const readDue = { mysql: select(due.mysql), sqlite: select(due.sqlite) };

// The subquery reads without locks, so a job that another worker is claiming at this moment still counts as pending.
const lockDue: Statement = { mysql: `${readDue.mysql} FOR UPDATE SKIP LOCKED`, sqlite: readDue.sqlite };

/** Beyond this, how many a worker could take now is told by their time alone: who waits for whom takes long to count. */
const countedExactly = 10_000;

const count = (jobs: string): string => `SELECT COUNT(*) AS count FROM (SELECT 1 AS one ${jobs} LIMIT ?) claimable`;

const countClaimable: Statement = { mysql: count(due.mysql), sqlite: count(due.sqlite) };

const countDueAndLater = `SELECT
    COALESCE(SUM(CASE WHEN next_attempt_at IS NULL OR next_attempt_at <= CURRENT_TIMESTAMP THEN 1 ELSE 0 END), 0) AS due,
    COUNT(*) AS pending
  FROM brevo_sync_outbox WHERE status = 'pending'`;

// One second more than asked for: the database's clock has lost the fraction of the second in which it was read.
// By the key, always: a scan of a small table would wait for the rows that other workers have locked.
const leaseJobs: Statement = {
  mysql: `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j
    STRAIGHT_JOIN brevo_sync_outbox o FORCE INDEX (PRIMARY) ON o.id = j.id
    SET o.lease_token = ?, o.lease_until = UTC_TIMESTAMP() + INTERVAL (? + 1) SECOND,
      o.updated_at = CURRENT_TIMESTAMP`,
  sqlite: `UPDATE brevo_sync_outbox SET lease_token = ?2,
      lease_until = datetime('now', '+' || CAST(?3 + 1 AS INTEGER) || ' seconds'), updated_at = CURRENT_TIMESTAMP
    WHERE id IN (SELECT value FROM json_each(?1))`,
};

/** Jobs that one worker holds until its lease ends. */
export interface Claim {
  token: string;
  jobs: Job[];
  /** on this process's monotonic clock, in milliseconds: no call may outlive this */
  expiresAt: number;
}

/**
 * Takes up to `limit` due jobs for `leaseSeconds`. The claim is committed when this returns, so no HTTP call can be
 * made under one that others do not see. At most one job per contact is claimed at a time.
 */
export async function claimJobs(database: Database, limit: number, leaseSeconds: number): Promise<Claim> {
  const token = randomUUID();
  // Measured before the claim, so that the lease in the database ends no earlier than we believe.
  const expiresAt = performance.now() + leaseSeconds * 1000;
  const jobs = await database.transaction(async (session) => {
    const found = await session.query<Job>(lockDue, [limit]);
    if (found.length === 0) return found;
    await session.execute(leaseJobs, [JSON.stringify(found.map(({ id }) => id)), token, leaseSeconds]);
    return found;
  });
  return { token, jobs, expiresAt };
}

/** The first `limit` jobs that a drain would claim now. Reads only. */
export function previewDue(session: Session, limit: number): Promise<Job[]> {
  return session.query<Job>(readDue, [limit]);
}

/** How many jobs are pending in all, and how many of them a worker could take now. */
export async function countPending(session: Session): Promise<{ due: number; pending: number }> {
  const [row] = await session.query<{ due: number | string; pending: number }>(countDueAndLater);
  const byTime = Number(row?.due ?? 0);
  const pending = row?.pending ?? 0;
  if (byTime === 0 || byTime > countedExactly) return { due: byTime, pending };
  const [exact] = await session.query<{ count: number }>(countClaimable, [countedExactly]);
  return { due: exact?.count ?? 0, pending };
}
