import type { Engine, Session, Statement } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { anotherForm, isOfAnotherForm } from './history.ts';
import type { Migration } from './migration.ts';

/** A table, view or index that is in this database. */
interface Taken {
  name: string;
  /** what it is, in the words of people */
  kind: string;
  /** the table that it belongs to: an index's, else itself */
  owner: string;
}

const selectNames: Statement = {
  mysql: `SELECT table_name AS name, LOWER(REPLACE(table_type, 'BASE TABLE', 'table')) AS kind, table_name AS owner
    FROM information_schema.tables WHERE table_schema = DATABASE()`,
  // Here tables and indexes share their names.
  sqlite: `SELECT name, type AS kind, tbl_name AS owner FROM sqlite_master WHERE type IN ('table', 'view', 'index')`,
};

const noEvidence = 'SELECT entry_id, entered_at FROM funnel_removed_duplicates WHERE 1 = 0';

/**
 * Everything in this database that has a name, but for the table that the script of find-duplicates may have made, which the
 * migration that would make it leaves as it is. To be read before the history: what others make meanwhile is in that.
 */
export async function readNames(session: Session): Promise<Taken[]> {
  const names = await session.query<Taken>(selectNames);
  const evidence = names.find(({ name, kind }) => name === 'funnel_removed_duplicates' && kind === 'table');
  if (evidence === undefined) return names;
  const isOurs = await session.query(noEvidence).then(
    () => true,
    (error: unknown) => {
      if (isOfAnotherForm(error)) return false;
      throw error;
    },
  );
  return isOurs ? names.filter(({ owner }) => owner !== evidence.name) : names;
}

/**
 * Refuses (data Problem, by their names) what has the name of something that these migrations, none of them begun yet,
 * will make: it was made by somebody else, and would stop them half-way.
 */
export function refuseTakenNames(engine: Engine, names: readonly Taken[], migrations: readonly Migration[]): void {
  const tables = migrations.flatMap((one) => madeBy(one, /^CREATE TABLE (?:IF NOT EXISTS )?(\w+)/i));
  const indexes =
    engine === 'sqlite' ? migrations.flatMap((one) => madeBy(one, /^CREATE (?:UNIQUE )?INDEX (\w+)/i)) : [];
  const taken = names.flatMap(({ name, kind, owner }) => {
    const same = (made: { name: string }): boolean => made.name === name.toLowerCase();
    // An index of the tables themselves is compared with ours when they are taken over.
    const isElsewhere = kind !== 'index' || !/^(?:funnel_entries|brevo_sync_outbox)$/i.test(owner);
    const made = [...tables, ...(isElsewhere ? indexes : [])].find(same);
    return made === undefined ? [] : [`${name} (a ${kind}; migration ${made.version} makes one of that name)`];
  });
  if (taken.length > 0) refuse(taken);
}

function madeBy({ version, statements }: Migration, pattern: RegExp): { version: number; name: string }[] {
  return statements.flatMap((statement) => {
    const name = pattern.exec(statement)?.[1];
    return name === undefined ? [] : [{ version, name: name.toLowerCase() }];
  });
}

const hint = 'Rename or drop that, or give funnels a database of its own; then run this again.';

function refuse(taken: readonly string[]): never {
  const what = `Not made by funnels, but in the way of its migrations: ${taken.join(', ')}. Nothing was changed.`;
  throw new Problem('data', what, {
    hint: 'Rename or drop that, or give funnels a database of its own; then run this again.',
  });
}

const probeLock = 'SELECT owner, expires_at FROM funnels_migration_lock WHERE id = 0';

/** Refuses (data Problem) what has the name of the lock's table and is another. Reads only. */
export async function refuseForeignLock(session: Session, names: readonly Taken[]): Promise<void> {
  if (!names.some(({ name }) => name === 'funnels_migration_lock')) return;
  await session.query(probeLock).catch((error: unknown) => {
    throw isOfAnotherForm(error) ? new Problem('data', anotherForm('funnels_migration_lock'), { hint }) : error;
  });
}
