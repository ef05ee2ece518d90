import type { TestDatabase } from '../support/test-databases.ts';

/** Table names and, in order, the names of their columns. */
export type Columns = Record<string, string[]>;

/** Every table of the database with its columns, our own history left out. */
export async function columnsOf(place: TestDatabase): Promise<Columns> {
  const rows = await place.admin<{ t: string; c: string }>(
    place.engine === 'mysql'
      ? `SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = DATABASE()
         ORDER BY 1, 2`
      : `SELECT m.name AS t, p.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) p
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1, 2`,
  );
  const columns: Columns = {};
  for (const { t, c } of rows) {
    if (t === 'funnels_migrations' || t === 'funnels_migration_lock') continue;
    columns[t] ??= [];
    columns[t].push(c);
  }
  return columns;
}

/** Everything there is: the text that makes each table and index, and every row of every table. */
export async function everythingIn(place: TestDatabase): Promise<unknown> {
  if (place.engine === 'sqlite') {
    const made = await place.admin<{ name: string; type: string }>(
      'SELECT type, name, sql FROM sqlite_master ORDER BY name',
    );
    const tables = made.filter(({ type }) => type === 'table').map(({ name }) => name);
    return { made, rows: await Promise.all(tables.map((name) => place.admin(`SELECT * FROM "${name}"`))) };
  }
  const tables = await place.admin<Record<string, string>>('SHOW TABLES');
  const contents: unknown[] = [];
  for (const name of tables.flatMap((row) => Object.values(row))) {
    contents.push(await place.admin(`SHOW CREATE TABLE \`${name}\``), await place.admin(`SELECT * FROM \`${name}\``));
  }
  return contents;
}
