import type { Session } from '../database/database.ts';
import { readMysqlReferencesTo, readMysqlTables } from './schema-mysql.ts';
import { readSqliteTables } from './schema-sqlite.ts';

/** A column; `type` in lower case without display widths, `fallback` its default as SQL, null for none. */
export interface ColumnSchema {
  name: string;
  type: string;
  isNullable: boolean;
  fallback: string | null;
  /** of text columns on MySQL, else null */
  collation: string | null;
  isGenerated: boolean;
  /** every UPDATE of a row sets it to the time of that, unless the statement names it (MySQL) */
  isRenewed: boolean;
}

export interface IndexSchema {
  name: string;
  columns: string[];
  isUnique: boolean;
}

export interface ReferenceSchema {
  name: string;
  columns: string[];
  table: string;
  targets: string[];
  /** ` on delete cascade` and the like; empty when the server refuses such changes */
  actions: string;
}

/** One column of a foreign key that refers to a column of ours. */
export interface IncomingReference {
  name: string;
  /** the table that refers, and its column */
  table: string;
  columnName: string;
  /** the column it refers to */
  target: string;
}

/** What a table really is, the same for every server that means the same by it. */
export interface TableSchema {
  name: string;
  /** storage engine and default collation on MySQL, else null */
  engine: string | null;
  collation: string | null;
  columns: ColumnSchema[];
  primaryKey: string[];
  /** by name */
  indexes: IndexSchema[];
  /** by name */
  references: ReferenceSchema[];
}

/** The foreign keys, of whatever table, that refer to this one; none on SQLite, where no change of ours minds them. */
export function readReferencesTo(session: Session, table: string): Promise<IncomingReference[]> {
  return session.engine === 'mysql' ? readMysqlReferencesTo(session, table) : Promise.resolve([]);
}

/** The tables of those names that are in this database, in that order. Reads only. */
export function readSchema(session: Session, names: readonly string[]): Promise<TableSchema[]> {
  return session.engine === 'mysql' ? readMysqlTables(session, names) : readSqliteTables(session, names);
}

/** A column as one line says it: `varchar(255) utf8mb4_bin not null`. */
export function describeColumn(column: ColumnSchema): string {
  const { type, collation, isNullable, fallback, isGenerated, isRenewed } = column;
  return [
    type,
    ...(collation === null ? [] : [collation]),
    ...(isNullable ? [] : ['not null']),
    ...(fallback === null ? [] : [`default ${fallback}`]),
    ...(isGenerated ? ['auto_increment'] : []),
    ...(isRenewed ? ['on update current_timestamp'] : []),
  ].join(' ');
}

export function describeIndex({ isUnique, columns }: IndexSchema): string {
  return `${isUnique ? 'unique' : 'index'} (${columns.join(', ')})`;
}

export function describeReference({ columns, table, targets, actions }: ReferenceSchema): string {
  return `(${columns.join(', ')}) references ${table} (${targets.join(', ')})${actions}`;
}

/** The tables as text for people, one fact per line. */
export function schemaText(tables: readonly TableSchema[]): string {
  return `${tables.map(tableText).join('\n\n')}\n`;
}

function tableText({ name, engine, collation, columns, primaryKey, indexes, references }: TableSchema): string {
  const width = Math.max(...columns.map((column) => column.name.length));
  return [
    [name, ...(engine === null ? [] : [engine]), ...(collation === null ? [] : [collation])].join('  '),
    ...columns.map((column) => `  ${column.name.padEnd(width)}  ${describeColumn(column)}`),
    `  primary key (${primaryKey.join(', ')})`,
    ...indexes.map((index) => `  ${index.isUnique ? 'unique' : 'index'} ${index.name} (${index.columns.join(', ')})`),
    ...references.map((reference) =>
      `  foreign key ${reference.name} ${describeReference(reference)}`.replace('  foreign key  ', '  foreign key '),
    ),
  ].join('\n');
}
