import type { Database } from '../database/database.ts';
import { hasTable } from '../database/has-table.ts';
import { uniqueKeyVersion } from './explain-failure.ts';
import { checkBeforeMigrating } from './migrate.ts';
import type { MigrateOptions } from './options.ts';
import { readPlan } from './plan.ts';
import type { SchemaDifference } from './schema-difference.ts';

/** The result of `migrate --dry-run`: what `migrate` would record and run, in order. */
export interface MigrationPreview {
  dryRun: true;
  /** versions whose tables are there and would be recorded as adopted */
  adopt: number[];
  /** how they differ from ours, and what would become of each difference */
  differences: SchemaDifference[];
  /** before migration 4 the stored addresses are brought into their normal form */
  foldsAddresses: boolean;
  pending: { version: number; name: string; statements: string[] }[];
}

/** Makes the checks of `migrate`, with the same refusals, and lists its statements. Reads only, takes no lock. */
export async function previewMigrations(
  database: Database,
  options: Pick<MigrateOptions, 'adopt' | 'to'>,
): Promise<MigrationPreview> {
  const isWanted = (version: number): boolean => version <= (options.to ?? version);
  const { adopt, differences } = await checkBeforeMigrating(database, options);
  const adoptable = [...adopt, ...differences.flatMap(({ fulfils }) => fulfils ?? []).filter(isWanted)];
  const { history, pending } = await readPlan(database, options.to);
  return {
    dryRun: true,
    adopt: adoptable,
    differences,
    foldsAddresses:
      pending.some(({ version }) => version === uniqueKeyVersion) && (await hasTable(database, 'funnel_entries')),
    pending: pending
      .filter(({ version }) => !adoptable.includes(version))
      .map(({ version, name, statements }) => {
        const done = history?.find((row) => row.version === version)?.statementsDone ?? 0;
        return { version, name, statements: statements.slice(done) };
      }),
  };
}
