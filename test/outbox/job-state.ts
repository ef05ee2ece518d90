import { expect } from 'vitest';
import type { TestOutbox } from '../support/outbox.ts';

/** What a job is made to look like. */
export interface JobState {
  status?: 'pending' | 'success' | 'failed' | 'error';
  error?: string | null;
  retries?: number;
  /** how long ago it was changed last */
  daysOld?: number;
  /** how long a worker holds it from now on */
  heldMinutes?: number;
}

/** Brings a job into a state that drains and time would have led to. */
export async function setJob(outbox: TestOutbox, id: number, state: JobState): Promise<void> {
  const isMysql = outbox.database.engine === 'mysql';
  const set = (column: string, value: string | number | null): Promise<unknown> =>
    outbox.database.admin(`UPDATE brevo_sync_outbox SET ${column} WHERE id = ?`, [value, id]);
  if (state.status !== undefined) await set('status = ?', state.status);
  if (state.error !== undefined) await set('last_error = ?', state.error);
  if (state.retries !== undefined) await set('retry_count = ?', state.retries);
  if (state.daysOld !== undefined) {
    await set(
      `updated_at = ${isMysql ? 'NOW() - INTERVAL ? DAY' : "datetime('now', '-' || ? || ' days')"}`,
      state.daysOld,
    );
  }
  if (state.heldMinutes !== undefined) {
    const until = isMysql ? 'UTC_TIMESTAMP() + INTERVAL ? MINUTE' : "datetime('now', ? || ' minutes')";
    await outbox.database.admin(
      `INSERT INTO brevo_contact_leases (email, lease_token, lease_until)
        SELECT e.email, '11111111-2222-3333-4444-555555555555', ${until}
        FROM brevo_sync_outbox o JOIN funnel_entries e ON e.id = o.funnel_entry_id WHERE o.id = ?`,
      [state.heldMinutes, id],
    );
  }
}

/** Enqueues a job for the address and brings it into that state; its id. */
export async function addJob(outbox: TestOutbox, email: string, state: JobState = {}): Promise<number> {
  const { id } = await outbox.enqueue(email);
  await setJob(outbox, id, state);
  return id;
}

/** The rows of the outbox as they are, to compare with later. */
export function rowsOf(outbox: TestOutbox): Promise<Record<string, unknown>[]> {
  return outbox.database.admin('SELECT * FROM brevo_sync_outbox ORDER BY id');
}

/** There are so many jobs, and every one is pending, free, due, and has no more attempts than before. */
export async function expectUntouched(outbox: TestOutbox, count: number): Promise<void> {
  const jobs = await outbox.jobs();
  expect(jobs).toHaveLength(count);
  for (const job of jobs) {
    expect(job).toMatchObject({ status: 'pending', retries: 0, error: null, secondsAhead: null, isLeased: 0 });
  }
}
