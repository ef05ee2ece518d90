import type { Database, Session, Statement } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { type Applier, ensureHistory, hasTable, recordFinish, recordStart } from './history.ts';
import { migrationsFor } from './migration.ts';

interface PredecessorTable {
  /** the migration that would have made it */
  version: number;
  name: string;
  /** the columns the analytics guide names, 1 and 2 */
  columns: readonly string[];
}

const predecessorTables: readonly PredecessorTable[] = [
  {
    version: 1,
    name: 'funnel_entries',
    columns: [
      'id',
      'email',
      'funnel_type',
      'user_id',
      'test_id',
      'entered_at',
      'certificate_purchased',
      'certificate_purchased_at',
    ],
  },
  {
    version: 2,
    name: 'brevo_sync_outbox',
    columns: [
      'id',
      'funnel_entry_id',
      'operation_type',
      'payload',
      'status',
      'retry_count',
      'last_error',
      'next_attempt_at',
      'created_at',
      'updated_at',
    ],
  },
];

const columnNames: Statement = {
  mysql: `SELECT column_name AS name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = ?`,
  sqlite: `SELECT name FROM pragma_table_info(?)`,
};

/** The predecessor's tables that are in this database. */
export async function predecessorTablesIn(session: Session): Promise<PredecessorTable[]> {
  const present: PredecessorTable[] = [];
  for (const table of predecessorTables) if (await hasTable(session, table.name)) present.push(table);
  return present;
}

/** Refuses (data Problem) tables that lack columns the guide names: they are somebody else's. */
export async function checkPredecessorTables(session: Session, tables: readonly PredecessorTable[]): Promise<void> {
  const missing: string[] = [];
  for (const { name, columns } of tables) {
    const rows = await session.query<{ name: string }>(columnNames, [name]);
    const present = new Set(rows.map((row) => row.name.toLowerCase()));
    missing.push(...columns.filter((column) => !present.has(column)).map((column) => `${name}.${column}`));
  }
  if (missing.length === 0) return;
  throw new Problem('data', `These tables are not the predecessor's: ${missing.join(', ')} is missing.`, {
    hint: 'Check database.url, or rename the tables that are in the way.',
  });
}

/** Records the migrations whose tables are there already. Changes no table. */
export async function recordAdopted(database: Database, versions: readonly number[], applier: Applier): Promise<void> {
  await database.transaction(async (session) => {
    await ensureHistory(session);
    for (const migration of migrationsFor(database.engine)) {
      if (!versions.includes(migration.version)) continue;
      await recordStart(session, migration, applier);
      await recordFinish(session, migration, 'adopted');
    }
  });
}
