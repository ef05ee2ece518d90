import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrationsFor } from '../../src/migrate/migration.ts';
import { type Galera, type GaleraNode, noGalera, startGalera } from '../support/galera.ts';
import { type Run, runFunnels, startFunnels } from '../support/program.ts';

const versions = migrationsFor('mysql').map(({ version }) => version);

async function ask<Row>(node: GaleraNode, ...statements: string[]): Promise<Row[]> {
  const connection = await createConnection({ uri: node.url, dateStrings: true });
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await connection.query<RowDataPacket[]>(statement))[0] as Row[];
    return rows;
  } finally {
    await connection.end();
  }
}

describe.skipIf(noGalera !== undefined)(`on two Galera nodes${noGalera === undefined ? '' : `: ${noGalera}`}`, () => {
  let galera: Galera;
  let one: GaleraNode;
  let two: GaleraNode;
  let name = '';
  let count = 0;

  beforeAll(async () => {
    galera = await startGalera();
    [one, two] = galera.nodes;
  }, 120_000);

  afterAll(() => galera?.stop(), 60_000);

  beforeEach(async () => {
    count += 1;
    name = `site_${count}`;
    await ask(one, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`, `CREATE TABLE ${name}.ready (id INT PRIMARY KEY)`);
    await expect.poll(() => ask(two, `SHOW DATABASES LIKE '${name}'`)).toHaveLength(1);
  });

  const environment = (node: GaleraNode): Record<string, string> => ({ FUNNELS_DATABASE_URL: `${node.url}${name}` });
  const migrateOn = (node: GaleraNode, ...words: string[]): Promise<Run> =>
    runFunnels(['migrate', '--json', ...words], { environment: environment(node) });

  async function expectSameSchema(): Promise<void> {
    const columns = `SELECT table_name, column_name, column_type FROM information_schema.columns
      WHERE table_schema = '${name}' ORDER BY 1, 2`;
    const history = `SELECT version, state, statements_done, in_flight, error FROM ${name}.funnels_migrations`;
    const there = await ask(two, history);
    expect(there).toHaveLength(versions.length);
    expect(await ask(one, history)).toEqual(there);
    expect(await ask(one, columns)).toEqual(await ask(two, columns));
  }

  it('migrators on both at once apply each migration once, and all of them succeed', async () => {
    const runs = await Promise.all([one, two, one, two].map((node) => migrateOn(node)));
    for (const { code, stderr } of runs) expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const applied = runs.map(({ stdout }) => (JSON.parse(stdout) as { applied: { version: number }[] }).applied);
    expect(applied.flat().map(({ version }) => version)).toEqual(versions);
    // One of them did it all: the others waited for it and found nothing left.
    expect(applied.filter((list) => list.length > 0)).toHaveLength(1);
    await expectSameSchema();
  });

  it('one waits for the other, and names it when it gives up', async () => {
    await migrateOn(one, '--to', '4');
    await ask(
      one,
      `INSERT INTO ${name}.funnels_migration_lock (id, owner, host, pid, connection_id, server, acquired_at, expires_at)
        VALUES (1, 'x', 'web1', 4711, 7, 'node one', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 HOUR)`,
    );
    const refused = await runFunnels(['migrate', '--lock-timeout', '1'], { environment: environment(two) });
    expect(refused.code).toBe(75);
    expect(refused.stderr).toContain('process 4711 on web1');
  });

  it('what one that was killed has left is finished on the other', async () => {
    const running = startFunnels(['migrate'], { environment: environment(one) });
    const done = `SELECT version FROM ${name}.funnels_migrations WHERE version >= 3`;
    await expect.poll(() => ask(one, done).catch(() => []), { timeout: 30_000, interval: 5 }).not.toHaveLength(0);
    running.process.kill('SIGKILL');
    await running.ended;
    // Its lease ends by itself, long after the server has done with it; the test waits for the latter only.
    const left = `SELECT id FROM information_schema.processlist WHERE db = '${name}'`;
    await expect.poll(() => ask(one, left), { timeout: 30_000, interval: 20 }).toHaveLength(0);
    await ask(two, `UPDATE ${name}.funnels_migration_lock SET expires_at = UTC_TIMESTAMP(6)`);
    expect(await migrateOn(two)).toMatchObject({ code: 0, stderr: '' });
    await expectSameSchema();
  });
});
