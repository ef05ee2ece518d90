import type { Session } from '../database/database.ts';

const tableSize = `SELECT table_rows AS rowCount, data_length + index_length AS byteCount
  FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?`;

/** How big a MySQL table is, roughly: InnoDB estimates both. Null when it is not there. */
export async function sizeOf(session: Session, table: string): Promise<{ rows: number; bytes: number } | null> {
  const [size] = await session.query<{ rowCount: number | null; byteCount: number | null }>(tableSize, [table]);
  return size === undefined ? null : { rows: Number(size.rowCount ?? 0), bytes: Number(size.byteCount ?? 0) };
}
