import { randomUUID } from 'node:crypto';
import type { Database, Session, Statement } from '../database/database.ts';
import { type DueRow, dueJobs, isTimely, lineOrder } from './due.ts';
import type { Job } from './job.ts';
import { giveBackAllLeases, giveBackLeases, givenContacts, takeLeases } from './leases.ts';

const same = (columns: string) => ({ mysql: columns, sqlite: columns });

// Workers that claim at the same moment get different jobs; who has a contact is decided by its lease alone.
const lockDue = dueJobs(same('e.email AS email'), { lock: 'FOR UPDATE SKIP LOCKED' });

// Contacts that may hold up others come last.
const lockUnsuspected = dueJobs(same('e.email AS email'), {
  lock: 'FOR UPDATE SKIP LOCKED',
  condition: `NOT EXISTS (SELECT 1 FROM brevo_suspected_contacts s WHERE s.account = ? AND s.email = e.email)`,
});

const jobColumns = `e.email AS email, o.funnel_entry_id AS entryId, o.operation_type AS operation,
    o.payload AS payload, o.retry_count AS retryCount`;

const readDue = dueJobs(same(jobColumns));

// Without locks, or workers that met at the jobs of one contact would wait for each other for ever.
const readWaiting: Statement = {
  mysql: `SELECT o.id AS id, ${jobColumns}, ${isTimely} AS isTimely FROM ${givenContacts}
    STRAIGHT_JOIN brevo_contact_leases l ON l.email = j.email AND l.lease_token = ?
    STRAIGHT_JOIN funnel_entries e ON e.email = l.email
    STRAIGHT_JOIN brevo_sync_outbox o FORCE INDEX (brevo_sync_outbox_of_entry)
      ON o.funnel_entry_id = e.id AND o.status = 'pending'
    ORDER BY e.email, ${lineOrder.mysql} LIMIT ?`,
  sqlite: `SELECT o.id AS id, ${jobColumns}, ${isTimely} AS isTimely FROM json_each(?) j
    CROSS JOIN brevo_contact_leases l ON l.email = j.value AND l.lease_token = ?
    CROSS JOIN funnel_entries e ON e.email = l.email
    CROSS JOIN brevo_sync_outbox o ON o.funnel_entry_id = e.id AND o.status = 'pending'
    ORDER BY e.email, ${lineOrder.sqlite} LIMIT ?`,
};

export { countPending } from './count.ts';

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
    ? session.query(lockDue, [contacts, contacts, contacts])
    : session.query(lockUnsuspected, [withoutSuspectsOf, contacts, withoutSuspectsOf, contacts, contacts]);
}

interface WaitingJob extends Job {
  isTimely: 0 | 1;
}

/** The jobs of one contact, in its order, up to the first whose time has not come. */
function firstInLine(line: readonly WaitingJob[]): Job[] {
  const blocked = line.findIndex(({ isTimely: is }) => is === 0);
  return (blocked === -1 ? line : line.slice(0, blocked)).map(({ isTimely: _, ...job }) => job);
}

/** The first `limit` jobs that a drain would claim now. Reads only. */
export async function previewDue(session: Session, limit: number): Promise<Job[]> {
  const rows = await session.query<Job & DueRow>(readDue, [limit, limit, limit]);
  return rows.map(({ dueSince: _, ...job }) => job);
}
