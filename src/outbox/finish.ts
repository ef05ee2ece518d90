import type { Database, Id, Statement } from '../database/database.ts';
import type { RetryDecision } from './retry-policy.ts';

// Every finish names its lease: a worker that lost it, and whose job another one has taken, changes nothing.
const held = `WHERE id = ? AND lease_token = ? AND status = 'pending'`;

const succeed = `UPDATE brevo_sync_outbox SET status = 'success', last_error = NULL, next_attempt_at = NULL,
    lease_token = NULL, lease_until = NULL, updated_at = CURRENT_TIMESTAMP ${held}`;

const fail = `UPDATE brevo_sync_outbox SET status = 'failed', retry_count = ?, last_error = ?, next_attempt_at = NULL,
    lease_token = NULL, lease_until = NULL, updated_at = CURRENT_TIMESTAMP ${held}`;

const retry: Statement = {
  mysql: `UPDATE brevo_sync_outbox SET retry_count = ?, last_error = ?,
      next_attempt_at = CURRENT_TIMESTAMP + INTERVAL ? MINUTE,
      lease_token = NULL, lease_until = NULL, updated_at = CURRENT_TIMESTAMP ${held}`,
  sqlite: `UPDATE brevo_sync_outbox SET retry_count = ?, last_error = ?,
      next_attempt_at = datetime('now', '+' || CAST(? AS INTEGER) || ' minutes'),
      lease_token = NULL, lease_until = NULL, updated_at = CURRENT_TIMESTAMP ${held}`,
};

const release = `UPDATE brevo_sync_outbox SET lease_token = NULL, lease_until = NULL, updated_at = CURRENT_TIMESTAMP
  ${held}`;

/** Which job, under which lease. */
export interface HeldJob {
  id: Id;
  token: string;
}

async function change(
  database: Database,
  statement: Statement,
  values: readonly (string | number)[],
  { id, token }: HeldJob,
): Promise<boolean> {
  return database.transaction(async (session) => {
    const { affected } = await session.execute(statement, [...values, id, token]);
    return affected === 1;
  });
}

/** Records a delivery. False, and nothing changed, when the lease was lost. */
export function recordSuccess(database: Database, job: HeldJob): Promise<boolean> {
  return change(database, succeed, [], job);
}

/** Records a failure as the retry policy decided (analytics guide, 2.2). False when the lease was lost. */
export function recordFailure(
  database: Database,
  job: HeldJob,
  decision: RetryDecision,
  lastError: string,
): Promise<boolean> {
  const { retryCount } = decision;
  return decision.status === 'failed'
    ? change(database, fail, [retryCount, lastError], job)
    : change(database, retry, [retryCount, lastError, decision.minutes], job);
}

/** Gives a job back as it was, without counting an attempt. False when the lease was lost. */
export function releaseJob(database: Database, job: HeldJob): Promise<boolean> {
  return change(database, release, [], job);
}
