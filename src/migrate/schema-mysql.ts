import type { Session } from '../database/database.ts';
import type { ColumnSchema, IncomingReference, IndexSchema, ReferenceSchema, TableSchema } from './schema.ts';

const selectTable = `SELECT engine AS engine, table_collation AS collation FROM information_schema.tables
  WHERE table_schema = DATABASE() AND table_name = ? AND table_type = 'BASE TABLE'`;

const selectColumns = `SELECT column_name AS name, column_type AS type, is_nullable AS nullable, column_default AS fallback,
    collation_name AS collation, extra AS extra
  FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position`;

const selectIndexes = `SELECT index_name AS name, non_unique AS nonUnique, column_name AS columnName, sub_part AS subPart
  FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ?
  ORDER BY index_name, seq_in_index`;

const selectReferences = `SELECT k.constraint_name AS name, k.column_name AS columnName,
    k.referenced_table_name AS target, k.referenced_column_name AS targetColumn,
    r.update_rule AS updateRule, r.delete_rule AS deleteRule
  FROM information_schema.key_column_usage k
  JOIN information_schema.referential_constraints r
    ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
  WHERE k.table_schema = DATABASE() AND k.table_name = ? AND k.referenced_table_name IS NOT NULL
  ORDER BY k.constraint_name, k.ordinal_position`;

const selectReferencesTo = `SELECT constraint_name AS name, table_name AS \`table\`, column_name AS columnName,
    referenced_column_name AS target
  FROM information_schema.key_column_usage
  WHERE referenced_table_schema = DATABASE() AND referenced_table_name = ?
  ORDER BY constraint_name, ordinal_position`;

interface ColumnRow {
  name: string;
  type: string;
  nullable: 'YES' | 'NO';
  fallback: string | null;
  collation: string | null;
  extra: string;
}

interface ReferenceRow {
  name: string;
  columnName: string;
  target: string;
  targetColumn: string;
  updateRule: string;
  deleteRule: string;
}

/** Reads tables from information_schema; MariaDB and MySQL spell the same thing in several ways, one of which is left. */
export async function readMysqlTables(session: Session, names: readonly string[]): Promise<TableSchema[]> {
  const tables: TableSchema[] = [];
  for (const name of names) {
    const [table] = await session.query<{ engine: string | null; collation: string | null }>(selectTable, [name]);
    if (table === undefined) continue;
    const columns = await session.query<ColumnRow>(selectColumns, [name]);
    const indexes = await readIndexes(session, name);
    tables.push({
      name,
      engine: table.engine,
      collation: normalCollation(table.collation),
      columns: columns.map(toColumn),
      primaryKey: indexes.find((index) => index.name === 'PRIMARY')?.columns ?? [],
      indexes: indexes.filter((index) => index.name !== 'PRIMARY'),
      references: await readReferences(session, name),
    });
  }
  return tables;
}

function toColumn({ name, type, nullable, fallback, collation, extra }: ColumnRow): ColumnSchema {
  const isText = collation !== null;
  return {
    name: name.toLowerCase(),
    type: normalType(type),
    isNullable: nullable === 'YES',
    fallback: normalDefault(fallback, isText),
    collation: normalCollation(collation),
    isGenerated: /auto_increment/i.test(extra),
    isRenewed: /\bon update\b/i.test(extra),
  };
}

/** Without the display width of integers, which MySQL 8 leaves out and which says nothing about the values. */
function normalType(type: string): string {
  return type.toLowerCase().replace(/^((?:tiny|small|medium|big)?int)\(\d+\)/, '$1');
}

/** MariaDB gives a default as SQL ('pending', NULL, current_timestamp()), MySQL as the bare value. */
function normalDefault(text: string | null, isText: boolean): string | null {
  if (text === null || text.toUpperCase() === 'NULL') return null;
  if (/^(current_timestamp|now)(\(\))?$/i.test(text)) return 'current_timestamp';
  if (!isText) return text.replace(/^'(.*)'$/, '$1');
  return /^'.*'$/s.test(text) ? text : `'${text}'`;
}

/** MariaDB 10.6 renamed utf8 to utf8mb3. */
function normalCollation(name: string | null): string | null {
  return name?.replace(/^utf8_/, 'utf8mb3_') ?? null;
}

async function readIndexes(session: Session, table: string): Promise<IndexSchema[]> {
  const rows = await session.query<{
    name: string;
    nonUnique: number;
    columnName: string | null;
    subPart: number | null;
  }>(selectIndexes, [table]);
  const column = ({ columnName, subPart }: (typeof rows)[number]): string =>
    `${columnName?.toLowerCase() ?? '(expression)'}${subPart === null ? '' : `(${subPart})`}`;
  return [...Map.groupBy(rows, ({ name }) => name)].map(([name, parts]) => ({
    name,
    columns: parts.map(column),
    isUnique: Number(parts[0]?.nonUnique) === 0,
  }));
}

async function readReferences(session: Session, table: string): Promise<ReferenceSchema[]> {
  const rows = await session.query<ReferenceRow>(selectReferences, [table]);
  return [...Map.groupBy(rows, ({ name }) => name)].map(([name, parts]) => ({
    name,
    columns: parts.map(({ columnName }) => columnName.toLowerCase()),
    table: parts[0]?.target ?? '',
    targets: parts.map(({ targetColumn }) => targetColumn.toLowerCase()),
    actions: actionsOf(parts[0]?.updateRule ?? '', parts[0]?.deleteRule ?? ''),
  }));
}

/** The columns of this database's and other databases' foreign keys that refer to `table`. */
export async function readMysqlReferencesTo(session: Session, table: string): Promise<IncomingReference[]> {
  const rows = await session.query<IncomingReference>(selectReferencesTo, [table]);
  return rows.map((row) => ({ ...row, target: row.target.toLowerCase() }));
}

/** RESTRICT and NO ACTION are the same to InnoDB, and the default. */
function actionsOf(update: string, remove: string): string {
  const action = (word: string, rule: string): string =>
    /^(RESTRICT|NO ACTION|)$/.test(rule) ? '' : ` on ${word} ${rule.toLowerCase()}`;
  return `${action('update', update)}${action('delete', remove)}`;
}
