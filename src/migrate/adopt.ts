import type { Database, Id, Session, Statement } from '../database/database.ts';
import { hasTable } from '../database/has-table.ts';
import { Problem } from '../errors.ts';
import { type Applier, ensureHistory, readHistory, recordFinish, recordStart } from './history.ts';
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

/**
 * Refuses (data Problem) tables that lack a column the guide names, and one table without the other: they are somebody
 * else's. Refuses entries that do not fit into our columns.
 */
export async function checkPredecessorTables(session: Session, tables: readonly PredecessorTable[]): Promise<void> {
  const names = tables.map(({ name }) => name);
  const missing = predecessorTables.map(({ name }) => name).filter((name) => !names.includes(name));
  for (const { name, columns } of tables) {
    const rows = await session.query<{ name: string }>(columnNames, [name]);
    const present = new Set(rows.map((row) => row.name.toLowerCase()));
    missing.push(...columns.filter((column) => !present.has(column)).map((column) => `${name}.${column}`));
  }
  if (missing.length > 0) {
    const verb = missing.length === 1 ? 'is' : 'are';
    throw new Problem(
      'data',
      `${names.join(' and ')} cannot be the predecessor's: ${missing.join(', ')} ${verb} missing.`,
      {
        hint: 'Check database.url, or rename the tables that are in the way.',
      },
    );
  }
  await refuseUnfitEntries(session);
}

const unfit = (length: string): string => `SELECT COUNT(*) AS found, MIN(id) AS lowestId FROM funnel_entries
  WHERE email IS NULL OR funnel_type IS NULL OR entered_at IS NULL OR certificate_purchased IS NULL
    OR ${length}(email) > 255 OR ${length}(funnel_type) > 32`;

const countUnfit: Statement = { mysql: unfit('CHAR_LENGTH'), sqlite: unfit('LENGTH') };

async function refuseUnfitEntries(session: Session): Promise<void> {
  const [answer] = await session.query<{ found: number; lowestId: Id | null }>(countUnfit);
  if (answer === undefined || answer.found === 0) return;
  throw new Problem(
    'data',
    `funnel_entries holds ${answer.found} entries that cannot be taken over (the first has id ${answer.lowestId}); nothing was changed.`,
    {
      hint: 'email (255 characters at most), funnel_type (32), entered_at and certificate_purchased must be filled in: mend or delete them.',
    },
  );
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
