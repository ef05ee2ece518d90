import type { Session, Statement } from '../database/database.ts';
import { isDue, isTimely } from './due.ts';
import { leaseIsLive } from './leases.ts';

/** How many jobs are pending, and what they wait for. */
export interface PendingCount {
  /** those that a worker may take now */
  due: number;
  /** those that no worker ever takes, because their entry is gone */
  entryGone: number;
  /** all of them; what is neither due nor without its entry is scheduled, held, or behind another job of its contact */
  pending: number;
}

const countByTime = `SELECT COUNT(*) AS pending, COALESCE(SUM(CASE WHEN ${isTimely} THEN 1 ELSE 0 END), 0) AS timely
  FROM brevo_sync_outbox o WHERE o.status = 'pending'`;

const goneEntries = (index: string): string => `SELECT COUNT(*) AS entryGone,
    COALESCE(SUM(CASE WHEN ${isTimely} THEN 1 ELSE 0 END), 0) AS timely
  FROM brevo_sync_outbox o ${index} LEFT JOIN funnel_entries e ON e.id = o.funnel_entry_id
  WHERE o.status = 'pending' AND e.id IS NULL`;

const countEntryGone: Statement = {
  mysql: goneEntries('FORCE INDEX (brevo_sync_outbox_due)'),
  sqlite: goneEntries(''),
};

const countSingly: Statement = {
  mysql: `SELECT COUNT(*) AS count FROM brevo_sync_outbox o FORCE INDEX (brevo_sync_outbox_due)
      STRAIGHT_JOIN funnel_entries e ON e.id = o.funnel_entry_id
    WHERE o.status = 'pending' AND ${isDue.mysql}`,
  sqlite: `SELECT COUNT(*) AS count FROM brevo_sync_outbox o CROSS JOIN funnel_entries e ON e.id = o.funnel_entry_id
    WHERE o.status = 'pending' AND ${isDue.sqlite}`,
};

// Only a lease or a job whose time has not come can stand in the way of others of the contact.
const impeded = (
  live: string,
  join: string,
): string => `(SELECT l.email AS email FROM brevo_contact_leases l WHERE ${live}
    UNION SELECT f.email AS email FROM brevo_sync_outbox p ${join} funnel_entries f ON f.id = p.funnel_entry_id
      WHERE p.status = 'pending' AND p.next_attempt_at > CURRENT_TIMESTAMP) c`;

const countImpeded: Statement = {
  mysql: `SELECT COUNT(*) AS count FROM ${impeded(leaseIsLive.mysql, 'STRAIGHT_JOIN')}
      STRAIGHT_JOIN funnel_entries e ON e.email = c.email
      STRAIGHT_JOIN brevo_sync_outbox o FORCE INDEX (brevo_sync_outbox_of_entry) ON o.funnel_entry_id = e.id
    WHERE o.status = 'pending' AND ${isTimely} AND NOT (${isDue.mysql})`,
  sqlite: `SELECT COUNT(*) AS count FROM ${impeded(leaseIsLive.sqlite, 'CROSS JOIN')}
      CROSS JOIN funnel_entries e ON e.email = c.email CROSS JOIN brevo_sync_outbox o ON o.funnel_entry_id = e.id
    WHERE o.status = 'pending' AND ${isTimely} AND NOT (${isDue.sqlite})`,
};

/**
 * Counts the pending jobs, exactly however many they are: of a large backlog, instead of each job that may be taken, only
 * those that something stands in the way of are looked at (beyond `singly` whose time has come). Reads only; in one
 * transaction its numbers fit together.
 */
export async function countPending(session: Session, singly = 10_000): Promise<PendingCount> {
  const [all] = await session.query<{ pending: number; timely: number | string }>(countByTime);
  const pending = all?.pending ?? 0;
  if (pending === 0) return { due: 0, entryGone: 0, pending };
  const [gone] = await session.query<{ entryGone: number; timely: number | string }>(countEntryGone);
  const entryGone = gone?.entryGone ?? 0;
  const mayBeDue = Number(all?.timely ?? 0) - Number(gone?.timely ?? 0);
  if (mayBeDue <= singly) return { due: await count(session, countSingly), entryGone, pending };
  return { due: Math.max(0, mayBeDue - (await count(session, countImpeded))), entryGone, pending };
}

/** How many pending jobs no worker ever takes, because their entry is gone. Reads only. */
export async function countEntriesGone(session: Session): Promise<number> {
  const [gone] = await session.query<{ entryGone: number }>(countEntryGone);
  return gone?.entryGone ?? 0;
}

async function count(session: Session, statement: Statement): Promise<number> {
  const [row] = await session.query<{ count: number }>(statement);
  return row?.count ?? 0;
}
