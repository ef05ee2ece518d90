import type { Id, Parameter, Session } from '../database/database.ts';
import { foldAddress } from '../funnel/address.ts';
import { heldUntil } from './held-until.ts';

/** The statuses of the analytics guide, 2.1. */
export const jobStatuses = ['pending', 'success', 'failed'] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** A job as it is listed. Dates are the database's wall clock. */
export interface ListedJob {
  id: Id;
  status: string;
  operation: string;
  /** null when the entry of the job is gone */
  email: string | null;
  funnel: string | null;
  /** failed attempts so far */
  attempts: number;
  /** null: due now, or not pending */
  nextAttemptAt: string | null;
  /** null: no worker holds it */
  heldUntil: string | null;
  lastError: string | null;
  createdAt: string;
  updatedAt: string;
}

/** Which jobs to list. `due` means those that are pending and due, whatever `status` says. */
export interface JobFilter {
  status?: JobStatus | undefined;
  /** compared in its normal form */
  email?: string | undefined;
  due?: boolean;
  limit: number;
}

/** The result of `outbox list`. */
export interface ListedJobs {
  /** the address asked for, in its normal form; null for all */
  email: string | null;
  /** jobs that match, of which `jobs` holds the first */
  total: number;
  /** of that address, or of the whole outbox: jobs by status, and how many of the pending ones are due */
  counts: Record<string, number>;
  due: number;
  jobs: ListedJob[];
}

const columns = {
  mysql: `o.id AS id, o.status AS status, o.operation_type AS operation, e.email AS email, e.funnel_type AS funnel,
    o.retry_count AS attempts, CASE WHEN o.status = 'pending' AND o.next_attempt_at > CURRENT_TIMESTAMP
    THEN o.next_attempt_at END AS nextAttemptAt, ${heldUntil.mysql}, o.last_error AS lastError,
    o.created_at AS createdAt, o.updated_at AS updatedAt`,
  sqlite: `o.id AS id, o.status AS status, o.operation_type AS operation, e.email AS email, e.funnel_type AS funnel,
    o.retry_count AS attempts, CASE WHEN o.status = 'pending' AND o.next_attempt_at > CURRENT_TIMESTAMP
    THEN o.next_attempt_at END AS nextAttemptAt, ${heldUntil.sqlite}, o.last_error AS lastError,
    o.created_at AS createdAt, o.updated_at AS updatedAt`,
};

const isDue = `o.status = 'pending' AND (o.next_attempt_at IS NULL OR o.next_attempt_at <= CURRENT_TIMESTAMP)`;

// Outer joins: a job whose entry is gone is never delivered, and somebody has to see that.
const ofAll = 'FROM brevo_sync_outbox o LEFT JOIN funnel_entries e ON e.id = o.funnel_entry_id';
const ofAddress = 'FROM funnel_entries e JOIN brevo_sync_outbox o ON o.funnel_entry_id = e.id WHERE e.email = ?';

const countAll = `SELECT o.status AS status, COUNT(*) AS count, SUM(CASE WHEN ${isDue} THEN 1 ELSE 0 END) AS due
  FROM brevo_sync_outbox o GROUP BY o.status`;

const countOfAddress = `SELECT o.status AS status, COUNT(*) AS count,
    SUM(CASE WHEN ${isDue} THEN 1 ELSE 0 END) AS due ${ofAddress} GROUP BY o.status`;

/**
 * Lists the first `limit` jobs that match, the newest first; with `due` in the order in which workers take them.
 * Reads only; in one transaction its counts and jobs fit together.
 */
export async function listJobs(session: Session, filter: JobFilter): Promise<ListedJobs> {
  const email = filter.email === undefined ? null : foldAddress(filter.email);
  const rows = await session.query<{ status: string; count: number; due: number | string }>(
    email === null ? countAll : countOfAddress,
    email === null ? [] : [email],
  );
  const counts: Record<string, number> = { pending: 0, success: 0, failed: 0 };
  for (const { status, count } of rows) counts[status] = count;
  const due = rows.reduce((sum, row) => sum + Number(row.due), 0);
  const all = rows.reduce((sum, { count }) => sum + count, 0);
  const total = filter.due ? due : filter.status === undefined ? all : (counts[filter.status] ?? 0);
  return { email, total, counts, due, jobs: await select(session, email, filter) };
}

/** Every job of the people with this address, in its normal form, the oldest first. */
export function jobsOf(session: Session, email: string): Promise<ListedJob[]> {
  return session.query<ListedJob>(
    {
      mysql: `SELECT ${columns.mysql} ${ofAddress} ORDER BY o.id`,
      sqlite: `SELECT ${columns.sqlite} ${ofAddress} ORDER BY o.id`,
    },
    [email],
  );
}

function select(session: Session, email: string | null, { status, due, limit }: JobFilter): Promise<ListedJob[]> {
  const conditions: string[] = [];
  const parameters: Parameter[] = [];
  if (email !== null) parameters.push(email);
  if (due) {
    conditions.push(isDue);
  } else if (status !== undefined) {
    conditions.push('o.status = ?');
    parameters.push(status);
  }
  const from = email === null ? ofAll : ofAddress;
  const link = email === null ? 'WHERE' : 'AND';
  const rest = `${from} ${conditions.length === 0 ? '' : `${link} ${conditions.join(' AND ')}`}
    ORDER BY ${due ? 'o.next_attempt_at, o.id' : 'o.id DESC'} LIMIT ?`;
  return session.query<ListedJob>(
    { mysql: `SELECT ${columns.mysql} ${rest}`, sqlite: `SELECT ${columns.sqlite} ${rest}` },
    [...parameters, limit],
  );
}
