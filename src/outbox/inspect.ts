import type { Id, Session, Statement } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { adviceFor } from './advice.ts';
import { jobBefore, type WaitingState, waitingState } from './due.ts';
import { heldUntil } from './held-until.ts';
import { leaseIsLive } from './leases.ts';
import { jobsOf, type ListedJob } from './list.ts';
import { type NextAttempt, nextAttemptOf } from './next-attempt.ts';

/** The result of `outbox show`. Dates are the database's wall clock. */
export interface InspectedJob {
  id: Id;
  status: string;
  operation: string;
  /** null when the row is gone */
  entry: {
    id: Id;
    email: string;
    funnel: string;
    /** 0: not recorded */
    testId: Id;
    enteredAt: string;
    /** null: not bought */
    purchasedAt: string | null;
  } | null;
  /** what the JSON text holds; the text itself when it is no JSON */
  payload: unknown;
  /** failed attempts so far */
  attempts: number;
  lastError: string | null;
  nextAttempt: NextAttempt;
  createdAt: string;
  updatedAt: string;
  /** the other jobs of the same contact, the oldest first */
  otherJobs: ListedJob[];
  /** what to do about this job, in whole sentences */
  advice: string;
}

interface JobRow {
  id: Id;
  status: string;
  state: WaitingState | null;
  afterJob: Id | null;
  operation: string;
  payload: string;
  attempts: number;
  lastError: string | null;
  scheduledAt: string | null;
  secondsAhead: number | null;
  heldUntil: string | null;
  heldSeconds: number | null;
  createdAt: string;
  updatedAt: string;
  entryId: Id | null;
  email: string | null;
  funnel: string;
  testId: Id;
  enteredAt: string;
  purchasedAt: string | null;
}

const selectJob = (
  engine: 'mysql' | 'sqlite',
  { secondsAhead, heldSeconds }: { secondsAhead: string; heldSeconds: string },
): string => `SELECT o.id AS id,
    o.status AS status, o.operation_type AS operation, o.payload AS payload, o.retry_count AS attempts,
    o.last_error AS lastError, ${waitingState[engine]} AS state, ${jobBefore[engine]} AS afterJob,
    o.next_attempt_at AS scheduledAt, ${secondsAhead} AS secondsAhead,
    ${heldUntil[engine]}, ${heldSeconds} AS heldSeconds, o.created_at AS createdAt, o.updated_at AS updatedAt,
    e.id AS entryId, e.email AS email, e.funnel_type AS funnel, e.test_id AS testId, e.entered_at AS enteredAt,
    CASE WHEN e.certificate_purchased = 1 THEN e.certificate_purchased_at END AS purchasedAt
  FROM brevo_sync_outbox o LEFT JOIN funnel_entries e ON e.id = o.funnel_entry_id
    LEFT JOIN brevo_contact_leases l ON l.email = e.email AND ${leaseIsLive[engine]}
  WHERE o.id = ?`;

const readJob: Statement = {
  mysql: selectJob('mysql', {
    secondsAhead: 'TIMESTAMPDIFF(SECOND, CURRENT_TIMESTAMP, o.next_attempt_at)',
    heldSeconds: 'TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), l.lease_until)',
  }),
  sqlite: selectJob('sqlite', {
    secondsAhead: 'unixepoch(o.next_attempt_at) - unixepoch(CURRENT_TIMESTAMP)',
    heldSeconds: 'unixepoch(l.lease_until) - unixepoch(CURRENT_TIMESTAMP)',
  }),
};

/** Everything there is to know about one job. Reads only. A data Problem when there is no such job. */
export async function inspectJob(session: Session, id: Id): Promise<InspectedJob> {
  const [row] = await session.query<JobRow>(readJob, [id]);
  if (row === undefined) {
    throw new Problem('data', `There is no job ${id} in the outbox.`, {
      hint: 'It may have been pruned. See which jobs there are: funnels outbox list',
    });
  }
  const { status, operation, attempts, lastError, createdAt, updatedAt, entryId, email } = row;
  const { funnel, testId, enteredAt, purchasedAt } = row;
  const otherJobs = email === null ? [] : (await jobsOf(session, email)).filter((other) => other.id !== row.id);
  const entry =
    entryId === null || email === null ? null : { id: entryId, email, funnel, testId, enteredAt, purchasedAt };
  const nextAttempt = nextAttemptOf(row);
  return {
    id: row.id,
    status,
    operation,
    entry,
    payload: readable(row.payload),
    attempts,
    lastError,
    nextAttempt,
    createdAt,
    updatedAt,
    otherJobs,
    advice: adviceFor({ id: row.id, status, lastError, nextAttempt, isEntryGone: entry === null }),
  };
}

function readable(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return payload;
  }
}
