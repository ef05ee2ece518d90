import type { Session, Statement } from '../database/database.ts';

// In UTC, for the same reason as leases: the wall clock is set back in autumn.
const checkedLately: Statement = {
  mysql: `SELECT 1 AS found FROM brevo_pace WHERE account = ? AND checked_what = ?
    AND checked_at <= UTC_TIMESTAMP() AND checked_at > UTC_TIMESTAMP() - INTERVAL 1 HOUR`,
  sqlite: `SELECT 1 AS found FROM brevo_pace WHERE account = ? AND checked_what = ?
    AND checked_at <= datetime('now') AND checked_at > datetime('now', '-1 hour')`,
};

const remember: Statement = {
  mysql: `INSERT INTO brevo_pace (account, next_call_at, checked_what, checked_at) VALUES (?, 0, ?, UTC_TIMESTAMP())
    ON DUPLICATE KEY UPDATE checked_what = VALUES(checked_what), checked_at = VALUES(checked_at)`,
  sqlite: `INSERT INTO brevo_pace (account, next_call_at, checked_what, checked_at) VALUES (?, 0, ?, datetime('now'))
    ON CONFLICT (account) DO UPDATE SET checked_what = excluded.checked_what, checked_at = excluded.checked_at`,
};

/** An account, and what it was asked to have, both as fingerprints. */
export interface RememberedCheck {
  account: string;
  what: string;
}

/** Whether the account was found to have just that within the last hour. */
export async function wasCheckedLately(session: Session, { account, what }: RememberedCheck): Promise<boolean> {
  const rows = await session.query(checkedLately, [account, what]);
  return rows.length > 0;
}

/** Remembers that the account has that, as of now; forgets what it was found to have before. */
export async function rememberCheck(session: Session, { account, what }: RememberedCheck): Promise<void> {
  await session.execute(remember, [account, what]);
}
