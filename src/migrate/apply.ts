import type { Database } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { hasTakenEffect } from './effect.ts';
import {
  type AppliedMigration,
  type Applier,
  ensureHistory,
  readHistory,
  recordFinish,
  recordInFlight,
  recordStart,
  recordStatementsDone,
} from './history.ts';
import type { MigrationLock } from './lock.ts';
import type { Migration } from './migration.ts';

const foreignKeyViolations = `SELECT COUNT(*) AS found FROM pragma_foreign_key_check`;

/** Applies one migration and records it; returns false when somebody else had already done so. */
export function applyMigration(
  database: Database,
  migration: Migration,
  lock: MigrationLock,
  applier: Applier,
): Promise<boolean> {
  return database.engine === 'mysql'
    ? applyStepwise(database, migration, lock, applier)
    : applyAtomically(database, migration, applier);
}

/**
 * MySQL commits around every DDL statement, so the file is not atomic but each statement is: the history says which
 * ones are done and which was in flight, and a run that was killed is continued from there.
 */
async function applyStepwise(
  database: Database,
  migration: Migration,
  lock: MigrationLock,
  applier: Applier,
): Promise<boolean> {
  const { version, statements } = migration;
  const before = (await readHistory(database))?.find((row) => row.version === version);
  if (before !== undefined && before.state !== 'running') return false;
  if (before === undefined) await recordStart(database, migration, applier);
  for (let index = before?.statementsDone ?? 0; index < statements.length; index += 1) {
    const statement = statements[index] ?? '';
    const mayBeDone = before?.inFlight === index + 1;
    if (!(mayBeDone && (await hasTakenEffect(database, statement)))) {
      await recordInFlight(database, version, index + 1);
      await lock.check();
      await database.define(statement);
    }
    await recordStatementsDone(database, version, index + 1);
  }
  await recordFinish(database, migration, 'done');
  return true;
}

/** SQLite's DDL is transactional: the whole file and its history row go in together or not at all. */
async function applyAtomically(database: Database, migration: Migration, applier: Applier): Promise<boolean> {
  // Rebuilding a table drops one that others refer to; the references are checked as a whole before COMMIT instead.
  await database.define('PRAGMA foreign_keys = OFF');
  try {
    return await database.transaction(async (session) => {
      await ensureHistory(session);
      const before: AppliedMigration[] = (await readHistory(session)) ?? [];
      if (before.some((row) => row.version === migration.version)) return false;
      await recordStart(session, migration, applier);
      for (const statement of migration.statements) await session.execute(statement);
      const [broken] = await session.query<{ found: number }>(foreignKeyViolations);
      if (broken !== undefined && broken.found > 0) {
        throw new Problem(
          'data',
          `Migration ${migration.version} would break ${broken.found} references; nothing was changed.`,
        );
      }
      await recordFinish(session, migration, 'done');
      return true;
    });
  } finally {
    await database.define('PRAGMA foreign_keys = ON');
  }
}
