import type { Session } from '../database/database.ts';
import { hasColumn } from '../database/has-column.ts';
import { hasTable } from '../database/has-table.ts';
import { Problem } from '../errors.ts';
import { type Drift, findDrift } from './drift.ts';
import { hasOurColumns, hiddenHistory } from './hidden-history.ts';
import { type AppliedMigration, readHistory } from './history.ts';
import { type Migration, migrationsFor } from './migration.ts';

/** What is in a database and what is still to do. */
export interface Plan {
  /** null: funnels has never been run on this database */
  history: AppliedMigration[] | null;
  pending: Migration[];
}

/**
 * Reads the history and compares it with the program's migrations, up to `to` if that is given. Writes nothing. Throws a
 * usage Problem for a version that does not exist or lies below what the database has, and a data Problem when there
 * has to be a history that this account cannot see.
 */
export async function readPlan(session: Session, to?: number): Promise<Plan> {
  const history = await readVisibleHistory(session);
  const migrations = migrationsFor(session.engine);
  if (to !== undefined) checkTarget(to, migrations, history ?? []);
  const finished = new Set((history ?? []).filter((row) => row.state !== 'running').map((row) => row.version));
  const isPending = ({ version }: Migration): boolean => !finished.has(version) && version <= (to ?? version);
  return { history, pending: migrations.filter(isPending) };
}

/** The history, null only when funnels has never been run on this database; else a data Problem when it is hidden. */
export async function readVisibleHistory(session: Session): Promise<AppliedMigration[] | null> {
  const history = await readHistory(session);
  if (history !== null || !(await hasOurColumns(session))) return history;
  // Another migrator may have made all of it since.
  const since = await readHistory(session);
  if (since === null) throw hiddenHistory(session);
  return since;
}

/** Refuses (usage Problem) a version to stop at that this program does not have or that the database has passed. */
export function checkTarget(
  to: number,
  migrations: readonly Migration[],
  taken: readonly Pick<AppliedMigration, 'version'>[],
): void {
  const newest = migrations.at(-1)?.version ?? 0;
  if (!migrations.some(({ version }) => version === to)) {
    throw new Problem('usage', `There is no migration ${to}: this program has 1 to ${newest}.`, {
      hint: 'List them with: funnels migrate status',
    });
  }
  const reached = Math.max(0, ...taken.map(({ version }) => version));
  if (to >= reached) return;
  throw new Problem('usage', `The database is at version ${reached} already, and no migration can be taken back.`, {
    hint: `To return to version ${to}, restore a backup of that time together with the program of that time.`,
  });
}

/** Refuses (data Problem) a database that a newer program has changed. */
export function checkKnown(history: readonly AppliedMigration[], migrations: readonly Migration[]): void {
  const newest = migrations.at(-1)?.version ?? 0;
  const last = history.at(-1);
  if (last === undefined || last.version <= newest) return;
  throw new Problem(
    'data',
    `The database is at version ${last.version} (${last.name}), this program knows only ${newest}.`,
    { hint: 'Install the newer funnels on this machine; an old one must not write to this database.' },
  );
}

/**
 * Refuses (data Problem) a database that a newer program has changed, and one whose applied migrations differ from ours;
 * `showDifference` puts the lines that differ into the message.
 */
export function checkHistory(
  history: readonly AppliedMigration[],
  migrations: readonly Migration[],
  { showDifference = false } = {},
): void {
  checkKnown(history, migrations);
  const [drift, ...more] = findDrift(history, migrations);
  if (drift === undefined) return;
  const { version, name, toolVersion, host } = drift;
  const others = more.length === 0 ? '' : ` So were ${more.length} more.`;
  const message = `Migration ${version} (${name}) was applied with other statements than this program has.${others}`;
  const accept = 'or, if the difference does no harm, accept it with: funnels migrate repair';
  throw new Problem('data', showDifference ? `${message}\n${excerptOf(drift)}` : message, {
    hint: `It was applied by funnels ${toolVersion} on ${host}. Use the program that matches this database, ${accept}`,
  });
}

const longestExcerpt = 20;

/** The first lines that differ; all of them are shown by `migrate status --verbose`. */
function excerptOf({ difference }: Drift): string {
  const changed = difference.filter((line) => !line.startsWith('  '));
  if (changed.length === 0) return '(Only the recorded checksum differs.)';
  const left = changed.length - longestExcerpt;
  const rest = left > 0 ? [`… ${left} more lines, see: funnels migrate status --verbose`] : [];
  return ['(- applied, + in this program)', ...changed.slice(0, longestExcerpt), ...rest].join('\n');
}

/** The columns of the predecessor's entries, all that a report of its table needs. */
const reportedColumns = [
  'id',
  'email',
  'funnel_type',
  'entered_at',
  'certificate_purchased',
  'certificate_purchased_at',
];

/**
 * Makes sure that a report can be made: as `requireSchema` for readers, but of the predecessor's table too before it is
 * taken over, so that figures can be compared. Returns whose table it is.
 */
export async function requireEntries(session: Session): Promise<'ours' | 'predecessor'> {
  const { history } = await readPlan(session);
  if (history === null && (await hasColumns(session, reportedColumns))) return 'predecessor';
  await requireSchema(session, 'read');
  return 'ours';
}

async function hasColumns(session: Session, columns: readonly string[]): Promise<boolean> {
  for (const column of columns) if (!(await hasColumn(session, 'funnel_entries', column))) return false;
  return true;
}

/**
 * Makes sure that the schema is the one this program was written for, before a command uses it. Throws a data Problem
 * that names the command to run; readers get along with a newer schema, writers do not.
 */
export async function requireSchema(session: Session, access: 'read' | 'write'): Promise<void> {
  const { history, pending } = await readPlan(session);
  if (history === null && (await hasTable(session, 'funnel_entries'))) {
    throw new Problem('data', 'The table funnel_entries is there, but not made by funnels.', {
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
