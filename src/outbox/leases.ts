import { longestLeaseSeconds } from '../config/settings.ts';
import type { Session, Statement } from '../database/database.ts';

// The clocks of a cluster's nodes differ, and clocks are put right by a little all the time.
const longestLiveSeconds = longestLeaseSeconds + 300;

const live = (until: string) => ({
  mysql: `${until} > UTC_TIMESTAMP() AND ${until} <= UTC_TIMESTAMP() + INTERVAL ${longestLiveSeconds} SECOND`,
  sqlite: `${until} > CURRENT_TIMESTAMP AND ${until} <= datetime('now', '+${longestLiveSeconds} seconds')`,
});

/**
 * The conditions of a live lease `l`. Leases are in UTC: the wall clock is set back in autumn. One that ends later than
 * any worker may hold a contact is not live: it was taken before the database's clock was set back.
 */
export const leaseIsLive = live('l.lease_until');

const isTaken = live('brevo_contact_leases.lease_until');

/** Contacts given as one JSON array, as the table `j` with the column `email`. */
export const givenContacts = `JSON_TABLE(?, '$[*]' COLUMNS (
      email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')) j`;

// One second more than asked for: the database's clock has lost the fraction of the second in which it was read.
// MySQL assigns from left to right, so the second condition sees the token that the first has left.
const take: Statement = {
  mysql: `INSERT INTO brevo_contact_leases (email, lease_token, lease_until)
    SELECT j.email, ?, UTC_TIMESTAMP() + INTERVAL (? + 1) SECOND FROM ${givenContacts} ORDER BY j.email
    ON DUPLICATE KEY UPDATE
      lease_token = IF(${isTaken.mysql}, brevo_contact_leases.lease_token, VALUES(lease_token)),
      lease_until = IF(brevo_contact_leases.lease_token = VALUES(lease_token), VALUES(lease_until),
        brevo_contact_leases.lease_until)`,
  sqlite: `INSERT INTO brevo_contact_leases (email, lease_token, lease_until)
    SELECT value, ?1, datetime('now', '+' || CAST(?2 + 1 AS INTEGER) || ' seconds') FROM json_each(?3) WHERE true
    ON CONFLICT (email) DO UPDATE SET lease_token = excluded.lease_token, lease_until = excluded.lease_until
      WHERE NOT (${isTaken.sqlite})`,
};

const give: Statement = {
  mysql: `DELETE l FROM ${givenContacts} STRAIGHT_JOIN brevo_contact_leases l ON l.email = j.email
    WHERE l.lease_token = ?`,
  sqlite: `DELETE FROM brevo_contact_leases
    WHERE email IN (SELECT value FROM json_each(?)) AND lease_token = ?`,
};

const select: Statement = {
  mysql: `SELECT l.email AS email FROM ${givenContacts} STRAIGHT_JOIN brevo_contact_leases l ON l.email = j.email
    WHERE l.lease_token = ?`,
  sqlite: `SELECT email FROM brevo_contact_leases WHERE email IN (SELECT value FROM json_each(?)) AND lease_token = ?`,
};

const secondsLeft: Statement = {
  mysql: `SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), lease_until) AS seconds FROM brevo_contact_leases
    WHERE email = ? AND lease_token = ?`,
  sqlite: `SELECT unixepoch(lease_until) - unixepoch(CURRENT_TIMESTAMP) AS seconds FROM brevo_contact_leases
    WHERE email = ? AND lease_token = ?`,
};

const giveAll = 'DELETE FROM brevo_contact_leases WHERE lease_token = ?';

const forgetOld: Statement = {
  mysql: `DELETE FROM brevo_contact_leases WHERE lease_until < UTC_TIMESTAMP() - INTERVAL 1 DAY
    OR lease_until > UTC_TIMESTAMP() + INTERVAL 1 DAY`,
  sqlite: `DELETE FROM brevo_contact_leases WHERE lease_until < datetime('now', '-1 day')
    OR lease_until > datetime('now', '+1 day')`,
};

/**
 * Takes the contacts that nobody holds, in the name of `token`, for `leaseSeconds`; which of them that were is told by
 * their rows. Two transactions that want the same contact wait for each other, or one of them fails at COMMIT.
 */
export async function takeLeases(
  session: Session,
  contacts: readonly string[],
  { token, leaseSeconds }: { token: string; leaseSeconds: number },
): Promise<void> {
  await session.execute(take, [token, leaseSeconds, JSON.stringify(contacts)]);
}

/** Those of the contacts that are held in the name of `token`. */
export async function leasesOf(session: Session, contacts: readonly string[], token: string): Promise<string[]> {
  const rows = await session.query<{ email: string }>(select, [JSON.stringify(contacts), token]);
  return rows.map(({ email }) => email);
}

/**
 * For how many seconds more, by the database's clock, the contact is held in the name of `token`; at most 0 when the lease
 * has ended, null when somebody else has taken it. Whole seconds, rounded down.
 */
export async function leaseSecondsLeft(session: Session, email: string, token: string): Promise<number | null> {
  const [row] = await session.query<{ seconds: number }>(secondsLeft, [email, token]);
  return row?.seconds ?? null;
}

/** Gives contacts back that are held in the name of `token`; others are left alone. */
export async function giveBackLeases(session: Session, contacts: readonly string[], token: string): Promise<void> {
  if (contacts.length > 0) await session.execute(give, [JSON.stringify(contacts), token]);
}

/** Removes what crashed workers have left of contacts that nobody has asked for since. */
export async function forgetOldLeases(session: Session): Promise<void> {
  await session.execute(forgetOld);
}

/** Gives back whatever is held in the name of `token`. */
export async function giveBackAllLeases(session: Session, token: string): Promise<void> {
  await session.execute(giveAll, [token]);
}
