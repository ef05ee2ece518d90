import type { Database } from '../database/database.ts';
import { recordAdopted } from './adopt.ts';
import { uniqueColumns, uniqueKeyName } from './adopt-tables.ts';
import { uniqueKeyVersion } from './explain-failure.ts';
import { foldStoredAddresses } from './fold-addresses.ts';
import type { Applier } from './record-history.ts';
import { readSchema } from './schema.ts';

/** The migration that makes the outbox, whose jobs refer to entries by a BIGINT. */
const outboxVersion = 2;

const makeReferable = `ALTER TABLE funnel_entries
  ENGINE = InnoDB, ROW_FORMAT = DYNAMIC, MODIFY id BIGINT NOT NULL AUTO_INCREMENT`;

/**
 * Does before a migration what no statement in its file can do, because it depends on what is there. All of it can be
 * repeated after a kill. Returns how many addresses it changed, and which migrations turned out to be done by that.
 */
export async function prepareFor(
  database: Database,
  version: number,
  applier: Applier,
): Promise<{ addressesChanged: number; adopted: number[] }> {
  if (version === outboxVersion && database.engine === 'mysql') await makeEntriesReferable(database);
  if (version !== uniqueKeyVersion) return { addressesChanged: 0, adopted: [] };
  const addressesChanged = await foldStoredAddresses(database);
  const isReused = database.engine === 'mysql' && (await reuseUniqueKey(database, applier));
  return { addressesChanged, adopted: isReused ? [version] : [] };
}

/** The predecessor's entries without an outbox: a foreign key takes neither INT ids nor a table of another engine. */
async function makeEntriesReferable(database: Database): Promise<void> {
  const [entries] = await readSchema(database, ['funnel_entries']);
  const id = entries?.columns.find(({ name }) => name === 'id');
  if (entries?.engine === 'InnoDB' && id?.type === 'bigint') return;
  await database.define(makeReferable);
}

/** An equal unique key is given our name, in an instant, instead of building a second one; migration 4 is then done. */
async function reuseUniqueKey(database: Database, applier: Applier): Promise<boolean> {
  const [entries] = await readSchema(database, ['funnel_entries']);
  const equal = entries?.indexes.filter(({ isUnique, columns }) => isUnique && columns.join() === uniqueColumns.join());
  const key = equal?.find(({ name }) => name === uniqueKeyName) ?? equal?.[0];
  if (key === undefined) return false;
  if (key.name !== uniqueKeyName) {
    const name = key.name.replaceAll('`', '``');
    await database.define(`ALTER TABLE funnel_entries RENAME INDEX \`${name}\` TO ${uniqueKeyName}`);
  }
  await recordAdopted(database, [uniqueKeyVersion], applier);
  return true;
}
