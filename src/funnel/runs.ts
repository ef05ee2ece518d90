import { randomUUID } from 'node:crypto';
import type { Database, Statement } from '../database/database.ts';
import { messageOf } from '../errors.ts';
import type { SyncResult } from './counts.ts';

/** Where a run takes place, for its record. */
export interface Runner {
  host: string;
  /** of this program */
  version: string;
}

// Repeated when the answer to its COMMIT was lost, so a row that is there already is the one we made.
const insertRun: Statement = {
  mysql: `INSERT INTO sync_runs (id, started_at, host, version, outcome)
    VALUES (?, CURRENT_TIMESTAMP, ?, ?, 'running') ON DUPLICATE KEY UPDATE sync_runs.id = sync_runs.id`,
  sqlite: `INSERT INTO sync_runs (id, started_at, host, version, outcome)
    VALUES (?, CURRENT_TIMESTAMP, ?, ?, 'running') ON CONFLICT (id) DO NOTHING`,
};

const updateRun = `UPDATE sync_runs SET finished_at = CURRENT_TIMESTAMP, outcome = ?, counters = ? WHERE id = ?`;

// A few at a time: a timer makes some hundred a day, so one run's share is small.
const deleteOldRuns: Statement = {
  mysql: `DELETE FROM sync_runs WHERE started_at < CURRENT_TIMESTAMP - INTERVAL 90 DAY ORDER BY started_at LIMIT 1000`,
  sqlite: `DELETE FROM sync_runs WHERE id IN (SELECT id FROM sync_runs
    WHERE started_at < datetime('now', '-90 days') ORDER BY started_at LIMIT 1000)`,
};

/**
 * Keeps a record of a run in `sync_runs` while `work` is done: begun, then done, interrupted or failed, with its
 * counters. A run that was killed stays "running" without an end. Records older than 90 days are removed. What the run
 * did counts: a record that cannot be written at its end is told to `warn`, and the run stands.
 */
export async function recordingRun(
  database: Database,
  { host, version }: Runner,
  result: SyncResult,
  work: () => Promise<void>,
  warn: (text: string) => void,
): Promise<void> {
  const id = randomUUID();
  const write = (statement: Statement, values: string[]): Promise<unknown> =>
    database.transaction((session) => session.execute(statement, values));
  const finish = (outcome: 'done' | 'interrupted' | 'failed'): Promise<unknown> =>
    write(updateRun, [outcome, JSON.stringify(result), id]);
  await write(insertRun, [id, host, version]);
  try {
    await work();
  } catch (error) {
    // What went wrong is told by the error itself; a database that is gone cannot take the record either.
    await finish('failed').catch(() => undefined);
    throw error;
  }
  try {
    await finish(result.interrupted ? 'interrupted' : 'done');
    await write(deleteOldRuns, []);
  } catch (error) {
    warn(`The sync is done, but its record in sync_runs could not be kept: ${messageOf(error)}`);
  }
}
