import type { Session, Statement } from './database.ts';

const tableExists: Statement = {
  mysql: `SELECT COUNT(*) AS found FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?`,
  sqlite: `SELECT COUNT(*) AS found FROM sqlite_master WHERE type IN ('table', 'view') AND name = ?`,
};

/** Whether the connected schema has a table, or a view, of that name. */
export async function hasTable(session: Session, name: string): Promise<boolean> {
  const [row] = await session.query<{ found: number }>(tableExists, [name]);
  return row !== undefined && row.found > 0;
}
