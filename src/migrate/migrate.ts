import { type Database, DatabaseProblem } from '../database/database.ts';
import { hasTable } from '../database/has-table.ts';
import { Problem } from '../errors.ts';
import { findDuplicates } from '../funnel/duplicates.ts';
import { checkPredecessorTables, predecessorTablesIn, recordAdopted } from './adopt.ts';
import { applyMigration } from './apply.ts';
import { foldStoredAddresses } from './fold-addresses.ts';
import { type Applier, ensureHistory } from './history.ts';
import { type MigrationLock, withMigrationLock } from './lock.ts';
import { migrationsFor } from './migration.ts';
import { checkHistory, readPlan } from './plan.ts';

/** The migration after which two entries of the same person, funnel and test cannot exist. */
const uniqueKeyVersion = 4;

export interface MigrateOptions {
  /** take over the tables of the predecessor instead of refusing them */
  adopt: boolean;
  lockWaitSeconds: number;
  applier: Applier;
  /** told about each migration before it is applied */
  onMigration?: (migration: { version: number; name: string }) => void;
}

/** The result of `migrate`. */
export interface Migrated {
  /** the schema's version afterwards */
  version: number;
  applied: { version: number; name: string; statements: number; seconds: number }[];
  /** versions whose tables were found in place and recorded */
  adopted: number[];
  /** stored addresses that were brought into their normal form on the way */
  addressesChanged: number;
}

/**
 * Applies every pending migration in order, each once, under a lock that other migrators wait for. Refuses with a data
 * Problem, before changing anything: duplicates that the unique key would not allow, tables of the predecessor without
 * `adopt`, and a database that a newer program has changed. Can be repeated after a failure or a kill.
 */
export function migrate(database: Database, options: MigrateOptions): Promise<Migrated> {
  return withMigrationLock(database, options.lockWaitSeconds, async (lock) => {
    const adopted = await checkBeforeMigrating(database, options.adopt);
    if (database.engine === 'mysql') await ensureHistory(database);
    if (adopted.length > 0) await recordAdopted(database, adopted, options.applier);
    return applyPending(database, lock, options, adopted);
  });
}

/**
 * The checks that come before the first change; they read only. Returns the versions whose tables are there already
 * and are to be recorded as adopted.
 */
export async function checkBeforeMigrating(database: Database, adopt: boolean): Promise<number[]> {
  // Tables first: those that another migrator makes in the meantime are in the history that is read after them.
  const tables = await predecessorTablesIn(database);
  const { history, pending } = await readPlan(database);
  checkHistory(history ?? [], migrationsFor(database.engine));
  const isOurs = history !== null && history.length > 0;
  if (tables.length > 0 && !isOurs) await checkPredecessorTables(database, tables);
  if (pending.some(({ version }) => version === uniqueKeyVersion)) await refuseDuplicates(database);
  if (isOurs) return [];
  if (tables.length > 0 && !adopt) {
    const names = tables.map(({ name }) => name).join(' and ');
    throw new Problem('data', `Not made by funnels, but in this database already: ${names}. Nothing was changed.`, {
      hint: "If these are the Python service's tables, take them over with: funnels migrate --adopt",
    });
  }
  return tables.map(({ version }) => version);
}

async function refuseDuplicates(database: Database): Promise<void> {
  if (!(await hasTable(database, 'funnel_entries'))) return;
  const { total, entries } = await findDuplicates(database, 1);
  if (total === 0) return;
  const what = total === 1 ? '1 group' : `${total} groups`;
  throw new Problem('data', `funnel_entries holds ${what} of duplicates (${entries} entries); nothing was changed.`, {
    hint: 'List them with: funnels find-duplicates, keep one entry of each group, then run this again.',
  });
}

function explainDuplicate(error: unknown): never {
  if (!(error instanceof DatabaseProblem) || error.reason !== 'duplicate_key') throw error;
  throw new Problem('data', 'While this ran, somebody wrote entries into funnel_entries that are duplicates.', {
    hint: 'Stop the service that writes there, list them with: funnels find-duplicates, clean up, then run this again.',
    cause: error,
  });
}

async function applyPending(
  database: Database,
  lock: MigrationLock,
  options: MigrateOptions,
  adopted: number[],
): Promise<Migrated> {
  const { pending } = await readPlan(database);
  const applied: Migrated['applied'] = [];
  let addressesChanged = 0;
  for (const migration of pending) {
    const { version, name, statements } = migration;
    options.onMigration?.({ version, name });
    const startedAt = performance.now();
    if (version === uniqueKeyVersion) addressesChanged = await foldStoredAddresses(database);
    const isNew = await applyMigration(database, migration, lock, options.applier).catch(explainDuplicate);
    if (!isNew) continue;
    const seconds = Math.round(performance.now() - startedAt) / 1000;
    applied.push({ version, name, statements: statements.length, seconds });
  }
  const version = migrationsFor(database.engine).at(-1)?.version ?? 0;
  return { version, applied, adopted, addressesChanged };
}
