import { DatabaseProblem, type Session } from '../database/database.ts';
import { lockLost } from './lock.ts';
import type { Migration } from './migration.ts';

const insertStarted = `INSERT INTO funnels_migrations
    (version, name, checksum, statements, state, statements_done, in_flight, started_at, tool_version, host)
  VALUES (?, ?, ?, ?, 'running', 0, NULL, CURRENT_TIMESTAMP, ?, ?)`;

const updateApplier = `UPDATE funnels_migrations
  SET checksum = ?, statements = ?, error = NULL, tool_version = ?, host = ? WHERE version = ?`;

const updateInFlight = `UPDATE funnels_migrations SET in_flight = ? WHERE version = ?`;

// Each statement is counted once: whoever lost the lock unnoticed does not set the counter of the one who took it back.
const updateStatementDone = `UPDATE funnels_migrations SET statements_done = ?, in_flight = NULL
  WHERE version = ? AND state = 'running' AND statements_done = ?`;

const updateFinished = `UPDATE funnels_migrations SET state = ?, statements_done = ?, in_flight = NULL, error = NULL,
    finished_at = CURRENT_TIMESTAMP, duration_ms = COALESCE(duration_ms, 0) + ?
  WHERE version = ?`;

const updateFailed = `UPDATE funnels_migrations
  SET error = ?, in_flight = CASE WHEN ? = 1 THEN NULL ELSE in_flight END, duration_ms = COALESCE(duration_ms, 0) + ?
  WHERE version = ? AND state = 'running'`;

const updateStatements = `UPDATE funnels_migrations SET checksum = ?, statements = ? WHERE version = ?`;

const longestError = 1_000;

/** Who applies a migration, for the record. */
export interface Applier {
  toolVersion: string;
  host: string;
}

/** Records that a migration begins. Throws the Problem of a lost lock when somebody else has begun it. */
export async function recordStart(
  session: Session,
  migration: Pick<Migration, 'version' | 'name' | 'checksum' | 'statements'>,
  applier: Applier,
): Promise<void> {
  const { version, name, checksum, statements } = migration;
  const { toolVersion, host } = applier;
  const values = [version, name, checksum, JSON.stringify(statements), toolVersion, host];
  try {
    await session.execute(insertStarted, values);
  } catch (error) {
    throw error instanceof DatabaseProblem && error.reason === 'duplicate_key' ? lockLost() : error;
  }
}

/** Records who continues a migration, and with which statements: those still to come may have been corrected since. */
export async function recordResumed(session: Session, migration: Migration, applier: Applier): Promise<void> {
  const { version, checksum, statements } = migration;
  const { toolVersion, host } = applier;
  await session.execute(updateApplier, [checksum, JSON.stringify(statements), toolVersion, host, version]);
}

/** Records that statement `number` (from 1) is about to run. */
export async function recordInFlight(session: Session, version: number, number: number): Promise<void> {
  await session.execute(updateInFlight, [number, version]);
}

/** Records that the first `count` statements have taken effect. Throws the Problem of a lost lock when somebody else has. */
export async function recordStatementsDone(session: Session, version: number, count: number): Promise<void> {
  const { affected } = await session.execute(updateStatementDone, [count, version, count - 1]);
  if (affected === 0) throw lockLost();
}

/** Records that a migration is complete, applied by us ('done') or found in place ('adopted'); `ms` is this run's time. */
export async function recordFinish(
  session: Session,
  migration: { version: number; statements: readonly string[] },
  state: 'done' | 'adopted',
  ms = 0,
): Promise<void> {
  await session.execute(updateFinished, [state, migration.statements.length, Math.round(ms), migration.version]);
}

/**
 * Records why a migration stopped, and this run's time. `answered`: the server itself refused the statement, which then
 * has not taken effect; else its outcome stays unknown. `error` holds no secret and is shortened to 1,000 characters.
 */
export async function recordFailure(
  session: Session,
  version: number,
  failure: { error: string; answered: boolean; ms: number },
): Promise<void> {
  const { error, answered, ms } = failure;
  await session.execute(updateFailed, [error.slice(0, longestError), answered ? 1 : 0, Math.round(ms), version]);
}

/** Puts the program's statements in the place of those that were recorded. */
export async function recordRepair(session: Session, migration: Migration): Promise<void> {
  const { version, checksum, statements } = migration;
  await session.execute(updateStatements, [checksum, JSON.stringify(statements), version]);
}
