import type { Session } from '../database/database.ts';
import { hasTable } from '../database/has-table.ts';
import { Problem } from '../errors.ts';
import { type AppliedMigration, readHistory } from './history.ts';
import { type Migration, migrationsFor } from './migration.ts';

/** What is in a database and what is still to do. */
export interface Plan {
  /** null: funnels has never been run on this database */
  history: AppliedMigration[] | null;
  pending: Migration[];
}

/** Reads the history and compares it with the program's migrations. Writes nothing. */
export async function readPlan(session: Session): Promise<Plan> {
  const history = await readHistory(session);
  const finished = new Set((history ?? []).filter((row) => row.state !== 'running').map((row) => row.version));
  return { history, pending: migrationsFor(session.engine).filter(({ version }) => !finished.has(version)) };
}

/** Refuses (data Problem) a database that a newer program has changed, and one whose applied migrations differ from ours. */
export function checkHistory(history: readonly AppliedMigration[], migrations: readonly Migration[]): void {
  const newest = migrations.at(-1)?.version ?? 0;
  const beyond = history.find((row) => row.version > newest);
  if (beyond !== undefined) {
    throw new Problem(
      'data',
      `The database is at version ${history.at(-1)?.version} (${history.at(-1)?.name}), this program knows only ${newest}.`,
      { hint: 'Install the newer funnels on this machine; an old one must not write to this database.' },
    );
  }
  for (const row of history) {
    const migration = migrations.find(({ version }) => version === row.version);
    if (migration === undefined || migration.checksum === row.checksum) continue;
    throw new Problem(
      'data',
      `Migration ${row.version} (${row.name}) was applied with other statements than this program has.`,
      {
        hint: `It was applied by funnels ${row.toolVersion} on ${row.host}. Use the program that matches this database.`,
      },
    );
  }
}

/**
 * Makes sure that the schema is the one this program was written for, before a command uses it. Throws a data Problem
 * that names the command to run; readers get along with a newer schema, writers do not.
 */
export async function requireSchema(session: Session, access: 'read' | 'write'): Promise<void> {
  const { history, pending } = await readPlan(session);
  if (history === null && (await hasTable(session, 'funnel_entries'))) {
    throw new Problem('data', 'The table funnel_entries is there, but not made by funnels, or not readable in full.', {
      hint: "If it is the Python service's, take it over with: funnels migrate --adopt",
    });
  }
  if (history === null) {
    throw new Problem('data', 'This database has no funnel tables made by funnels yet.', {
      hint: 'Create them with: funnels migrate',
    });
  }
  if (access === 'write') checkHistory(history, migrationsFor(session.engine));
  if (pending.length > 0) {
    const versions = pending.map(({ version }) => version).join(', ');
    const missing = pending.length === 1 ? `version ${versions} is` : `versions ${versions} are`;
    throw new Problem('data', `The database schema is not up to date: ${missing} missing.`, {
      hint: 'Bring it up to date with: funnels migrate',
    });
  }
}
