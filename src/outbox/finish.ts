import type { Database, Id, Session, Statement } from '../database/database.ts';
import type { ClaimedContact } from './claim.ts';
import { rememberSuspects } from './suspects.ts';

/** What is written down about one job. */
export interface JobOutcome {
  id: Id;
  status: 'success' | 'pending' | 'failed';
  retryCount: number;
  /** null after a success */
  error: string | null;
  /** until the next attempt; null unless it is pending */
  minutes: number | null;
}

/** A contact that its worker is done with. Jobs without an outcome stay as they were. */
export interface FinishedContact {
  contact: Pick<ClaimedContact, 'email' | 'token'>;
  outcomes: JobOutcome[];
}

// A derived table: MySQL refuses to lock rows of a statement that reads JSON_TABLE itself (3569).
const mysqlLeases = `(SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (
      email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.email',
      token CHAR(36) CHARACTER SET ascii COLLATE ascii_bin PATH '$.token')) t) j
    STRAIGHT_JOIN brevo_contact_leases l ON l.email = j.email AND l.lease_token = j.token`;

const sqliteLeases = `SELECT value ->> 'email', value ->> 'token' FROM json_each(?)`;

// A worker that lost its lease, and whose contact another one has taken, finds no row and changes nothing.
const lockHeld: Statement = {
  mysql: `SELECT l.email AS email, l.lease_token AS token FROM ${mysqlLeases} FOR UPDATE`,
  sqlite: `SELECT email, lease_token AS token FROM brevo_contact_leases WHERE (email, lease_token) IN (${sqliteLeases})`,
};

const giveBack: Statement = {
  mysql: `DELETE l FROM ${mysqlLeases}`,
  sqlite: `DELETE FROM brevo_contact_leases WHERE (email, lease_token) IN (${sqliteLeases})`,
};

const mysqlJobs = `JSON_TABLE(?, '$[*]' COLUMNS (
      id BIGINT PATH '$.id', status VARCHAR(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.status',
      retry_count INT PATH '$.retryCount', error TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.error',
      minutes INT PATH '$.minutes', token CHAR(36) CHARACTER SET ascii COLLATE ascii_bin PATH '$.token')) j
    STRAIGHT_JOIN brevo_sync_outbox o FORCE INDEX (PRIMARY) ON o.id = j.id`;

const sqliteJobs = `(SELECT CAST(value ->> 'id' AS INTEGER) AS id, value ->> 'status' AS status,
      value ->> 'retryCount' AS retry_count, value ->> 'error' AS error, value ->> 'minutes' AS minutes,
      value ->> 'token' AS token FROM json_each(?)) j`;

// Analytics guide, 2.2: a success or a final failure clears next_attempt_at, a failed attempt sets it.
const recordJobs: Statement = {
  mysql: `UPDATE ${mysqlJobs}
    SET o.status = j.status, o.retry_count = j.retry_count, o.last_error = j.error, o.lease_token = j.token,
      o.next_attempt_at = IF(j.minutes IS NULL, NULL, CURRENT_TIMESTAMP + INTERVAL j.minutes MINUTE),
      o.updated_at = CURRENT_TIMESTAMP
    WHERE o.status = 'pending'`,
  sqlite: `UPDATE brevo_sync_outbox SET status = j.status, retry_count = j.retry_count, last_error = j.error,
      lease_token = j.token, updated_at = CURRENT_TIMESTAMP,
      next_attempt_at = CASE WHEN j.minutes IS NOT NULL THEN datetime('now', '+' || j.minutes || ' minutes') END
    FROM ${sqliteJobs} WHERE j.id = brevo_sync_outbox.id AND brevo_sync_outbox.status = 'pending'`,
};

const selectRecorded: Statement = {
  mysql: `SELECT o.id AS id FROM ${mysqlJobs} WHERE o.lease_token = j.token`,
  sqlite: `SELECT o.id AS id FROM ${sqliteJobs} JOIN brevo_sync_outbox o ON o.id = j.id WHERE o.lease_token = j.token`,
};

/**
 * Writes down what became of the jobs of these contacts and gives the contacts back, all in one transaction. Returns the
 * ids of the jobs that were recorded, as text: not those of a contact whose lease was lost, nor one that is no longer
 * pending. Safe to repeat: what was committed although the answer was lost is recognised by its token.
 */
export async function recordOutcomes(database: Database, finished: readonly FinishedContact[]): Promise<Set<string>> {
  return database.transaction((session) => recordIn(session, finished));
}

/**
 * Shows, before any call is made, that outcomes of these contacts can be written down: does it, in a transaction that is
 * rolled back. Rejects with the database's refusal: a forgotten privilege, a trigger, a full disk.
 */
export async function proveRecordable(
  database: Database,
  claimed: readonly { email: string; token: string; jobs: readonly { id: Id; retryCount: number }[] }[],
  account: string,
): Promise<void> {
  const proven = new Error('It was shown that outcomes can be written down.');
  const outcomes = (outcome: Omit<JobOutcome, 'id' | 'retryCount'>): FinishedContact[] =>
    claimed.map((contact) => ({
      contact,
      outcomes: contact.jobs.map(({ id, retryCount }) => ({ id, retryCount, ...outcome })),
    }));
  const write = async (session: Session): Promise<never> => {
    // A retry first: it leaves the jobs pending, so that the success can follow it.
    await session.execute(recordJobs, [jobsText(outcomes({ status: 'pending', error: 'none', minutes: 1 }))]);
    await recordIn(session, outcomes({ status: 'success', error: null, minutes: null }));
    const suspect = { cause: 'none', othersAreWell: false, charges: [] };
    await rememberSuspects(
      session,
      account,
      claimed.slice(0, 1).map(({ email }) => ({ email, ...suspect })),
    );
    throw proven;
  };
  await database.transaction(write).catch((error: unknown) => {
    if (error !== proven) throw error;
  });
}

async function recordIn(session: Session, finished: readonly FinishedContact[]): Promise<Set<string>> {
  const leases = JSON.stringify(finished.map(({ contact: { email, token } }) => ({ email, token })));
  const held = new Set((await session.query<Lease>(lockHeld, [leases])).map(nameOf));
  const ours = finished.filter(({ contact }) => held.has(nameOf(contact)));
  const count = ours.reduce((sum, { outcomes }) => sum + outcomes.length, 0);
  const { affected } = count === 0 ? { affected: 0 } : await session.execute(recordJobs, [jobsText(ours)]);
  if (held.size > 0) await session.execute(giveBack, [leases]);
  const all = count === affected && held.size === finished.length ? ours : finished;
  const rows = all.flatMap(rowsOf);
  if (affected === rows.length) return new Set(rows.map(({ id }) => String(id)));
  const recorded = await session.query<{ id: Id }>(selectRecorded, [JSON.stringify(rows)]);
  return new Set(recorded.map(({ id }) => String(id)));
}

function jobsText(finished: readonly FinishedContact[]): string {
  return JSON.stringify(finished.flatMap(rowsOf));
}

type Lease = FinishedContact['contact'];

function nameOf({ email, token }: Lease): string {
  return `${token} ${email}`;
}

function rowsOf({ contact, outcomes }: FinishedContact): { id: Id; token: string }[] {
  // To both engines a key that is missing is NULL.
  return outcomes.map(({ id, status, retryCount, error, minutes }) => ({
    id,
    status,
    retryCount,
    ...(error !== null && { error }),
    ...(minutes !== null && { minutes }),
    token: contact.token,
  }));
}
