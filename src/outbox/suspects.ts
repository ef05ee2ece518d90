import type { Id, Session, Statement } from '../database/database.ts';
import { givenContacts } from './leases.ts';

/** An attempt that a job was charged on less than certain evidence; `before` and `after` are its retry_count. */
export interface Charge {
  id: Id;
  before: number;
  after: number;
  /** what was written into last_error: whoever has decided about the job since has changed it */
  error: string;
  /** charged while there was nobody at all to compare it with: if it has failed, it is tried once more when there is */
  isDoubtful: boolean;
}

/** A charge to take back; `onlyFailed`: not that of a job which is tried again anyway. */
export interface TakenBack extends Charge {
  onlyFailed: boolean;
}

/** A contact whose call failed, for as long as its failure may matter to later runs. */
export interface Suspect {
  email: string;
  /** what may be common to several, see `causeOf` */
  cause: string;
  /** whether others were delivered after it had failed: then the failure is its own */
  othersAreWell: boolean;
  /** what is taken back when the failure turns out to be everybody's */
  charges: readonly Charge[];
}

/** Failures older than this say nothing of today. */
const daysKept = 7;
/** Enough for every decision, and a bound for what one run holds in memory. */
const mostRead = 10_000;

// In UTC, for the same reason as leases: the wall clock is set back in autumn.
const read: Statement = {
  mysql: `SELECT email, cause, others_are_well AS othersAreWell, charges FROM brevo_suspected_contacts
    WHERE account = ? AND failed_at > UTC_TIMESTAMP() - INTERVAL ${daysKept} DAY LIMIT ${mostRead}`,
  sqlite: `SELECT email, cause, others_are_well AS othersAreWell, charges FROM brevo_suspected_contacts
    WHERE account = ? AND failed_at > datetime('now', '-${daysKept} days') LIMIT ${mostRead}`,
};

const remember: Statement = {
  mysql: `INSERT INTO brevo_suspected_contacts (account, email, cause, others_are_well, charges, failed_at)
    SELECT ?, j.email, j.cause, j.others_are_well, j.charges, UTC_TIMESTAMP() FROM (SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (
      email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.email',
      cause VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.cause',
      others_are_well TINYINT PATH '$.othersAreWell',
      charges TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.charges')) t) j ORDER BY j.email
    ON DUPLICATE KEY UPDATE cause = VALUES(cause), others_are_well = VALUES(others_are_well),
      charges = VALUES(charges), failed_at = VALUES(failed_at)`,
  sqlite: `INSERT INTO brevo_suspected_contacts (account, email, cause, others_are_well, charges, failed_at)
    SELECT ?, value ->> 'email', value ->> 'cause', value ->> 'othersAreWell', value ->> 'charges', CURRENT_TIMESTAMP
    FROM json_each(?) WHERE true
    ON CONFLICT (account, email) DO UPDATE SET cause = excluded.cause, others_are_well = excluded.others_are_well,
      charges = excluded.charges, failed_at = excluded.failed_at`,
};

const readDelivered: Statement = {
  mysql: `SELECT 1 AS found FROM brevo_pace WHERE account = ? AND delivered_at > UTC_TIMESTAMP() - INTERVAL 1 HOUR
    AND delivered_at <= UTC_TIMESTAMP()`,
  sqlite: `SELECT 1 AS found FROM brevo_pace WHERE account = ? AND delivered_at > datetime('now', '-1 hour')
    AND delivered_at <= datetime('now')`,
};

const writeDelivered: Statement = {
  mysql: `INSERT INTO brevo_pace (account, next_call_at, delivered_at) VALUES (?, 0, UTC_TIMESTAMP())
    ON DUPLICATE KEY UPDATE delivered_at = VALUES(delivered_at)`,
  sqlite: `INSERT INTO brevo_pace (account, next_call_at, delivered_at) VALUES (?, 0, CURRENT_TIMESTAMP)
    ON CONFLICT (account) DO UPDATE SET delivered_at = excluded.delivered_at`,
};

const clear = `UPDATE brevo_suspected_contacts SET others_are_well = 1, charges = '[]'
  WHERE account = ? AND others_are_well = 0`;

const forget: Statement = {
  mysql: `DELETE s FROM ${givenContacts} STRAIGHT_JOIN brevo_suspected_contacts s ON s.email = j.email WHERE s.account = ?`,
  sqlite: `DELETE FROM brevo_suspected_contacts WHERE email IN (SELECT value FROM json_each(?)) AND account = ?`,
};

const forgetOld: Statement = {
  mysql: `DELETE FROM brevo_suspected_contacts WHERE failed_at < UTC_TIMESTAMP() - INTERVAL ${daysKept} DAY`,
  sqlite: `DELETE FROM brevo_suspected_contacts WHERE failed_at < datetime('now', '-${daysKept} days')`,
};

// Only what is still as it was left: somebody may have retried or discarded the job since.
const takeBack: Statement = {
  mysql: `UPDATE (SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (
      id BIGINT PATH '$.id', before_it INT PATH '$.before', after_it INT PATH '$.after',
      error TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.error', only_failed INT PATH '$.onlyFailed')) t) j
    STRAIGHT_JOIN brevo_sync_outbox o FORCE INDEX (PRIMARY) ON o.id = j.id
    SET o.status = 'pending', o.retry_count = j.before_it, o.next_attempt_at = NULL, o.updated_at = CURRENT_TIMESTAMP
    WHERE o.retry_count = j.after_it AND CONVERT(o.last_error USING utf8mb4) COLLATE utf8mb4_bin = j.error
      AND (o.status = 'failed' OR o.status = 'pending' AND j.only_failed = 0)`,
  sqlite: `UPDATE brevo_sync_outbox SET status = 'pending', retry_count = j.before_it, next_attempt_at = NULL,
      updated_at = CURRENT_TIMESTAMP
    FROM (SELECT CAST(value ->> 'id' AS INTEGER) AS id, value ->> 'before' AS before_it, value ->> 'after' AS after_it,
        value ->> 'error' AS error, value ->> 'onlyFailed' AS only_failed FROM json_each(?)) j
    WHERE j.id = brevo_sync_outbox.id AND brevo_sync_outbox.retry_count = j.after_it
      AND brevo_sync_outbox.last_error = j.error
      AND (brevo_sync_outbox.status = 'failed' OR brevo_sync_outbox.status = 'pending' AND j.only_failed = 0)`,
};

/** The contacts of this account that failed within the last week, at most 10,000. */
export async function readSuspects(session: Session, account: string): Promise<Suspect[]> {
  const rows = await session.query<{ email: string; cause: string; othersAreWell: number; charges: string }>(read, [
    account,
  ]);
  return rows.map((row) => ({
    email: row.email,
    cause: row.cause,
    othersAreWell: row.othersAreWell === 1,
    charges: JSON.parse(row.charges) as Charge[],
  }));
}

/** Whether anybody was delivered within the last hour. */
export async function wasDeliveredLately(session: Session, account: string): Promise<boolean> {
  return (await session.query(readDelivered, [account])).length > 0;
}

/** Somebody was delivered just now. */
export async function rememberDelivery(session: Session, account: string): Promise<void> {
  await session.execute(writeDelivered, [account]);
}

/** Writes suspects down as of now, in the place of what was known of them. */
export async function rememberSuspects(session: Session, account: string, suspects: readonly Suspect[]): Promise<void> {
  if (suspects.length === 0) return;
  const rows = suspects.map(({ email, cause, othersAreWell, charges }) => ({
    email,
    cause,
    othersAreWell: othersAreWell ? 1 : 0,
    charges: JSON.stringify(charges),
  }));
  await session.execute(remember, [account, JSON.stringify(rows)]);
}

/** Somebody was delivered: whoever failed before has failed on their own, and is charged for good. */
export async function clearOthers(session: Session, account: string): Promise<void> {
  await session.execute(clear, [account]);
}

/** Forgets contacts that have been delivered. */
export async function forgetSuspects(session: Session, account: string, emails: readonly string[]): Promise<void> {
  if (emails.length > 0) await session.execute(forget, [JSON.stringify(emails), account]);
}

/** Forgets whoever failed more than a week ago, of every account. */
export async function forgetOldSuspects(session: Session): Promise<void> {
  await session.execute(forgetOld);
}

/** Makes jobs pending and due again, with the attempts they had before; returns how many were still as charged. */
export async function takeBackCharges(session: Session, charges: readonly TakenBack[]): Promise<number> {
  if (charges.length === 0) return 0;
  const rows = charges.map(({ onlyFailed, ...charge }) => ({ ...charge, onlyFailed: onlyFailed ? 1 : 0 }));
  return (await session.execute(takeBack, [JSON.stringify(rows)])).affected;
}
