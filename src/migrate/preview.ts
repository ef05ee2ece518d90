import type { Database } from '../database/database.ts';
import { checkBeforeMigrating } from './migrate.ts';
import { readPlan } from './plan.ts';

/** The result of `migrate --dry-run`: what `migrate` would record and run, in order. */
export interface MigrationPreview {
  dryRun: true;
  /** versions whose tables are there and would be recorded as adopted */
  adopt: number[];
  pending: { version: number; name: string; statements: string[] }[];
}

/** Makes the checks of `migrate`, with the same refusals, and lists its statements. Reads only, takes no lock. */
export async function previewMigrations(database: Database, adopt: boolean): Promise<MigrationPreview> {
  const adoptable = await checkBeforeMigrating(database, adopt);
  const { history, pending } = await readPlan(database);
  return {
    dryRun: true,
    adopt: adoptable,
    pending: pending
      .filter(({ version }) => !adoptable.includes(version))
      .map(({ version, name, statements }) => {
        const done = history?.find((row) => row.version === version)?.statementsDone ?? 0;
        return { version, name, statements: statements.slice(done) };
      }),
  };
}
