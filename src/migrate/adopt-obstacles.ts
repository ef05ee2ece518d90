import type { Session } from '../database/database.ts';
import type { ExpectedTable } from './adopt-tables.ts';
import type { SchemaDifference } from './schema-difference.ts';
import { type CheckState, readTableState, type TableState } from './table-state.ts';

/** Engines whose tables the server converts to InnoDB as they are. */
const convertible = new Set(['InnoDB', 'MyISAM', 'Aria', 'MEMORY']);

/** Every value that funnels writes into a column of which a CHECK may list the values. */
const written: Readonly<Record<string, readonly string[]>> = {
  funnel_type: ['language', 'non_language'],
  certificate_purchased: ['0', '1'],
  operation_type: ['upsert_contact', 'update_after_purchase'],
  status: ['pending', 'success', 'failed'],
};

/**
 * What is in the way of taking a table over because of what it is, whatever its columns: it would stop a migration
 * half-way, or the work after it. Each with its cure. `isTable` is false when there is nothing else to compare. Reads only.
 */
export async function findObstacles(
  session: Session,
  table: ExpectedTable,
): Promise<{ isTable: boolean; obstacles: SchemaDifference[] }> {
  const state = await readTableState(session, table.name);
  if (state === null) return { isTable: true, obstacles: [] };
  const { name } = table;
  const isVersioned = state.kind === 'SYSTEM VERSIONED';
  const found = isVersioned ? 'a system-versioned table' : `a ${state.kind.toLowerCase()}`;
  if (state.kind !== 'BASE TABLE') {
    const cure = isVersioned
      ? `no migration can change it. Run: ALTER TABLE ${name} DROP SYSTEM VERSIONING`
      : 'is no table: rename it, or point database.url to the database that has the table';
    return { isTable: false, obstacles: [obstacle(name, found, cure)] };
  }
  return {
    isTable: true,
    obstacles: [
      ...storageObstacles(name, state),
      ...state.triggers.map((trigger) =>
        obstacle(
          `${name} (trigger ${trigger.name})`,
          trigger.when,
          `would run at every change of a row. Run: DROP TRIGGER \`${trigger.name.replaceAll('`', '``')}\``,
        ),
      ),
      ...(state.hidesTriggers ? [unseenTriggers(name)] : []),
      ...generatedObstacles(table, state),
      ...state.checks.flatMap((check) => checkObstacle(table, check)),
    ],
  };
}

function obstacle(object: string, found: string, action: string): SchemaDifference {
  return { object, found, expected: null, action, isObstacle: true, fulfils: null };
}

function unseenTriggers(name: string): SchemaDifference {
  const action = 'not looked for: this account lacks TRIGGER. If there are any, drop them';
  return { object: `${name} (triggers)`, found: 'unknown', expected: 'none', action, isObstacle: false, fulfils: null };
}

function storageObstacles(name: string, { engine, options }: TableState): SchemaDifference[] {
  const found: SchemaDifference[] = [];
  if (engine !== null && !convertible.has(engine)) {
    const cure = `the migrations cannot convert it. Run: ALTER TABLE ${name} ENGINE=InnoDB`;
    found.push(obstacle(`${name} (engine)`, engine, cure));
  }
  if (/\bpartitioned\b/i.test(options) && name === 'funnel_entries') {
    const cure = `its unique key cannot be made. Run: ALTER TABLE ${name} REMOVE PARTITIONING`;
    found.push(obstacle(name, 'partitioned', cure));
  }
  if (/\bkey_block_size\b/i.test(options)) {
    const cure = `does not go with ROW_FORMAT=DYNAMIC. Run: ALTER TABLE ${name} ROW_FORMAT=DYNAMIC KEY_BLOCK_SIZE=0`;
    found.push(obstacle(name, options.trim(), cure));
  }
  return found;
}

function generatedObstacles(
  { name, columns, converted }: ExpectedTable,
  { generated }: TableState,
): SchemaDifference[] {
  return generated.flatMap(({ column, expression }) => {
    const object = `${name}.${column}`;
    if (Object.hasOwn(columns, column)) {
      return [obstacle(object, `generated as ${expression}`, 'has to take the values that funnels writes')];
    }
    const base = converted?.columns.find((one) => mentions(expression, one));
    if (base === undefined) return [];
    const cure = `is made from ${base}, which migration ${converted?.by} converts. Run: ALTER TABLE ${name} DROP COLUMN \`${column}\``;
    return [obstacle(object, `generated as ${expression}`, cure)];
  });
}

function checkObstacle({ name, columns, converted }: ExpectedTable, check: CheckState): SchemaDifference[] {
  const { name: constraint, clause, isOfColumn } = check;
  const ours = Object.keys(columns).filter((column) => mentions(clause, column));
  // One that belongs to a column goes with its old form.
  const [only] = ours;
  if (isOfColumn && only !== undefined && converted?.columns.includes(only)) return [];
  if (ours.length === 0 || allowsAllWeWrite(clause)) return [];
  const drop =
    isOfColumn && only !== undefined
      ? `MODIFY its column ${only} without the CHECK`
      : `Run: ALTER TABLE ${name} DROP CONSTRAINT \`${constraint.replaceAll('`', '``')}\``;
  return [obstacle(`${name} (check ${constraint})`, clause, `may forbid what funnels writes. ${drop}`)];
}

/** Whether a CHECK is a list of values, as the predecessor's library writes one, and has all of ours. */
function allowsAllWeWrite(clause: string): boolean {
  // MySQL puts a character set before each text, and backslashes before its quotes.
  const text = clause
    .replace(/(?<=[(,\s])_[a-z0-9]+\\?'/gi, "'")
    .replaceAll("\\'", "'")
    .replace(/^\((.*)\)$/s, '$1');
  const [, column = '', list = ''] = /^`?(\w+)`? in \((.*)\)$/is.exec(text) ?? [];
  const allowed = list.split(',').map((value) => value.trim().replace(/^'(.*)'$/, '$1'));
  return written[column]?.every((value) => allowed.includes(value)) ?? false;
}

function mentions(expression: string, column: string): boolean {
  return new RegExp(`(?<![\\w$])${column}(?![\\w$])`, 'i').test(expression.replace(/'(?:[^'\\]|\\.|'')*'/g, "''"));
}
