import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { open, rejection, signal } from './opened.ts';

describe.each(engines)('a database on %s', (engine) => {
  let place: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    place = await createTestDatabase(engine);
    await place.admin('CREATE TABLE people (id BIGINT PRIMARY KEY, name VARCHAR(100) UNIQUE, seen DATETIME, age INT)');
    database = open(place.url);
  });

  afterEach(async () => {
    await database.close();
    await place.drop();
  });

  const names = async (): Promise<unknown[]> =>
    (await place.admin<{ name: string }>('SELECT name FROM people ORDER BY id')).map(({ name }) => name);

  const insert = 'INSERT INTO people (id, name, seen) VALUES (?, ?, ?)';

  it.each([
    ['quotes', `O'Brien "the \\ one"`],
    ['emoji and other scripts', 'Zoë 🎓 日本語'],
    ['what looks like a parameter', '? :name $1 %s'],
    ['nothing', null],
  ])('gives %s back as it was given', async (_, name) => {
    await database.execute(insert, [1, name, null]);
    expect(await database.query('SELECT id, name, seen FROM people')).toEqual([{ id: 1, name, seen: null }]);
  });

  it.each([
    [9_007_199_254_740_991n, 9_007_199_254_740_991],
    [9_007_199_254_740_993n, '9007199254740993'],
    ['9223372036854775807', '9223372036854775807'],
    [-9_007_199_254_740_993n, '-9007199254740993'],
  ])('keeps every digit of the id %s', async (given, kept) => {
    await database.execute(insert, [given, 'somebody', null]);
    expect(await database.query('SELECT id FROM people WHERE id = ?', [given])).toEqual([{ id: kept }]);
  });

  it('gives dates back as the digits that are stored, whatever zone this process is in', async () => {
    await database.execute(insert, [1, 'a', '2026-03-29 02:30:00']);
    expect(await database.query('SELECT seen FROM people')).toEqual([{ seen: '2026-03-29 02:30:00' }]);
  });

  it('picks the variant of a statement that is for this engine', async () => {
    expect(await database.query({ mysql: "SELECT 'mysql' AS one", sqlite: "SELECT 'sqlite' AS one" })).toEqual([
      { one: engine },
    ]);
  });

  it('takes a whole number as a LIMIT', async () => {
    for (const id of [1, 2, 3]) await database.execute(insert, [id, `p${id}`, null]);
    expect(await database.query('SELECT id FROM people ORDER BY id LIMIT ?', [2])).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('counts the rows that were inserted, changed and deleted', async () => {
    expect(await database.execute(insert, [1, 'a', null])).toEqual({ affected: 1 });
    expect(await database.execute(insert, [2, 'b', null])).toEqual({ affected: 1 });
    expect(await database.execute('UPDATE people SET age = ?', [5])).toEqual({ affected: 2 });
    expect(await database.execute('DELETE FROM people WHERE id > ?', [7])).toEqual({ affected: 0 });
    expect(await database.execute('DELETE FROM people')).toEqual({ affected: 2 });
  });

  it('counts an insert that the unique key turned away as 0', async () => {
    const gentle = {
      mysql: `${insert} ON DUPLICATE KEY UPDATE id = id`,
      sqlite: `${insert} ON CONFLICT DO NOTHING`,
    };
    expect(await database.execute(gentle, [1, 'a', null])).toEqual({ affected: 1 });
    expect(await database.execute(gentle, [1, 'a', null])).toEqual({ affected: 0 });
  });

  it('calls a row that a unique key refuses a duplicate key', async () => {
    await database.execute(insert, [1, 'a', null]);
    expect(await rejection(database.execute(insert, [2, 'a', null]))).toMatchObject({
      name: 'Problem',
      reason: 'duplicate_key',
      kind: 'data',
    });
  });

  it.each(['SELECT * FROM nobody', 'SELECT height FROM people'])('names what is missing in: %s', async (sql) => {
    const problem = await rejection(database.query(sql));
    expect(problem).toMatchObject({ reason: 'missing_table', kind: 'data' });
    expect((problem as Error).message).toMatch(/nobody|height/);
  });

  it('tells a statement that cannot be read as the engine does: a server by its number, our own engine as a bug', async () => {
    const error = await rejection(database.query('SELEKT 1'));
    if (engine === 'sqlite') expect(error).not.toHaveProperty('kind');
    else {
      expect(error).toMatchObject({
        kind: 'refused',
        message: expect.stringMatching(/\(error 1064, SQLSTATE 42000\)/),
      });
      expect((error as Error).message).toContain('The statement: SELEKT 1');
    }
  });

  it('commits what a transaction did, and returns its result', async () => {
    const result = await database.transaction(async (session) => {
      await session.execute(insert, [1, 'a', null]);
      await session.execute(insert, [2, 'b', null]);
      return session.query('SELECT COUNT(*) AS n FROM people');
    });
    expect(result).toEqual([{ n: 2 }]);
    expect(await names()).toEqual(['a', 'b']);
  });

  it('takes back what a transaction did when its work throws, and goes on', async () => {
    const error = new Error('changed my mind');
    const attempt = database.transaction(async (session) => {
      await session.execute(insert, [1, 'a', null]);
      throw error;
    });
    expect(await rejection(attempt)).toBe(error);
    expect(await names()).toEqual([]);
    await database.execute(insert, [2, 'b', null]);
    expect(await names()).toEqual(['b']);
  });

  it('lets nothing in between a transaction, and serves the rest in the order it came', async () => {
    const started = signal();
    const mayEnd = signal();
    const order: string[] = [];
    const transaction = database.transaction(async (session) => {
      await session.execute(insert, [1, 'inside', null]);
      started.give();
      await mayEnd.given;
      order.push('transaction');
    });
    await started.given;
    const outside = database.execute(insert, [2, 'outside', null]).then(() => order.push('statement'));
    const second = database
      .transaction((session) => session.query('SELECT 1'))
      .then(() => order.push('second transaction'));
    mayEnd.give();
    await Promise.all([transaction, outside, second]);
    expect(order).toEqual(['transaction', 'statement', 'second transaction']);
  });

  it('shows others nothing of a transaction before its end', async () => {
    await database.transaction(async (session) => {
      await session.execute(insert, [1, 'a', null]);
      expect(await names()).toEqual([]);
    });
    expect(await names()).toEqual(['a']);
  });

  it('is closed for good, and can be closed twice', async () => {
    await database.query('SELECT 1');
    await database.close();
    await database.close();
    await rejection(database.query('SELECT 1'));
    await rejection(database.transaction(async () => 'never'));
  });

  it('finishes what was handed in before it is closed', async () => {
    const written = database.execute(insert, [1, 'a', null]);
    await database.close();
    expect(await written).toEqual({ affected: 1 });
  });

  describe('opened read-only', () => {
    let reader: Database;

    beforeEach(() => {
      reader = open(place.url, 'read-only');
    });

    afterEach(() => reader.close());

    it.each([
      ['INSERT', "INSERT INTO people (id, name) VALUES (1, 'x')"],
      ['UPDATE', "UPDATE people SET name = 'x'"],
      ['CREATE TABLE', 'CREATE TABLE more (id INT)'],
      ['DROP TABLE', 'DROP TABLE people'],
    ])('refuses %s', async (_, sql) => {
      await place.admin("INSERT INTO people (id, name) VALUES (7, 'kept')");
      expect(await rejection(reader.execute(sql))).toMatchObject({ reason: 'read_only', kind: 'refused' });
      expect(await rejection(reader.define(sql))).toMatchObject({ reason: 'read_only' });
      expect(await rejection(reader.transaction((session) => session.execute(sql)))).toMatchObject({
        reason: 'read_only',
      });
      expect(await names()).toEqual(['kept']);
    });

    it('sees one snapshot within a transaction, and the present after it', async () => {
      const count = 'SELECT COUNT(*) AS n FROM people';
      const seen = await reader.transaction(async (session) => {
        const first = await session.query(count);
        await place.admin("INSERT INTO people (id, name) VALUES (1, 'late')");
        return [first, await session.query(count)];
      });
      expect(seen).toEqual([[{ n: 0 }], [{ n: 0 }]]);
      expect(await reader.query(count)).toEqual([{ n: 1 }]);
    });
  });
});
