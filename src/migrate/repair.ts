import type { Database, Session } from '../database/database.ts';
import { type Drift, findDrift } from './drift.ts';
import { withMigrationLock } from './lock.ts';
import type { LockOptions } from './lock-waiting.ts';
import { migrationsFor } from './migration.ts';
import { checkKnown, readVisibleHistory } from './plan.ts';
import { recordRepair } from './record-history.ts';

/** The result of `migrate repair`: the migrations that differ, and whether the program's text stands for them now. */
export interface Repaired {
  dryRun: boolean;
  /** funnels has been run on this database: there is a history to repair */
  hasHistory: boolean;
  migrations: Drift[];
}

/** The migrations that were applied with other statements than this program has. Reads only. */
export async function previewRepair(session: Session): Promise<Repaired> {
  const visible = await readVisibleHistory(session);
  const history = visible ?? [];
  const migrations = migrationsFor(session.engine);
  checkKnown(history, migrations);
  return { dryRun: true, hasHistory: visible !== null, migrations: findDrift(history, migrations) };
}

/**
 * Records this program's checksum and statements for every migration that was applied with others. Changes no table:
 * whoever asks for it has seen the differences and says that they do no harm. Waits for migrators, as `migrate` does.
 */
export async function repairHistory(database: Database, options: LockOptions): Promise<Repaired> {
  const { hasHistory, migrations: drifted } = await previewRepair(database);
  const nothing: Repaired = { dryRun: false, hasHistory, migrations: [] };
  if (drifted.length === 0) return nothing;
  const repaired = await withMigrationLock(database, options, () =>
    database.transaction(async (session): Promise<Repaired> => {
      const { migrations } = await previewRepair(session);
      const changed = new Set(migrations.map(({ version }) => version));
      for (const migration of migrationsFor(session.engine)) {
        if (changed.has(migration.version)) await recordRepair(session, migration);
      }
      return { dryRun: false, hasHistory, migrations };
    }),
  );
  return repaired ?? nothing;
}
