import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { createMysqlDatabase, type TestDatabase } from '../support/test-databases.ts';
import { open, rejection, signal } from './opened.ts';

let place: TestDatabase;
let database: Database;

beforeEach(async () => {
  place = await createMysqlDatabase();
  await place.admin('CREATE TABLE steps (id BIGINT PRIMARY KEY, note VARCHAR(5) NOT NULL) ENGINE=InnoDB');
  database = open(place.url);
});

afterEach(async () => {
  await database.close();
  await place.drop();
});

async function connectionOf(session: Pick<Database, 'query'>): Promise<number> {
  const [row] = await session.query<{ id: number }>('SELECT CONNECTION_ID() AS id');
  return row?.id ?? 0;
}

const kill = async (id: number): Promise<unknown> => place.admin(`KILL ${id}`);
const notes = (): Promise<unknown[]> => place.admin('SELECT id, note FROM steps ORDER BY id');
const insert = 'INSERT INTO steps (id, note) VALUES (?, ?)';

describe('a session on MariaDB or MySQL', () => {
  it.each([
    ['read-write', 'READ-COMMITTED'],
    ['read-only', 'REPEATABLE-READ'],
  ] as const)('that is %s isolates its transactions as %s', async (access, level) => {
    const session = open(place.url, access);
    expect(await session.query("SHOW VARIABLES LIKE 'tx_isolation'")).toMatchObject([{ Value: level }]);
    await session.close();
  });

  it('refuses a value that does not fit instead of cutting it', async () => {
    expect(await rejection(database.execute(insert, [1, 'too long']))).toMatchObject({
      reason: 'bad_value',
      kind: 'data',
    });
    expect(await notes()).toEqual([]);
  });

  it('learns at once that it was killed while a statement ran, however long that may take', async () => {
    const patient = open(place.url, 'read-write', { statementTimeoutSeconds: 0 });
    const id = await connectionOf(patient);
    const sleeping = rejection(patient.execute('DO SLEEP(600)'));
    const runs = async (): Promise<number> =>
      (
        await place.admin('SELECT 1 FROM information_schema.processlist WHERE id = ? AND info LIKE ?', [
          id,
          'DO SLEEP%',
        ])
      ).length;
    await expect.poll(runs).toBe(1);
    await kill(id);
    expect(await sleeping).toMatchObject({ reason: 'lost_connection', kind: 'temporary' });
    expect(await connectionOf(patient)).not.toBe(id);
    await patient.close();
  });

  it('speaks utf8mb4', async () => {
    expect(await database.query('SELECT @@character_set_client AS c, @@character_set_results AS r')).toEqual([
      { c: 'utf8mb4', r: 'utf8mb4' },
    ]);
  });

  it('tells the time in database.timezone', async () => {
    const east = open(place.url, 'read-write', { timezone: '+05:45' });
    const [row] = await east.query<{ minutes: number }>(
      'SELECT TIMESTAMPDIFF(MINUTE, UTC_TIMESTAMP(), NOW()) AS minutes',
    );
    expect(row?.minutes).toBe(345);
    await east.close();
  });

  it('refuses a database.timezone that the server does not know', async () => {
    const lost = open(place.url, 'read-write', { timezone: 'Mars/Olympus' });
    expect(await rejection(lost.query('SELECT 1'))).toMatchObject({
      kind: 'configuration',
      message: expect.stringContaining('Mars/Olympus'),
      hint: expect.stringContaining('database.timezone'),
    });
    await lost.close();
  });

  it('ends a statement that takes longer than the limit', async () => {
    const hasty = open(place.url, 'read-write', { statementTimeoutSeconds: 1 });
    expect(await rejection(hasty.query('SELECT SLEEP(30) FROM (SELECT 1) one'))).toMatchObject({
      kind: 'temporary',
      message: expect.stringContaining('statementTimeoutSeconds'),
    });
    expect(await hasty.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await hasty.close();
  });
});

describe('a connection that is lost', () => {
  it('between two statements is made anew, and the next statement goes there', async () => {
    const first = await connectionOf(database);
    await kill(first);
    expect(await database.execute(insert, [1, 'a'])).toEqual({ affected: 1 });
    expect(await connectionOf(database)).not.toBe(first);
    expect(await notes()).toEqual([{ id: 1, note: 'a' }]);
  });

  it('gets the same session state again', async () => {
    await kill(await connectionOf(database));
    expect(await database.query("SHOW VARIABLES LIKE 'tx_isolation'")).toMatchObject([{ Value: 'READ-COMMITTED' }]);
    const reader = open(place.url, 'read-only');
    await kill(await connectionOf(reader));
    expect(await rejection(reader.execute(insert, [1, 'a']))).toMatchObject({ reason: 'read_only' });
    await reader.close();
  });

  it('in the middle of a transaction has the whole work run again on a new one', async () => {
    const connections: number[] = [];
    await database.transaction(async (session) => {
      connections.push(await connectionOf(session));
      await session.execute(insert, [1, 'a']);
      if (connections.length === 1) await kill(connections[0] ?? 0);
      await session.execute(insert, [2, 'b']);
    });
    expect(new Set(connections).size).toBe(2);
    expect(await notes()).toEqual([
      { id: 1, note: 'a' },
      { id: 2, note: 'b' },
    ]);
  });

  it('before COMMIT has the whole work run again, not only the part that was not sent', async () => {
    let runs = 0;
    await database.transaction(async (session) => {
      runs += 1;
      const id = await connectionOf(session);
      await session.execute(insert, [1, 'a']);
      if (runs === 1) await kill(id);
    });
    expect(runs).toBe(2);
    expect(await notes()).toEqual([{ id: 1, note: 'a' }]);
  });

  it('writes nothing piecemeal when the work of a transaction carries on regardless', async () => {
    const attempt = database.transaction(async (session) => {
      const id = await connectionOf(session);
      await session.execute(insert, [1, 'a']);
      await kill(id);
      await session.execute(insert, [2, 'b']).catch(() => undefined);
      await session.execute(insert, [3, 'c']).catch(() => undefined);
      throw new Error('enough');
    });
    expect(await rejection(attempt)).toMatchObject({ message: 'enough' });
    expect(await notes()).toEqual([]);
  });

  it('does not carry DDL over to another one, where the migration lock would not be held', async () => {
    await kill(await connectionOf(database));
    expect(await rejection(database.define('CREATE TABLE more (id INT)'))).toMatchObject({
      reason: 'lost_connection',
      kind: 'temporary',
    });
    expect(await place.admin("SHOW TABLES LIKE 'more'")).toEqual([]);
  });
});

describe('two transactions that lock the same rows in opposite order', () => {
  it('both succeed: the one that the server turns back runs its work again', async () => {
    const other = open(place.url);
    await place.admin("INSERT INTO steps VALUES (1, ''), (2, '')");
    const runs = { one: 0, other: 0 };
    const locked = { one: signal(), other: signal() };
    const add = 'UPDATE steps SET note = CONCAT(note, ?) WHERE id = ?';
    const work = (who: 'one' | 'other', first: number, second: number) => (session: Pick<Database, 'execute'>) => {
      runs[who] += 1;
      const otherOne = who === 'one' ? 'other' : 'one';
      return (async () => {
        await session.execute(add, [who[0] ?? '', first]);
        locked[who].give();
        await locked[otherOne].given;
        await session.execute(add, [who[0] ?? '', second]);
      })();
    };
    await Promise.all([database.transaction(work('one', 1, 2)), other.transaction(work('other', 2, 1))]);
    expect(runs.one + runs.other).toBeGreaterThanOrEqual(3);
    const rows = (await notes()) as { note: string }[];
    for (const { note } of rows) expect(note).toHaveLength(2);
    await other.close();
  });
});
