import type { Migrated } from '../migrate/migrate.ts';
import type { MigrationPreview } from '../migrate/preview.ts';
import type { MigrationStatus } from '../migrate/status.ts';
import type { Column } from './columns.ts';
import { formatCount, formatDuration } from './numbers.ts';

/** What a migrate run did, a line per migration. */
export function renderMigrated({ version, applied, adopted, addressesChanged }: Migrated): string {
  if (applied.length === 0 && adopted.length === 0) return `The schema is up to date (version ${version}).\n`;
  const lines = [
    ...adopted.map((known) => `Took over ${migrationNumber(known)}: its table was there already.`),
    ...applied.map(
      (done) => `Applied ${migrationNumber(done.version)} ${done.name} (${formatDuration(done.seconds * 1000)})`,
    ),
    addressesChanged === 0
      ? ''
      : `Brought ${formatCount(addressesChanged)} stored ${addressesChanged === 1 ? 'address into its' : 'addresses into their'} normal form.`,
    `The schema is at version ${version}.`,
  ];
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

/** The statements a migrate run would execute, as they stand in the migration files. */
export function renderMigrationPreview({ adopt, pending }: MigrationPreview): string {
  if (pending.length === 0 && adopt.length === 0) return 'The schema is up to date: nothing to do.\n';
  const folded =
    adopt.length === 0
      ? ''
      : '-- Before 0004: stored addresses are brought into their normal form (trimmed, lower case)\n';
  const takenOver = adopt.map(
    (version) => `-- ${migrationNumber(version)}: recorded only, its table is there already\n`,
  );
  const statements = pending.map(
    ({ version, name, statements: list }) =>
      `-- ${migrationNumber(version)} ${name}\n${list.map((statement) => `${statement};\n`).join('\n')}`,
  );
  return `${[...takenOver, folded, ...statements].filter((part) => part !== '').join('\n')}\n-- Nothing was written. To do it: funnels migrate${adopt.length > 0 ? ' --adopt' : ''}\n`;
}

/** The columns of `migrate status`. */
export const statusColumns: Column<MigrationStatus>[] = [
  { key: 'version', title: 'Version', align: 'right', priority: 1, value: (row) => row.version },
  { key: 'name', title: 'Migration', priority: 1, value: (row) => row.name },
  { key: 'state', title: 'State', priority: 1, value: (row) => row.state },
  { key: 'appliedAt', title: 'Applied at', priority: 2, value: (row) => row.appliedAt },
  { key: 'toolVersion', title: 'By funnels', priority: 3, value: (row) => row.toolVersion },
];

/** What the list means, and what to do about it. */
export function statusFooter(migrations: readonly MigrationStatus[]): string {
  const count = (...states: MigrationStatus['state'][]): number =>
    migrations.filter(({ state }) => states.includes(state)).length;
  if (count('unknown') > 0) return 'A newer funnels has changed this database: install that one here.';
  if (count('changed') > 0) return 'Applied with other statements than this program has: use the program that matches.';
  const pending = count('pending', 'interrupted');
  return pending === 0 ? 'The schema is up to date.' : `${pending} to do. Next: funnels migrate`;
}

function migrationNumber(version: number): string {
  return String(version).padStart(4, '0');
}
