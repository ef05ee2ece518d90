import { type Database, DatabaseProblem } from '../database/database.ts';
import { serverErrorNumber } from '../database/mysql-errors.ts';
import { messageOf } from '../errors.ts';
import { hasTakenEffect } from './effect.ts';
import { explainFailure, isClash } from './explain-failure.ts';
import { type AppliedMigration, readHistory } from './history.ts';
import type { MigrationLock } from './lock.ts';
import type { Migration } from './migration.ts';
import type { MigrateOptions } from './options.ts';
import {
  recordFailure,
  recordFinish,
  recordInFlight,
  recordResumed,
  recordStart,
  recordStatementsDone,
} from './record-history.ts';
import { isBatched, runInBatches } from './run-in-batches.ts';
import { runStatement } from './run-statement.ts';
import { watchStatement } from './watch-statement.ts';

/** What became of a migration: known is one that somebody else had applied; stopped is to be continued. */
export type Outcome = 'applied' | 'known' | 'stopped';

/**
 * MySQL commits around every DDL statement, so the file is not atomic but each statement is: the history says which
 * ones are done and which was in flight, and a run that was killed is continued from there.
 */
export async function applyStepwise(
  database: Database,
  migration: Migration,
  lock: MigrationLock,
  options: MigrateOptions,
): Promise<Outcome> {
  const { version, statements } = migration;
  const before = (await readHistory(database))?.find((row) => row.version === version);
  if (before !== undefined && before.state !== 'running') return 'known';
  const startedAt = performance.now();
  if (before === undefined) await recordStart(database, migration, options.applier);
  else await recordResumed(database, migration, options.applier);
  try {
    for (let index = before?.statementsDone ?? 0; index < statements.length; index += 1) {
      const isStopped = options.signal?.aborted === true;
      const outcome = isStopped ? 'stopped' : await applyStatement(database, migration, index, before, lock, options);
      if (outcome === 'done') continue;
      const ms = performance.now() - startedAt;
      await recordFailure(database, version, { error: 'Stopped by a signal.', answered: true, ms });
      return 'stopped';
    }
    await recordFinish(database, migration, 'done', performance.now() - startedAt);
    return 'applied';
  } catch (error) {
    const text = options.redact?.(messageOf(error)) ?? messageOf(error);
    const failure = { error: text, answered: wasAnswered(error), ms: performance.now() - startedAt };
    await recordFailure(database, version, failure).catch(() => undefined);
    throw error;
  }
}

async function applyStatement(
  database: Database,
  migration: Migration,
  index: number,
  before: AppliedMigration | undefined,
  lock: MigrationLock,
  options: MigrateOptions,
): Promise<'done' | 'stopped'> {
  const { version } = migration;
  const statement = migration.statements[index] ?? '';
  const number = index + 1;
  const mayBeDone = before?.inFlight === number;
  const last = migration.statements[index - 1] ?? '';
  // Rows may have come since the batches were through: the statement after them relies on there being none.
  if (before?.statementsDone === index && isBatched(last)) {
    if ((await runInBatches(database, last, { lock, signal: options.signal })) === 'stopped') return 'stopped';
  }
  if (!(mayBeDone && (await hasTakenEffect(database, statement)))) {
    await recordInFlight(database, version, number);
    const ending = watchStatement(migration, number, lock.connectionId, options);
    try {
      const outcome = await runStatement(database, statement, {
        lock,
        lockWaitSeconds: options.lockWaitSeconds,
        signal: options.signal,
        onBlocked: options.onBlocked,
        onStatement: (start) =>
          options.onStatement?.({ ...start, version, number, total: migration.statements.length }),
      });
      if (outcome === 'stopped') return 'stopped';
    } catch (error) {
      // What the run that died had sent may have reached the server only after we asked.
      const wasDone = mayBeDone && isClash(error) && (await hasTakenEffect(database, statement));
      if (!wasDone) throw await explainFailure(error, migration, lock, statement);
    } finally {
      ending();
    }
  }
  await recordStatementsDone(database, version, number);
  return 'done';
}

/** Whether the server itself refused, so that the statement has surely not taken effect: each one is atomic. */
function wasAnswered(error: unknown): boolean {
  const isLost = error instanceof DatabaseProblem && error.reason === 'lost_connection';
  return !isLost && serverErrorNumber(error) !== undefined;
}
