import type { Database, Id } from '../database/database.ts';
import { recordAdopted } from './adopt.ts';
import { uniqueColumns, uniqueKeyName } from './adopt-tables.ts';
import { explainFailure, uniqueKeyVersion } from './explain-failure.ts';
import { foldStoredAddresses } from './fold-addresses.ts';
import type { MigrationLock } from './lock.ts';
import type { Migration } from './migration.ts';
import type { MigrateOptions } from './options.ts';
import { rememberDeletedEntries } from './remember-deleted-entries.ts';
import { runStatement } from './run-statement.ts';
import { readSchema } from './schema.ts';

/** The migration that makes the outbox, whose jobs refer to entries by a BIGINT. */
const outboxVersion = 2;

/** The migration that makes the table of removed duplicates, where no script has made it before. */
const coverageVersion = 16;

const makeReferable = `ALTER TABLE funnel_entries
  ENGINE = InnoDB, ROW_FORMAT = DYNAMIC, MODIFY id BIGINT NOT NULL AUTO_INCREMENT`;

/** The highest id that only jobs still know; none where entries have higher ones. */
const deletedIds = `SELECT MAX(o.funnel_entry_id) AS highest FROM brevo_sync_outbox o
  WHERE o.funnel_entry_id > (SELECT COALESCE(MAX(e.id), 0) FROM funnel_entries e)`;

/** Which migration is prepared, and how. */
interface Preparation {
  database: Database;
  migration: Migration;
  lock: MigrationLock;
  options: MigrateOptions;
}

/** What was done before a migration; stopped by the signal, it is to be continued. */
interface Prepared {
  outcome: 'done' | 'stopped';
  addressesChanged: number;
  /** migrations that turned out to be done by that */
  adopted: number[];
}

/**
 * Does before a migration what no statement in its file can do, because it depends on what is there. All of it can be
 * repeated after a kill.
 */
export async function prepareFor(preparation: Preparation): Promise<Prepared> {
  const { database, migration, lock, options } = preparation;
  const { version } = migration;
  const nothing: Prepared = { outcome: 'done', addressesChanged: 0, adopted: [] };
  if (version === outboxVersion && database.engine === 'mysql') {
    return { ...nothing, outcome: await makeEntriesReferable(preparation) };
  }
  if (version === coverageVersion) {
    const outcome = await rememberDeletedEntries(database, { lock, signal: options.signal });
    return { ...nothing, outcome: outcome === 'stopped' ? outcome : await leaveDeletedIds(preparation) };
  }
  if (version !== uniqueKeyVersion) return nothing;
  const { changed, outcome } = await foldStoredAddresses(database, { lock, signal: options.signal }).catch(
    async (error: unknown) => {
      throw await explainFailure(error, migration, lock, 'UPDATE funnel_entries SET email = its normal form');
    },
  );
  const folded = { ...nothing, outcome, addressesChanged: changed };
  return outcome === 'stopped' || database.engine === 'sqlite' ? folded : reuseUniqueKey(preparation, folded);
}

/** The predecessor's entries without an outbox: a foreign key takes neither INT ids nor a table of another engine. */
async function makeEntriesReferable(preparation: Preparation): Promise<'done' | 'stopped'> {
  const [entries] = await readSchema(preparation.database, ['funnel_entries']);
  const id = entries?.columns.find(({ name }) => name === 'id');
  if (entries?.engine === 'InnoDB' && id?.type === 'bigint') return 'done';
  return alter(preparation, makeReferable);
}

/**
 * Jobs of deleted entries keep their ids. A table that was copied or restored may count on from its highest row, and
 * would give them to other people, whose entries would then seem to have their jobs already.
 */
async function leaveDeletedIds(preparation: Preparation): Promise<'done' | 'stopped'> {
  const { database } = preparation;
  const [row] = await database.query<{ highest: Id | null }>(deletedIds);
  const highest = row?.highest ?? null;
  if (highest === null) return 'done';
  if (database.engine === 'mysql') {
    return alter(preparation, `ALTER TABLE funnel_entries AUTO_INCREMENT = ${BigInt(highest) + 1n}`);
  }
  await database.transaction(async (session) => {
    await session.execute("DELETE FROM sqlite_sequence WHERE name = 'funnel_entries'");
    await session.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('funnel_entries', ?)", [highest]);
  });
  return 'done';
}

/** An equal unique key is given our name, in an instant, instead of building a second one; migration 4 is then done. */
async function reuseUniqueKey(preparation: Preparation, folded: Prepared): Promise<Prepared> {
  const { database, options } = preparation;
  const [entries] = await readSchema(database, ['funnel_entries']);
  const equal = entries?.indexes.filter(({ isUnique, columns }) => isUnique && columns.join() === uniqueColumns.join());
  const key = equal?.find(({ name }) => name === uniqueKeyName) ?? equal?.[0];
  if (key === undefined) return folded;
  if (key.name !== uniqueKeyName) {
    const name = key.name.replaceAll('`', '``');
    const rename = `ALTER TABLE funnel_entries RENAME INDEX \`${name}\` TO ${uniqueKeyName}`;
    if ((await alter(preparation, rename)) === 'stopped') return { ...folded, outcome: 'stopped' };
  }
  await recordAdopted(database, [uniqueKeyVersion], options.applier);
  return { ...folded, adopted: [uniqueKeyVersion] };
}

/** Waits for the table, and is announced, as the statements of a migration are. */
async function alter(
  { database, migration, lock, options }: Preparation,
  statement: string,
): Promise<'done' | 'stopped'> {
  const { version, statements } = migration;
  const place = { version, number: 0, total: statements.length };
  try {
    return await runStatement(database, statement, {
      lock,
      lockWaitSeconds: options.lockWaitSeconds,
      signal: options.signal,
      onBlocked: options.onBlocked,
      onStatement: (start) => options.onStatement?.({ ...start, ...place }),
    });
  } catch (error) {
    throw await explainFailure(error, migration, lock, statement);
  }
}
