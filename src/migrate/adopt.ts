import type { Database, Session } from '../database/database.ts';
import { hasTable } from '../database/has-table.ts';
import { Problem } from '../errors.ts';
import { notPredecessors } from '../funnel/duplicate-table.ts';
import { compareWithPredecessor } from './adopt-differences.ts';
import { refuseUnfitRows } from './adopt-rows.ts';
import { expectedTables } from './adopt-tables.ts';
import { ensureHistory, readHistory } from './history.ts';
import { migrationsFor } from './migration.ts';
import { type Applier, recordFinish, recordStart } from './record-history.ts';
import type { SchemaDifference } from './schema-difference.ts';

/** The predecessor's tables that are in this database, and the migrations that would have made them. */
export async function predecessorTablesIn(session: Session): Promise<{ version: number; name: string }[]> {
  const present: { version: number; name: string }[] = [];
  for (const { version, name } of expectedTables[session.engine]) {
    if (await hasTable(session, name)) present.push({ version, name });
  }
  return present;
}

/**
 * Refuses (data Problem) tables that cannot be the predecessor's, or that cannot be taken over as they are, and entries
 * that do not fit into our columns. An outbox may be missing: the first versions of the predecessor had none. Returns
 * how the tables differ from ours.
 */
export async function checkPredecessorTables(
  session: Session,
  tables: readonly { name: string }[],
): Promise<SchemaDifference[]> {
  const names = tables.map(({ name }) => name);
  const differences = await compareWithPredecessor(session);
  const missing = differences
    .filter(({ object, found }) => found === null && (object.includes('.') || object === 'funnel_entries'))
    .map(({ object }) => object);
  if (missing.length > 0) {
    throw notPredecessors(names, missing);
  }
  const obstacles = differences.filter(({ isObstacle }) => isObstacle);
  if (obstacles.length > 0) {
    const list = obstacles.map(({ object, found, action }) => `${object}, ${found}: ${action}`).join('. ');
    throw new Problem('data', `The tables cannot be taken over as they are; nothing was changed. ${list}.`, {
      hint: 'Change that, then run this again.',
    });
  }
  await refuseUnfitRows(session, names);
  return differences;
}

/** Records the migrations whose tables are there already, all or none of them. Changes no table. */
export async function recordAdopted(database: Database, versions: readonly number[], applier: Applier): Promise<void> {
  await database.transaction(async (session) => {
    await ensureHistory(session);
    const recorded = new Set((await readHistory(session))?.map(({ version }) => version));
    for (const migration of migrationsFor(database.engine)) {
      if (!versions.includes(migration.version) || recorded.has(migration.version)) continue;
      await recordStart(session, migration, applier);
      await recordFinish(session, migration, 'adopted');
    }
  });
}
