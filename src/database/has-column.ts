import type { Session, Statement } from './database.ts';

const columnExists: Statement = {
  mysql: `SELECT COUNT(*) AS found FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?`,
  sqlite: 'SELECT COUNT(*) AS found FROM pragma_table_info(?) WHERE name = ?',
};

/** Whether a table of the connected schema has a column of that name that this account can see. */
export async function hasColumn(session: Session, table: string, column: string): Promise<boolean> {
  const [row] = await session.query<{ found: number }>(columnExists, [table, column]);
  return row !== undefined && row.found > 0;
}
