import { randomUUID } from 'node:crypto';
import type { Database, Session, Statement } from '../database/database.ts';
import type { Job } from './job.ts';
import { giveBackAllLeases, giveBackLeases, givenContacts, leaseIsLive, takeLeases } from './leases.ts';

const isDue = '(o.next_attempt_at IS NULL OR o.next_attempt_at <= CURRENT_TIMESTAMP)';

// Where a job stands in the line of its contact: in the order in which they were enqueued, but a purchase never before
// the upsert of its entry, whatever their ids (the nodes of a cluster number for themselves).
const placeOf = (greatest: string): string => `CASE WHEN o.operation_type = 'update_after_purchase'
    THEN ${greatest}(o.id, COALESCE((SELECT MAX(u.id) FROM brevo_sync_outbox u WHERE u.funnel_entry_id = o.funnel_entry_id
      AND u.status = 'pending' AND u.operation_type = 'upsert_contact'), 0)) ELSE o.id END`;

const place = { mysql: placeOf('GREATEST'), sqlite: placeOf('MAX') };

// Due by the analytics guide, 2.1 and 2.2; its contact not held by anybody; and no job that comes before it for the
// same contact still waits for its next attempt.
// The order of the joins is fixed: from stale statistics the server may choose to read all pending jobs for each job.
const dueJobs = (live: string, join: string, before: string): string => `FROM brevo_sync_outbox o
    ${join} funnel_entries e ON e.id = o.funnel_entry_id
  WHERE o.status = 'pending' AND ${isDue}
    AND NOT EXISTS (SELECT 1 FROM brevo_contact_leases l WHERE l.email = e.email AND ${live})
    AND NOT EXISTS (SELECT 1 FROM funnel_entries f ${join} brevo_sync_outbox p ON p.funnel_entry_id = f.id
      WHERE f.email = e.email AND p.status = 'pending' AND p.next_attempt_at > CURRENT_TIMESTAMP
        AND p.id <= ${before})`;

const due = {
  mysql: dueJobs(leaseIsLive.mysql, 'STRAIGHT_JOIN', place.mysql),
  sqlite: dueJobs(leaseIsLive.sqlite, 'CROSS JOIN', place.sqlite),
};

const inOrder = 'ORDER BY o.next_attempt_at, o.id LIMIT ?';

// Workers that claim at the same moment get different jobs; who has a contact is decided by its lease alone.
const lockDue: Statement = {
  mysql: `SELECT e.email AS email ${due.mysql} ${inOrder} FOR UPDATE SKIP LOCKED`,
  sqlite: `SELECT e.email AS email ${due.sqlite} ${inOrder}`,
};

const isUnsuspected =
  'AND NOT EXISTS (SELECT 1 FROM brevo_suspected_contacts s WHERE s.account = ? AND s.email = e.email)';

const lockUnsuspected: Statement = {
  mysql: `SELECT e.email AS email ${due.mysql} ${isUnsuspected} ${inOrder} FOR UPDATE SKIP LOCKED`,
  sqlite: `SELECT e.email AS email ${due.sqlite} ${isUnsuspected} ${inOrder}`,
};

const jobColumns = `e.email AS email, o.id AS id, o.funnel_entry_id AS entryId, o.operation_type AS operation,
    o.payload AS payload, o.retry_count AS retryCount`;

const readDue: Statement = {
  mysql: `SELECT ${jobColumns} ${due.mysql} ${inOrder}`,
  sqlite: `SELECT ${jobColumns} ${due.sqlite} ${inOrder}`,
};

// Without locks, or workers that met at the jobs of one contact would wait for each other for ever.
const readWaiting: Statement = {
  mysql: `SELECT ${jobColumns}, ${isDue} AS isDue FROM ${givenContacts}
    STRAIGHT_JOIN brevo_contact_leases l ON l.email = j.email AND l.lease_token = ?
    STRAIGHT_JOIN funnel_entries e ON e.email = l.email
    STRAIGHT_JOIN brevo_sync_outbox o ON o.funnel_entry_id = e.id AND o.status = 'pending'
    ORDER BY e.email, ${place.mysql}, o.operation_type = 'update_after_purchase', o.id LIMIT ?`,
  sqlite: `SELECT ${jobColumns}, ${isDue} AS isDue FROM json_each(?) j
    CROSS JOIN brevo_contact_leases l ON l.email = j.value AND l.lease_token = ?
    CROSS JOIN funnel_entries e ON e.email = l.email
    CROSS JOIN brevo_sync_outbox o ON o.funnel_entry_id = e.id AND o.status = 'pending'
    ORDER BY e.email, ${place.sqlite}, o.operation_type = 'update_after_purchase', o.id LIMIT ?`,
};

/** Beyond this, how many a worker could take now is told by their time alone: who waits for whom takes long to count. */
const countedExactly = 10_000;

const count = (jobs: string): string => `SELECT COUNT(*) AS count FROM (SELECT 1 AS one ${jobs} LIMIT ?) claimable`;

const countClaimable: Statement = { mysql: count(due.mysql), sqlite: count(due.sqlite) };

const countDueAndLater = `SELECT
    COALESCE(SUM(CASE WHEN next_attempt_at IS NULL OR next_attempt_at <= CURRENT_TIMESTAMP THEN 1 ELSE 0 END), 0) AS due,
    COUNT(*) AS pending
  FROM brevo_sync_outbox WHERE status = 'pending'`;

/** A contact that one worker holds until its lease ends, with the jobs to deliver, in their order. */
export interface ClaimedContact {
  email: string;
  /** names the claim: every finish says under which it happens */
  token: string;
  jobs: Job[];
  /** on this process's monotonic clock, in milliseconds: no call may outlive this */
  expiresAt: number;
  /** how far the wall clock was ahead of the monotonic one, in milliseconds, when this was known */
  clockOffset: number;
}

export interface Claim {
  contacts: ClaimedContact[];
  /** whether nothing was due at all; else others may have been quicker to take what was */
  isExhausted: boolean;
}

export interface ClaimSize {
  /** at most so many contacts, those whose jobs are due longest first */
  contacts: number;
  /** at most so many jobs of theirs */
  jobs: number;
  leaseSeconds: number;
  /** an account whose suspected contacts are left alone; null: anybody */
  withoutSuspectsOf: string | null;
}

/** How far the wall clock is ahead of the monotonic one, in milliseconds: that changes when either is stepped or stopped. */
export function clockOffset(): number {
  return Date.now() - performance.now();
}

/**
 * Takes contacts with due jobs for `leaseSeconds`, each with all of its due jobs. The claim is committed when this
 * returns, so no HTTP call can be made under one that others do not see.
 */
export async function claimContacts(database: Database, size: ClaimSize): Promise<Claim> {
  const token = randomUUID();
  // Measured before the claim, so that the lease in the database ends no earlier than we believe.
  const expiresAt = performance.now() + size.leaseSeconds * 1000;
  const offset = clockOffset();
  let isRepeated = false;
  return database.transaction(async (session) => {
    // The first try may have been committed although its answer was lost.
    if (isRepeated) await giveBackAllLeases(session, token);
    isRepeated = true;
    const found = await lockContacts(session, size);
    const emails = [...new Set(found.map(({ email }) => email))];
    if (emails.length === 0) return { contacts: [], isExhausted: true };
    await takeLeases(session, emails, { token, leaseSeconds: size.leaseSeconds });
    const rows = await session.query<WaitingJob>(readWaiting, [JSON.stringify(emails), token, size.jobs]);
    const jobs = Map.groupBy(rows, ({ email }) => email);
    const contacts = emails.map((email) => ({
      email,
      token,
      expiresAt,
      clockOffset: offset,
      jobs: firstInLine(jobs.get(email) ?? []),
    }));
    const idle = contacts.filter((contact) => contact.jobs.length === 0).map(({ email }) => email);
    await giveBackLeases(session, idle, token);
    return { contacts: contacts.filter((contact) => contact.jobs.length > 0), isExhausted: false };
  });
}

function lockContacts(session: Session, { contacts, withoutSuspectsOf }: ClaimSize): Promise<{ email: string }[]> {
  return withoutSuspectsOf === null
    ? session.query(lockDue, [contacts])
    : session.query(lockUnsuspected, [withoutSuspectsOf, contacts]);
}

interface WaitingJob extends Job {
  isDue: 0 | 1;
}

/** The jobs of one contact, in its order, up to the first that is not due. */
function firstInLine(line: readonly WaitingJob[]): Job[] {
  const blocked = line.findIndex(({ isDue: is }) => is === 0);
  return (blocked === -1 ? line : line.slice(0, blocked)).map(({ isDue: _, ...job }) => job);
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
