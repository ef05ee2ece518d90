import type { Database } from '../database/database.ts';
import { hasTable } from '../database/has-table.ts';
import { Problem } from '../errors.ts';
import { findDuplicates } from '../funnel/duplicates.ts';
import { checkPredecessorTables, predecessorTablesIn, recordAdopted } from './adopt.ts';
import { applyMigration } from './apply.ts';
import { explainDenied, uniqueKeyVersion } from './explain-failure.ts';
import { ensureHistory } from './history.ts';
import { type MigrationLock, withMigrationLock } from './lock.ts';
import { migrationsFor } from './migration.ts';
import type { MigrateOptions } from './options.ts';
import { checkHistory, checkTarget, type Plan, readPlan } from './plan.ts';
import { prepareFor } from './prepare.ts';
import type { SchemaDifference } from './schema-difference.ts';
import { readNames, refuseForeignLock, refuseTakenNames } from './taken-names.ts';

/** The result of `migrate`. */
export interface Migrated {
  /** the schema's version afterwards */
  version: number;
  applied: { version: number; name: string; statements: number; seconds: number }[];
  /** versions whose tables were found in place and recorded */
  adopted: number[];
  /** how they differed from ours, and what became of each difference */
  differences: SchemaDifference[];
  /** stored addresses that were brought into their normal form on the way */
  addressesChanged: number;
  /** a signal ended it between two statements */
  stopped: boolean;
  /** what is still to be done afterwards, because it was stopped or asked to go only so far */
  remaining: { version: number; name: string; statements: number; statementsDone: number }[];
}

/**
 * Applies every pending migration in order, each once, under a lock that other migrators wait for. Refuses with a data
 * Problem, before changing anything: duplicates that the unique key would not allow, tables of the predecessor without
 * `adopt`, and a database that a newer program has changed. Can be repeated after a failure or a kill.
 */
export async function migrate(database: Database, options: MigrateOptions): Promise<Migrated> {
  const plan = await readPlan(database, options.to);
  const done = { adopted: [], differences: [], applied: [], addressesChanged: 0 };
  if (plan.history === null) {
    // Refusals come before the lock's own table is made, so that they leave nothing behind.
    await checkBeforeMigrating(database, options);
  } else if (plan.pending.length === 0) {
    checkHistory(plan.history, migrationsFor(database.engine), { showDifference: true });
    return withState(database, { ...done, stopped: false });
  }
  const { applier, ...rest } = options;
  try {
    const result = await withMigrationLock(database, { ...rest, host: applier.host }, async (lock) => {
      // Looking for duplicates reads every entry. Those written since the first look are refused by the key itself.
      const isFirstLook = plan.history !== null;
      const { adopt: adopted, differences } = await checkBeforeMigrating(database, options, isFirstLook);
      if (database.engine === 'mysql') await ensureHistory(database);
      if (adopted.length > 0) await recordAdopted(database, adopted, applier);
      const work = await applyPending(database, lock, options);
      return { ...work, adopted: [...adopted, ...work.adopted], differences };
    });
    return withState(database, result ?? { ...done, stopped: true });
  } catch (error) {
    throw explainDenied(error);
  }
}

/**
 * The checks that come before the first change; they read only. Returns the versions whose tables are there already
 * and are to be recorded as adopted, and how those tables differ from ours.
 */
export async function checkBeforeMigrating(
  database: Database,
  { adopt, to }: Pick<MigrateOptions, 'adopt' | 'to'>,
  lookForDuplicates = true,
): Promise<{ adopt: number[]; differences: SchemaDifference[] }> {
  // Tables first: those that another migrator makes in the meantime are in the history that is read after them.
  const names = await readNames(database);
  await refuseForeignLock(database, names);
  const tables = await predecessorTablesIn(database);
  const { history, pending } = await readPlan(database, to);
  const migrations = migrationsFor(database.engine);
  checkHistory(history ?? [], migrations, { showDifference: true });
  const isOurs = history !== null && history.length > 0;
  const differences = tables.length > 0 && !isOurs ? await checkPredecessorTables(database, tables) : [];
  const makesKey = pending.some(({ version }) => version === uniqueKeyVersion);
  if (lookForDuplicates && makesKey) await refuseDuplicates(database);
  const notBegun = pending.filter(
    ({ version }) =>
      !history?.some((row) => row.version === version) &&
      (isOurs || tables.every((table) => table.version !== version)),
  );
  refuseTakenNames(database.engine, names, notBegun);
  if (isOurs) return { adopt: [], differences: [] };
  if (tables.length > 0 && !adopt) {
    const names = tables.map(({ name }) => name).join(' and ');
    throw new Problem('data', `Not made by funnels, but in this database already: ${names}. Nothing was changed.`, {
      hint: "If these are the Python service's tables, take them over with: funnels migrate --adopt",
    });
  }
  if (to !== undefined) checkTarget(to, migrations, tables);
  return { adopt: tables.map(({ version }) => version), differences };
}

async function refuseDuplicates(database: Database): Promise<void> {
  if (!(await hasTable(database, 'funnel_entries'))) return;
  const { total, entries } = await findDuplicates(database, 1);
  if (total === 0) return;
  const what = total === 1 ? '1 group' : `${total} groups`;
  throw new Problem('data', `funnel_entries holds ${what} of duplicates (${entries} entries); nothing was changed.`, {
    hint: 'List them with: funnels find-duplicates. Statements that keep one of each: funnels find-duplicates --sql. Then run this again.',
  });
}

type Work = Pick<Migrated, 'adopted' | 'applied' | 'addressesChanged' | 'stopped'>;

async function applyPending(database: Database, lock: MigrationLock, options: MigrateOptions): Promise<Work> {
  const { pending } = await readPlan(database, options.to);
  const work: Work = { adopted: [], applied: [], addressesChanged: 0, stopped: false };
  for (const migration of pending) {
    if (options.signal?.aborted) return { ...work, stopped: true };
    const { version, name, statements } = migration;
    options.onMigration?.({ version, name });
    const startedAt = performance.now();
    const prepared = await prepareFor({ database, migration, lock, options });
    work.addressesChanged += prepared.addressesChanged;
    work.adopted.push(...prepared.adopted);
    if (prepared.outcome === 'stopped') return { ...work, stopped: true };
    const outcome = await applyMigration(database, migration, lock, options);
    if (outcome === 'stopped') return { ...work, stopped: true };
    if (outcome === 'known') continue;
    const seconds = Math.round(performance.now() - startedAt) / 1000;
    work.applied.push({ version, name, statements: statements.length, seconds });
  }
  return work;
}

async function withState(database: Database, work: Omit<Migrated, 'version' | 'remaining'>): Promise<Migrated> {
  const { history, pending } = await readPlan(database);
  return { version: versionOf(history), ...work, remaining: remainderOf(pending, history ?? []) };
}

function versionOf(history: Plan['history']): number {
  const complete = (history ?? []).filter(({ state }) => state !== 'running');
  return Math.max(0, ...complete.map(({ version }) => version));
}

function remainderOf(pending: Plan['pending'], history: NonNullable<Plan['history']>): Migrated['remaining'] {
  return pending.map(({ version, name, statements }) => {
    const statementsDone = history.find((row) => row.version === version)?.statementsDone ?? 0;
    return { version, name, statements: statements.length, statementsDone };
  });
}
