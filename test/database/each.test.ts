import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { open, rejection } from './opened.ts';

const numbers = `WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT i AS i, ? AS word FROM n`;

describe.each(engines)('rows one by one on %s', (engine) => {
  let place: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    place = await createTestDatabase(engine);
    database = open(place.url);
  });

  afterEach(async () => {
    await database.close();
    await place.drop();
  });

  it('are all handed over, in order, inside a transaction and outside', async () => {
    const expected = Array.from({ length: 900 }, (_, index) => ({ i: index + 1, word: 'ä' }));
    const outside: object[] = [];
    await database.each(numbers, ['ä'], (row) => outside.push({ ...row }));
    expect(outside).toEqual(expected);
    const inside: object[] = [];
    await database.transaction((session) => session.each(numbers, ['ä'], (row) => inside.push({ ...row })));
    expect(inside).toEqual(expected);
  });

  it('end with the error of whoever takes them, and the connection can be used further', async () => {
    let seen = 0;
    const taken = database.each<{ i: number }>(numbers, ['x'], ({ i }) => {
      seen = i;
      if (i === 3) throw new Error('enough');
    });
    expect(await rejection(taken)).toMatchObject({ message: 'enough' });
    expect(seen).toBe(3);
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('end with the Problem of a statement that fails', async () => {
    expect(await rejection(database.each('SELECT * FROM nowhere', [], () => {}))).toMatchObject({
      reason: 'missing_table',
    });
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it.runIf(engine === 'mysql')('end with a Problem when the connection is lost on the way', async () => {
    const [own] = await database.query<{ id: number }>('SELECT CONNECTION_ID() AS id');
    const lost = rejection(database.each('SELECT SLEEP(30) AS nothing', [], () => {}));
    await expect
      .poll(() => place.admin("SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'"))
      .toEqual([own]);
    await place.admin(`KILL ${own?.id}`);
    expect(await lost).toMatchObject({ reason: 'lost_connection', kind: 'temporary' });
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
