import type { Database } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { applyStepwise, type Outcome } from './apply-stepwise.ts';
import { explainFailure } from './explain-failure.ts';
import { type AppliedMigration, ensureHistory, readHistory } from './history.ts';
import type { MigrationLock } from './lock.ts';
import type { Migration } from './migration.ts';
import type { MigrateOptions } from './options.ts';
import { recordFinish, recordStart } from './record-history.ts';

const foreignKeyViolations = `SELECT COUNT(*) AS found FROM pragma_foreign_key_check`;

/** Applies one migration and records it. */
export function applyMigration(
  database: Database,
  migration: Migration,
  lock: MigrationLock,
  options: MigrateOptions,
): Promise<Outcome> {
  return database.engine === 'mysql'
    ? applyStepwise(database, migration, lock, options)
    : applyAtomically(database, migration, lock, options);
}

/** SQLite's DDL is transactional: the whole file and its history row go in together or not at all. */
async function applyAtomically(
  database: Database,
  migration: Migration,
  lock: MigrationLock,
  options: MigrateOptions,
): Promise<Outcome> {
  const startedAt = performance.now();
  // Rebuilding a table drops one that others refer to; the references are checked as a whole before COMMIT instead.
  await database.define('PRAGMA foreign_keys = OFF');
  try {
    return await database.transaction(async (session) => {
      await ensureHistory(session);
      const before: AppliedMigration[] = (await readHistory(session)) ?? [];
      if (before.some((row) => row.version === migration.version)) return 'known';
      await recordStart(session, migration, options.applier);
      // The predecessor's own program, and everybody's client, leave jobs behind whose entry they delete.
      const [broken] = await session.query<{ found: number }>(foreignKeyViolations);
      for (const statement of migration.statements) {
        try {
          await session.execute(statement);
        } catch (error) {
          throw await explainFailure(error, migration, lock, statement);
        }
      }
      const [after] = await session.query<{ found: number }>(foreignKeyViolations);
      const newlyBroken = (after?.found ?? 0) - (broken?.found ?? 0);
      if (newlyBroken > 0) {
        throw new Problem(
          'data',
          `Migration ${migration.version} would break ${newlyBroken} references; nothing was changed.`,
        );
      }
      await recordFinish(session, migration, 'done', performance.now() - startedAt);
      return 'applied';
    });
  } finally {
    await database.define('PRAGMA foreign_keys = ON');
  }
}
