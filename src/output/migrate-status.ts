import type { Drift } from '../migrate/drift.ts';
import type { Repaired } from '../migrate/repair.ts';
import type { MigrationStatus, MigrationsStatus } from '../migrate/status.ts';
import type { Column } from './columns.ts';
import { shorten } from './migrate-progress.ts';
import { migrationNumber } from './migrate-summary.ts';

/** The columns of `migrate status`. */
export const statusColumns: Column<MigrationStatus>[] = [
  { key: 'version', title: 'Version', align: 'right', priority: 1, value: (row) => row.version },
  { key: 'name', title: 'Migration', priority: 1, value: (row) => row.name },
  { key: 'state', title: 'State', priority: 1, value: (row) => row.state },
  { key: 'statementsDone', title: 'Done', align: 'right', priority: 4, value: (row) => row.statementsDone },
  { key: 'statements', title: 'Of', align: 'right', priority: 4, value: (row) => row.statements },
  { key: 'startedAt', title: 'Started at', priority: 5, value: (row) => row.startedAt },
  { key: 'appliedAt', title: 'Applied at', priority: 2, value: (row) => row.appliedAt },
  { key: 'durationMs', title: 'Took ms', align: 'right', priority: 3, value: (row) => row.durationMs },
  { key: 'toolVersion', title: 'By funnels', priority: 3, value: (row) => row.toolVersion },
  { key: 'host', title: 'On', priority: 6, value: (row) => row.host },
];

/** What the list means, and what to do about it; `verbose` with the lines that differ. */
export function statusFooter(status: MigrationsStatus, verbose: boolean): string[] {
  const { migrations, migrator, pending } = status;
  const having = (state: MigrationStatus['state']): MigrationStatus[] =>
    migrations.filter((migration) => migration.state === state);
  const stopped = [...having('interrupted'), ...having('running')].map(describeStopped);
  const changed = verbose ? having('changed').map(describeChange) : [];
  const accept = ' If the difference does no harm: funnels migrate repair';
  return [...stopped, ...changed, nextStep()];

  function nextStep(): string {
    if (having('unknown').length > 0) return 'A newer funnels has changed this database: install that one here.';
    if (having('changed').length > 0) {
      const look = verbose ? '' : ' See how with: funnels migrate status --verbose.';
      return `Applied with other statements than this program has: use the program that matches.${look || accept}`;
    }
    if (migrator !== null) {
      const { pid, host, since, until, connectionId } = migrator;
      return `Process ${pid} on ${host} is migrating since ${since} UTC (connection ${connectionId}, held until ${until} UTC).`;
    }
    return pending === 0 ? 'The schema is up to date.' : `${pending} to do. Next: funnels migrate`;
  }
}

function describeStopped({ version, inFlight, statements, statementsDone, error, state }: MigrationStatus): string {
  const done = `${migrationNumber(version)} has ${statementsDone} of ${statements} statements done`;
  const verb = state === 'running' ? 'running' : 'begun';
  const begun = inFlight === null ? '' : `, number ${inFlight.number} is ${verb}: ${shorten(inFlight.statement)}`;
  return `${done}${begun}${error === null ? '' : `\nIt stopped with: ${error}`}`;
}

function describeChange({ version, name, toolVersion, host, difference }: MigrationStatus): string {
  return describeDrift({
    version,
    name,
    toolVersion: toolVersion ?? '',
    host: host ?? '',
    difference: difference ?? [],
  });
}

function describeDrift({ version, name, toolVersion, host, difference }: Drift): string {
  const isSame = difference.every((line) => line.startsWith('  '));
  const lines = isSame ? ['(Only the recorded checksum differs.)'] : difference;
  const head = `${migrationNumber(version)} ${name}: - applied by funnels ${toolVersion} on ${host}, + in this program`;
  return [head, ...lines].join('\n');
}

/** What `migrate repair` did, or would do: each difference, then the outcome. */
export function renderRepaired({ dryRun, hasHistory, migrations }: Repaired): string {
  if (!hasHistory) return 'Nothing to repair: funnels has not been run on this database.\n';
  if (migrations.length === 0)
    return 'Nothing to repair: every migration was applied with the statements of this program.\n';
  const numbers = migrations.map(({ version }) => migrationNumber(version)).join(', ');
  const outcome = dryRun
    ? `Nothing was written. To let the statements of this program stand for ${numbers}: funnels migrate repair --yes`
    : `The statements of this program are recorded for ${numbers} now. No table was changed.`;
  return `${[...migrations.map(describeDrift), outcome].join('\n\n')}\n`;
}
