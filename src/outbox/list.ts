import type { Id, Parameter, Session, Statement } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { foldAddress } from '../funnel/address.ts';
import { countPending, type PendingCount } from './count.ts';
import { type DueRow, dueJobs, dueOrder, jobBefore, type WaitingState, waitingState } from './due.ts';
import { heldUntil } from './held-until.ts';

/** The statuses of the analytics guide, 2.1. The predecessor wrote others, too. */
const knownStatuses = ['pending', 'success', 'failed'] as const;

/** A job as it is listed. Dates are the database's wall clock. */
export interface ListedJob {
  id: Id;
  status: string;
  /** what stands between a pending job and a worker; null: not pending */
  state: WaitingState | null;
  /** the job of the same contact that has to be delivered before; null: none, or not pending, or held */
  afterJob: Id | null;
  operation: string;
  /** null when the entry of the job is gone */
  email: string | null;
  funnel: string | null;
  /** failed attempts so far */
  attempts: number;
  /** null: not scheduled for later, or never because its entry is gone */
  nextAttemptAt: string | null;
  /** null: no worker holds it */
  heldUntil: string | null;
  lastError: string | null;
  createdAt: string;
  updatedAt: string;
}

/** Which jobs to list. `due` means those that a worker may take now, whatever `status` says. */
export interface JobFilter {
  status?: string | undefined;
  /** compared in its normal form */
  email?: string | undefined;
  due?: boolean;
  /** only pending jobs that no worker ever takes; of all people, as such a job has nobody */
  entryGone?: boolean;
  limit: number;
}

/** The result of `outbox list`. */
export interface ListedJobs {
  /** the address asked for, in its normal form; null for all */
  email: string | null;
  /** jobs that match, of which `jobs` holds the first */
  total: number;
  /** of that address, or of the whole outbox: jobs by status */
  counts: Record<string, number>;
  /** of the pending ones: how many a worker may take now, and how many never will be, because their entry is gone */
  due: number;
  entryGone: number;
  jobs: ListedJob[];
}

const columnsWithoutId = (engine: 'mysql' | 'sqlite'): string => `o.status AS status, ${waitingState[engine]} AS state,
    ${jobBefore[engine]} AS afterJob, o.operation_type AS operation, e.email AS email, e.funnel_type AS funnel,
    o.retry_count AS attempts, CASE WHEN o.status = 'pending' AND e.id IS NOT NULL
    AND o.next_attempt_at > CURRENT_TIMESTAMP THEN o.next_attempt_at END AS nextAttemptAt, ${heldUntil[engine]}, o.last_error AS lastError,
    o.created_at AS createdAt, o.updated_at AS updatedAt`;

const columns = { mysql: columnsWithoutId('mysql'), sqlite: columnsWithoutId('sqlite') };

// Outer joins: a job whose entry is gone is never delivered, and somebody has to see that.
const ofAll = 'FROM brevo_sync_outbox o LEFT JOIN funnel_entries e ON e.id = o.funnel_entry_id';
const ofAddress = 'FROM funnel_entries e JOIN brevo_sync_outbox o ON o.funnel_entry_id = e.id WHERE e.email = ?';

const countAll = 'SELECT status, COUNT(*) AS count FROM brevo_sync_outbox GROUP BY status';

const countOfAddress = `SELECT o.status AS status, COUNT(*) AS count ${ofAddress} GROUP BY o.status`;

const dueOfAddress = (state: string): string => `SELECT COUNT(*) AS due ${ofAddress} AND ${state} = 'due'`;

const countDueOfAddress: Statement = {
  mysql: dueOfAddress(waitingState.mysql),
  sqlite: dueOfAddress(waitingState.sqlite),
};

const select = (rest: (state: string) => string): Statement => ({
  mysql: `SELECT o.id AS id, ${columns.mysql} ${rest(waitingState.mysql)}`,
  sqlite: `SELECT o.id AS id, ${columns.sqlite} ${rest(waitingState.sqlite)}`,
});

const everyJobOfAddress = select(() => `${ofAddress} ORDER BY o.id`);

const newest = {
  all: select(() => `${ofAll} ORDER BY o.id DESC LIMIT ?`),
  withStatus: select(() => `${ofAll} WHERE o.status = ? ORDER BY o.id DESC LIMIT ?`),
  entryGone: select(() => `${ofAll} WHERE o.status = 'pending' AND e.id IS NULL ORDER BY o.id DESC LIMIT ?`),
  ofAddress: select(() => `${ofAddress} ORDER BY o.id DESC LIMIT ?`),
  ofAddressWithStatus: select(() => `${ofAddress} AND o.status = ? ORDER BY o.id DESC LIMIT ?`),
};

const due = {
  all: dueJobs(columns),
  ofAddress: select((state) => `${ofAddress} AND ${state} = 'due' ORDER BY ${dueOrder} LIMIT ?`),
};

/**
 * Lists the first `limit` jobs that match, the newest first; with `due` in the order in which workers take them. Reads
 * only; in one transaction its counts and jobs fit together. A usage Problem for a status that neither the guide nor any
 * job has.
 */
export async function listJobs(session: Session, filter: JobFilter): Promise<ListedJobs> {
  const email = filter.email === undefined ? null : foldAddress(filter.email);
  const counts = await countByStatus(session, email);
  await checkStatus(session, filter.status);
  const pending = email === null ? await countPending(session) : await countPendingOf(session, email);
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const withStatus = filter.status === undefined ? all : (counts[filter.status] ?? 0);
  const total = filter.due ? pending.due : filter.entryGone ? pending.entryGone : withStatus;
  const jobs = await (filter.due ? dueNow(session, email, filter.limit) : newestFirst(session, email, filter));
  return { email, total, counts, due: pending.due, entryGone: pending.entryGone, jobs };
}

/** Every job of the people with this address, in its normal form, the oldest first. */
export function jobsOf(session: Session, email: string): Promise<ListedJob[]> {
  return session.query<ListedJob>(everyJobOfAddress, [email]);
}

async function countByStatus(session: Session, email: string | null): Promise<Record<string, number>> {
  const rows = await session.query<{ status: string; count: number }>(
    email === null ? countAll : countOfAddress,
    email === null ? [] : [email],
  );
  const known = Object.fromEntries(knownStatuses.map((status) => [status, 0]));
  return { ...known, ...Object.fromEntries(rows.map(({ status, count }) => [status, count])) };
}

async function checkStatus(session: Session, status: string | undefined): Promise<void> {
  if (status === undefined || knownStatuses.some((known) => known === status)) return;
  const counts = await countByStatus(session, null);
  if (Object.hasOwn(counts, status)) return;
  throw new Problem('usage', `No job has the status ${JSON.stringify(status.slice(0, 100))}.`, {
    hint: `Choose one of these: ${Object.keys(counts).join(', ')}`,
  });
}

async function countPendingOf(session: Session, email: string): Promise<Pick<PendingCount, 'due' | 'entryGone'>> {
  const [row] = await session.query<{ due: number }>(countDueOfAddress, [email]);
  return { due: row?.due ?? 0, entryGone: 0 };
}

async function dueNow(session: Session, email: string | null, limit: number): Promise<ListedJob[]> {
  if (email !== null) return session.query<ListedJob>(due.ofAddress, [email, limit]);
  const rows = await session.query<ListedJob & DueRow>(due.all, [limit, limit, limit]);
  return rows.map(({ dueSince: _, ...job }) => job);
}

function newestFirst(session: Session, email: string | null, filter: JobFilter): Promise<ListedJob[]> {
  const { status, limit } = filter;
  if (filter.entryGone) return session.query(newest.entryGone, [limit]);
  const parameters: Parameter[] = [
    ...(email === null ? [] : [email]),
    ...(status === undefined ? [] : [status]),
    limit,
  ];
  if (email === null) return session.query(status === undefined ? newest.all : newest.withStatus, parameters);
  return session.query(status === undefined ? newest.ofAddress : newest.ofAddressWithStatus, parameters);
}
