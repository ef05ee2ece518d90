import type { Session } from '../database/database.ts';
import type { ColumnSchema, IndexSchema, ReferenceSchema, TableSchema } from './schema.ts';

const selectTable = `SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?`;

const selectColumns = `SELECT name, type, "notnull" AS isRequired, dflt_value AS fallback, pk AS keyPosition
  FROM pragma_table_info(?) ORDER BY cid`;

const selectIndexes = `SELECT l.name AS name, l."unique" AS isUnique, l.origin AS origin, l.partial AS isPartial,
    i.name AS columnName
  FROM pragma_index_list(?) l JOIN pragma_index_info(l.name) i ORDER BY l.name, i.seqno`;

const selectReferences = `SELECT id, "from" AS columnName, "table" AS target, "to" AS targetColumn,
    on_update AS updateRule, on_delete AS deleteRule
  FROM pragma_foreign_key_list(?) ORDER BY id, seq`;

interface ColumnRow {
  name: string;
  type: string;
  isRequired: number;
  fallback: string | null;
  keyPosition: number;
}

/** Reads tables through the engine's pragmas. */
export async function readSqliteTables(session: Session, names: readonly string[]): Promise<TableSchema[]> {
  const tables: TableSchema[] = [];
  for (const name of names) {
    const [made] = await session.query<{ sql: string }>(selectTable, [name]);
    if (made === undefined) continue;
    const columns = await session.query<ColumnRow>(selectColumns, [name]);
    const key = columns.filter(({ keyPosition }) => keyPosition > 0).sort((a, b) => a.keyPosition - b.keyPosition);
    const isGenerated = /\bAUTOINCREMENT\b/i.test(made.sql);
    tables.push({
      name,
      engine: null,
      collation: null,
      columns: columns.map((column) => toColumn(column, isGenerated)),
      primaryKey: key.map((column) => column.name.toLowerCase()),
      indexes: await readIndexes(session, name),
      references: await readReferences(session, name),
    });
  }
  return tables;
}

function toColumn({ name, type, isRequired, fallback, keyPosition }: ColumnRow, isGenerated: boolean): ColumnSchema {
  return {
    name: name.toLowerCase(),
    type: type.toLowerCase(),
    // A primary key needs no NOT NULL to be one.
    isNullable: isRequired === 0 && keyPosition === 0,
    fallback: /^null$/i.test(fallback ?? '')
      ? null
      : (fallback?.replace(/^CURRENT_TIMESTAMP$/i, 'current_timestamp') ?? null),
    collation: null,
    isGenerated: isGenerated && keyPosition > 0,
    isRenewed: false,
  };
}

async function readIndexes(session: Session, table: string): Promise<IndexSchema[]> {
  const rows = await session.query<{
    name: string;
    isUnique: number;
    origin: 'c' | 'u' | 'pk';
    isPartial: number;
    columnName: string | null;
  }>(selectIndexes, [table]);
  const own = rows.filter(({ origin }) => origin !== 'pk');
  return [...Map.groupBy(own, ({ name }) => name)].map(([name, parts]) => ({
    name,
    columns: parts.map(({ columnName }) => columnName?.toLowerCase() ?? '(expression)'),
    isUnique: parts[0]?.isUnique === 1 && parts[0].isPartial === 0,
  }));
}

async function readReferences(session: Session, table: string): Promise<ReferenceSchema[]> {
  const rows = await session.query<{
    id: number;
    columnName: string;
    target: string;
    targetColumn: string;
    updateRule: string;
    deleteRule: string;
  }>(selectReferences, [table]);
  const action = (word: string, rule = ''): string =>
    /^(RESTRICT|NO ACTION|)$/.test(rule) ? '' : ` on ${word} ${rule.toLowerCase()}`;
  return [...Map.groupBy(rows, ({ id }) => id).values()].map((parts) => ({
    name: '',
    columns: parts.map(({ columnName }) => columnName.toLowerCase()),
    table: parts[0]?.target ?? '',
    targets: parts.map(({ targetColumn }) => targetColumn.toLowerCase()),
    actions: `${action('update', parts[0]?.updateRule)}${action('delete', parts[0]?.deleteRule)}`,
  }));
}
