import type { Engine, Session } from '../database/database.ts';
import { compareEntries } from './adopt-jobs.ts';
import { findObstacles } from './adopt-obstacles.ts';
import { compareStatuses } from './adopt-statuses.ts';
import { type ExpectedTable, expectedTables, uniqueColumns, uniqueKeyName } from './adopt-tables.ts';
import { uniqueKeyVersion } from './explain-failure.ts';
import { migrationsFor } from './migration.ts';
import {
  type ColumnSchema,
  describeColumn,
  describeIndex,
  describeReference,
  type IncomingReference,
  type IndexSchema,
  readReferencesTo,
  readSchema,
  type TableSchema,
} from './schema.ts';
import type { SchemaDifference } from './schema-difference.ts';

/** All that sets the predecessor's tables apart from ours, in the order of tables and columns. Reads only. */
export async function compareWithPredecessor(session: Session): Promise<SchemaDifference[]> {
  const { engine } = session;
  const expected = expectedTables[engine];
  const found = await readSchema(session, [...expected.map(({ name }) => name), 'alembic_version']);
  const outboxIsMissing = !found.some(({ name }) => name === 'brevo_sync_outbox');
  const differences: SchemaDifference[] = [];
  for (const table of expected) {
    const { isTable, obstacles } = await findObstacles(session, table);
    differences.push(...obstacles);
    if (!isTable) continue;
    const real = found.find(({ name }) => name === table.name);
    if (real === undefined) {
      differences.push(difference(table.name, null, 'a table', `created by migration ${table.version}`));
      continue;
    }
    differences.push(...compareTable(engine, real, table, outboxIsMissing));
    const references = await readReferencesTo(session, table.name);
    differences.push(...references.flatMap((one) => compareIncoming(one, real, table, outboxIsMissing)));
  }
  if (found.some(hasStatuses)) differences.push(...(await compareStatuses(session)));
  if (haveEntries(found)) differences.push(...(await compareEntries(session)));
  const alembic = found.some(({ name }) => name === 'alembic_version');
  return alembic ? [...differences, difference('alembic_version', 'a table', null, 'left untouched')] : differences;
}

/** Whether the outbox is there and has what its jobs' statuses are read from. */
function hasStatuses({ name, columns }: TableSchema): boolean {
  return name === 'brevo_sync_outbox' && columns.some((column) => column.name === 'status');
}

/** Whether the outbox and the entries are there, with the columns that tell which job belongs to which entry. */
function haveEntries(found: readonly TableSchema[]): boolean {
  const has = (table: string, ...names: string[]): boolean =>
    found.some(
      ({ name, columns }) => name === table && names.every((one) => columns.some((column) => column.name === one)),
    );
  return has('brevo_sync_outbox', 'id', 'status', 'funnel_entry_id') && has('funnel_entries', 'id');
}

function difference(object: string, found: string | null, expected: string | null, action: string): SchemaDifference {
  return { object, found, expected, action, isObstacle: false, fulfils: null };
}

function obstacle(object: string, found: string | null, expected: string | null, action: string): SchemaDifference {
  return { object, found, expected, action, isObstacle: true, fulfils: null };
}

function compareTable(
  engine: Engine,
  real: TableSchema,
  table: ExpectedTable,
  outboxIsMissing: boolean,
): SchemaDifference[] {
  const { name, converted } = table;
  const convertedBy = `converted by migration ${converted?.by}`;
  const rebuilt = outboxIsMissing && engine === 'mysql' && name === 'funnel_entries';
  const columns = Object.entries(table.columns).flatMap(([column, wanted]): SchemaDifference[] => {
    const object = `${name}.${column}`;
    const there = real.columns.find((one) => one.name === column);
    if (there === undefined) return [obstacle(object, null, wanted, 'missing')];
    const text = describeColumn(there);
    if (text === wanted) return [];
    if (engine === 'mysql' && testNumbers.has(column) && !isNumber.test(there.type)) {
      return [obstacle(object, text, wanted, 'has to be an integer')];
    }
    if (converted?.columns.includes(column)) return [difference(object, text, wanted, convertedBy)];
    const reason = engine === 'mysql' ? unfitness(there, wanted, real) : null;
    if (reason !== null) return [obstacle(object, text, wanted, reason)];
    return [difference(object, text, wanted, rebuilt && column === 'id' ? 'converted before migration 2' : 'kept')];
  });
  return [
    ...(real.engine === table.engine
      ? []
      : [
          difference(
            `${name} (engine)`,
            real.engine,
            table.engine,
            rebuilt ? 'converted before migration 2' : convertedBy,
          ),
        ]),
    ...columns,
    ...real.columns
      .filter((one) => !Object.hasOwn(table.columns, one.name))
      .map((one) => extraColumn(engine, table, one)),
    ...real.indexes.flatMap((index) => compareIndex(engine, table, index)),
    ...real.references.flatMap((reference) => {
      const object = `${name} (foreign key)`;
      const text = describeReference(reference);
      const blocks = engine === 'mysql' && reference.columns.some((column) => converted?.columns.includes(column));
      if (blocks) return [obstacle(object, text, null, `in the way of migration ${converted?.by}: drop it`)];
      return text === jobsReference && name === 'brevo_sync_outbox' ? [] : [difference(object, text, null, 'kept')];
    }),
    ...(name === 'brevo_sync_outbox' && real.references.length === 0
      ? [difference(`${name} (foreign key)`, null, jobsReference, 'done without')]
      : []),
  ];
}

const jobsReference = '(funnel_entry_id) references funnel_entries (id)';

const isNumber = /^(?:tiny|small|medium|big)?int/;
const isDate = /^(?:datetime|timestamp)/;

/** Converted from whatever integer they are: what else could be in them has no number. */
const testNumbers = new Set(['user_id', 'test_id']);

/** Dates that tell when something happened or is due; the outbox's updated_at tells of the last change anyway. */
const lastingDates = new Set(['entered_at', 'certificate_purchased_at', 'next_attempt_at', 'created_at']);

/** Why a column that no migration converts cannot be used as it is; null when it can. */
function unfitness(column: ColumnSchema, wanted: string, real: TableSchema): string | null {
  if (column.name === 'id' && (real.primaryKey.join() !== 'id' || !column.isGenerated)) {
    return 'has to be the primary key, with AUTO_INCREMENT';
  }
  const kind = isNumber.test(wanted) ? isNumber : isDate;
  if (!kind.test(column.type)) return `has to be ${kind === isNumber ? 'an integer' : 'DATETIME or TIMESTAMP'}`;
  if (column.isRenewed && lastingDates.has(column.name)) {
    return `would be overwritten by every change of its row. Run: ${alterWithoutRenewal(column, wanted, real)}`;
  }
  return !column.isNullable && !wanted.includes('not null') ? 'has to allow NULL' : null;
}

/** A TIMESTAMP that is NOT NULL and has no default of its own gets ON UPDATE back where the server is set so. */
function alterWithoutRenewal({ name, type, isNullable }: ColumnSchema, wanted: string, real: TableSchema): string {
  const precision = /\(\d\)/.exec(type)?.[0] ?? '';
  const takesNull = isNullable || !wanted.includes('not null');
  const rest = takesNull ? 'NULL DEFAULT NULL' : `NOT NULL DEFAULT CURRENT_TIMESTAMP${precision}`;
  return `ALTER TABLE ${real.name} MODIFY ${name} ${type.toUpperCase()} ${rest}`;
}

/** The server changes no column, and no engine of a table, that a foreign key refers to. */
function compareIncoming(
  reference: IncomingReference,
  real: TableSchema,
  { name, converted, columns }: ExpectedTable,
  outboxIsMissing: boolean,
): SchemaDifference[] {
  const { target, table, columnName } = reference;
  const there = real.columns.find((column) => column.name === target);
  const changes = there !== undefined && describeColumn(there) !== columns[target];
  const isRebuilt = target === 'id' && outboxIsMissing && name === 'funnel_entries';
  if (!changes || !(isRebuilt || converted?.columns.includes(target))) return [];
  const by = isRebuilt ? 'of what comes before migration 2' : `of migration ${converted?.by}`;
  const text = `(${columnName}) references ${name} (${target})`;
  const drop = `ALTER TABLE ${table} DROP FOREIGN KEY ${reference.name}`;
  return [obstacle(`${table} (foreign key ${reference.name})`, text, null, `in the way ${by}. Run: ${drop}`)];
}

function extraColumn(
  engine: Engine,
  { name: table, converted }: ExpectedTable,
  column: ColumnSchema,
): SchemaDifference {
  const object = `${table}.${column.name}`;
  const text = describeColumn(column);
  const adding = migrationsFor(engine).find(({ statements }) =>
    statements.some((statement) =>
      new RegExp(`^ALTER TABLE ${table} ADD COLUMN ${column.name}\\b`, 'i').test(statement),
    ),
  );
  if (adding !== undefined) {
    return obstacle(
      object,
      text,
      null,
      `in the way: migration ${adding.version} adds a column of that name; rename it`,
    );
  }
  if (engine === 'sqlite' && converted !== null) {
    return obstacle(
      object,
      text,
      null,
      `would be lost: migration ${converted.by} makes the table anew; move it elsewhere`,
    );
  }
  if (!column.isNullable && column.fallback === null && !column.isGenerated) {
    return obstacle(object, text, null, 'funnels would not fill it in: give it a default, or allow NULL');
  }
  return difference(object, text, null, 'kept');
}

function compareIndex(
  engine: Engine,
  { name: table, converted }: ExpectedTable,
  index: IndexSchema,
): SchemaDifference[] {
  const object = `${table} (${index.name})`;
  const text = describeIndex(index);
  const isRebuilt = engine === 'sqlite' && converted !== null;
  if (table === 'funnel_entries' && index.isUnique) {
    if (index.columns.join() === uniqueColumns.join()) {
      if (isRebuilt) return [difference(object, text, null, 'made anew by migration 4')];
      const action = index.name === uniqueKeyName ? 'kept' : `renamed to ${uniqueKeyName}`;
      return [{ ...difference(object, text, null, action), fulfils: uniqueKeyVersion }];
    }
    if (index.columns.toSorted().join() !== uniqueColumns.toSorted().join() && !index.columns.includes('id')) {
      return [obstacle(object, text, null, 'would keep people out of a funnel: drop it')];
    }
  }
  if (table === 'brevo_sync_outbox' && index.isUnique && !index.columns.includes('id')) {
    return [obstacle(object, text, null, 'would keep jobs out of the outbox: drop it')];
  }
  const making = migrationsFor(engine).find(({ statements }) =>
    statements.some((statement) =>
      new RegExp(`\\b(?:KEY|INDEX) ${index.name.replace(/\W/g, '\\$&')} `, 'i').test(statement),
    ),
  );
  if (making !== undefined && !isRebuilt) {
    return [
      obstacle(object, text, null, `in the way: migration ${making.version} makes an index of that name; rename it`),
    ];
  }
  return [
    difference(object, text, null, isRebuilt ? `dropped: migration ${converted.by} makes the table anew` : 'kept'),
  ];
}
