import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterEach, describe, expect, it } from 'vitest';
import { type PrivateMariaDb, startPrivateMariaDb } from './private-mariadb.ts';
import { createTestDatabase, engines, type TestDatabase } from './test-databases.ts';

describe.each(engines)('a test database on %s', (engine) => {
  let database: TestDatabase;
  afterEach(() => database.drop());

  it('takes writes and gives them back, with parameters', async () => {
    database = await createTestDatabase(engine);
    await database.admin('CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(50))');
    await database.admin('INSERT INTO people (id, name) VALUES (?, ?), (?, ?)', [1, 'Zoë 🎓', 2, null]);
    expect(await database.admin('SELECT id, name FROM people ORDER BY id')).toEqual([
      { id: 1, name: 'Zoë 🎓' },
      { id: 2, name: null },
    ]);
    expect(database.engine).toBe(engine);
  });

  it('is nobody else’s', async () => {
    database = await createTestDatabase(engine);
    const other = await createTestDatabase(engine);
    try {
      await database.admin('CREATE TABLE mine (id INTEGER)');
      await expect(other.admin('SELECT id FROM mine')).rejects.toThrow(/mine/);
      expect(other.url).not.toBe(database.url);
    } finally {
      await other.drop();
    }
  });

  it('refuses two statements in one call', async () => {
    database = await createTestDatabase(engine);
    await expect(database.admin('SELECT 1; SELECT 2')).rejects.toThrow();
  });

  it('is gone after drop(), and a second drop() does no harm', async () => {
    database = await createTestDatabase(engine);
    const url = database.url;
    await database.drop();
    await database.drop();
    if (engine === 'sqlite') expect(existsSync(dirname(url.replace('sqlite:', '')))).toBe(false);
    else await expect(createConnection({ uri: url })).rejects.toThrow(/Unknown database/);
  });
});

describe('a private server', () => {
  let server: PrivateMariaDb;
  afterEach(() => server.stop());

  async function query(sql: string): Promise<RowDataPacket[]> {
    const connection = await createConnection({ uri: server.url });
    try {
      return (await connection.query<RowDataPacket[]>(sql))[0];
    } finally {
      await connection.end();
    }
  }

  it('keeps its data over a kill and a restart, and leaves nothing after stop()', { timeout: 120_000 }, async () => {
    server = await startPrivateMariaDb();
    await query('CREATE DATABASE kept');
    await server.kill('SIGKILL');
    await expect(query('SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
    await server.restart();
    expect(await query("SHOW DATABASES LIKE 'kept'")).toHaveLength(1);
    const folder = (await query('SELECT @@datadir AS folder'))[0]?.folder as string;
    expect(existsSync(folder)).toBe(true);
    await server.stop();
    expect(existsSync(dirname(folder))).toBe(false);
    await expect(query('SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
  });
});
