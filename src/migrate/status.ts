import type { Session } from '../database/database.ts';
import { findDrift } from './drift.ts';
import type { AppliedMigration } from './history.ts';
import { currentMigrator } from './lock.ts';
import { type Migration, migrationsFor } from './migration.ts';
import { readPlan } from './plan.ts';

/** One line of `migrate status`; dates as the database holds them. */
export interface MigrationStatus {
  version: number;
  name: string;
  /**
   * applied · adopted (its tables were there before) · running (somebody is at it) · interrupted (to be continued) ·
   * pending · changed (applied with other statements) · unknown (to this program)
   */
  state: 'applied' | 'adopted' | 'running' | 'interrupted' | 'pending' | 'changed' | 'unknown';
  statements: number;
  statementsDone: number;
  /** the statement that was begun and whose outcome nobody recorded */
  inFlight: { number: number; statement: string } | null;
  /** what it stopped with */
  error: string | null;
  startedAt: string | null;
  appliedAt: string | null;
  durationMs: number | null;
  toolVersion: string | null;
  host: string | null;
  /** of a changed one: '- ' before what was applied, '+ ' before what this program has */
  difference: string[] | null;
}

/** The result of `migrate status`. */
export interface MigrationsStatus {
  migrations: MigrationStatus[];
  /** how many are not complete: pending, running and interrupted */
  pending: number;
  /** who is migrating now; times in UTC */
  migrator: { host: string; pid: number; connectionId: number; since: string; until: string } | null;
}

/** Every migration this program or the database knows, in version order. Reads only. */
export async function migrationStatus(session: Session): Promise<MigrationsStatus> {
  const holder = await currentMigrator(session);
  const { history, pending } = await readPlan(session);
  const rows = history ?? [];
  const known = migrationsFor(session.engine);
  const drift = new Map(findDrift(rows, known).map(({ version, difference }) => [version, difference]));
  const untouched = known.filter(({ version }) => !rows.some((row) => row.version === version));
  const recorded = rows.map((row): MigrationStatus => {
    const difference = drift.get(row.version) ?? null;
    const isKnown = known.some(({ version }) => version === row.version);
    return { ...describe(row), state: stateOf(row, isKnown, difference !== null, holder !== null), difference };
  });
  const migrations = [...recorded, ...untouched.map(describePending)].sort((a, b) => a.version - b.version);
  if (holder === null) return { migrations, pending: pending.length, migrator: null };
  const { host, pid, connectionId, acquiredAt: since, expiresAt: until } = holder;
  return { migrations, pending: pending.length, migrator: { host, pid, connectionId, since, until } };
}

function stateOf(
  row: AppliedMigration,
  isKnown: boolean,
  isChanged: boolean,
  isAtWork: boolean,
): MigrationStatus['state'] {
  if (!isKnown) return 'unknown';
  if (isChanged) return 'changed';
  if (row.state === 'running') return isAtWork ? 'running' : 'interrupted';
  return row.state === 'adopted' ? 'adopted' : 'applied';
}

function describe(row: AppliedMigration): Omit<MigrationStatus, 'state' | 'difference'> {
  const { version, name, statements, statementsDone, error, startedAt, durationMs, toolVersion, host } = row;
  const inFlight =
    row.inFlight === null ? null : { number: row.inFlight, statement: statements[row.inFlight - 1] ?? '' };
  const times = { startedAt, appliedAt: row.finishedAt, durationMs };
  return { version, name, statements: statements.length, statementsDone, inFlight, error, ...times, toolVersion, host };
}

function describePending({ version, name, statements }: Migration): MigrationStatus {
  return {
    version,
    name,
    state: 'pending',
    statements: statements.length,
    statementsDone: 0,
    inFlight: null,
    error: null,
    startedAt: null,
    appliedAt: null,
    durationMs: null,
    toolVersion: null,
    host: null,
    difference: null,
  };
}
