import type { Migrated } from '../migrate/migrate.ts';
import type { MigrationPreview } from '../migrate/preview.ts';
import { isBatched } from '../migrate/run-in-batches.ts';
import { formatCount, formatDuration } from './numbers.ts';

/** What a migrate run did, a line per migration, and what is left to do. */
export function renderMigrated(result: Migrated): string {
  const { version, applied, adopted, addressesChanged, remaining } = result;
  const isIdle = applied.length === 0 && adopted.length === 0;
  if (isIdle && remaining.length === 0) return `The schema is up to date (version ${version}).\n`;
  const lines = [
    ...adopted.map((known) => `Took over ${migrationNumber(known)}: what it makes was there already.`),
    ...applied.map(
      (done) => `Applied ${migrationNumber(done.version)} ${done.name} (${formatDuration(done.seconds * 1000)})`,
    ),
    addressesChanged === 0
      ? ''
      : `Brought ${formatCount(addressesChanged)} stored ${addressesChanged === 1 ? 'address into its' : 'addresses into their'} normal form.`,
    `The schema is at version ${version}.${describeRemaining(result)}`,
  ];
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

function describeRemaining({ remaining, stopped }: Migrated): string {
  const [next] = remaining;
  if (next === undefined) return '';
  const { version, statements, statementsDone } = next;
  const begun =
    statementsDone > 0 ? `; ${migrationNumber(version)} has ${statementsDone} of ${statements} statements` : '';
  const why = stopped ? ' Stopped by a signal' : ' Not the newest';
  return `${why}: ${remaining.length} still to do${begun}. Go on with: funnels migrate`;
}

/** The statements a migrate run would execute, as they stand in the migration files. */
export function renderMigrationPreview({ adopt, foldsAddresses, pending }: MigrationPreview, to?: number): string {
  if (pending.length === 0 && adopt.length === 0) return 'The schema is up to date: nothing to do.\n';
  const folded = foldsAddresses
    ? '-- Before 0004: stored addresses are brought into their normal form (trimmed, lower case)\n'
    : '';
  const takenOver = adopt.map(
    (version) => `-- ${migrationNumber(version)}: recorded only, what it makes is there already\n`,
  );
  const statements = pending.map(
    ({ version, name, statements: list }) =>
      `-- ${migrationNumber(version)} ${name}\n${list.map(statementText).join('\n')}`,
  );
  return `${[...takenOver, folded, ...statements].filter((part) => part !== '').join('\n')}\n-- Nothing was written. To do it: funnels migrate${adopt.length > 0 ? ' --adopt' : ''}${to === undefined ? '' : ` --to ${to}`}\n`;
}

function statementText(statement: string): string {
  return `${isBatched(statement) ? '-- in batches, the parameters being the ids around each\n' : ''}${statement};\n`;
}

/** 0004 */
export function migrationNumber(version: number): string {
  return String(version).padStart(4, '0');
}
