import type { Session } from '../database/database.ts';
import { hasTable } from '../database/has-table.ts';

const columnExists = `SELECT COUNT(*) AS found FROM information_schema.columns
  WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?`;

const indexExists = `SELECT COUNT(*) AS found FROM information_schema.statistics
  WHERE table_schema = DATABASE() AND table_name = ? AND index_name = ?`;

async function found(session: Session, question: string, names: string[]): Promise<boolean> {
  const [row] = await session.query<{ found: number }>(question, names);
  return row !== undefined && row.found > 0;
}

/**
 * Whether a MySQL migration statement has already taken effect. A client that dies during DDL never learns how it
 * ended, and the server may well have finished it, so the schema itself is asked. MODIFY and UPDATE statements of our
 * migrations can simply be run again: for them, and for everything else, the answer is false.
 */
export async function hasTakenEffect(session: Session, statement: string): Promise<boolean> {
  const text = statement.replace(/\s+/g, ' ');
  const [, created] = /^CREATE TABLE (\w+)/i.exec(text) ?? [];
  if (created !== undefined) return hasTable(session, created);
  const [, shrunk, dropped] = /^ALTER TABLE (\w+) DROP COLUMN (\w+)/i.exec(text) ?? [];
  if (shrunk !== undefined && dropped !== undefined) return !(await found(session, columnExists, [shrunk, dropped]));
  const [, table, kind, name] = /^ALTER TABLE (\w+) ADD (COLUMN|UNIQUE KEY|KEY) (\w+)/i.exec(text) ?? [];
  if (table === undefined || kind === undefined || name === undefined) return false;
  return found(session, kind.toUpperCase() === 'COLUMN' ? columnExists : indexExists, [table, name]);
}
