import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { type Middleman, startMiddleman } from '../chaos/middleman.ts';
import { createMysqlDatabase, createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { open, rejection, signal } from './opened.ts';

const givenUp = {
  reason: 'interrupted',
  kind: 'temporary',
  message: expect.stringContaining('gave no answer for 0.1 s'),
};

describe('a server that stops to answer, once somebody wants to stop', () => {
  let place: TestDatabase;
  let way: Middleman;
  let database: Database;

  beforeEach(async () => {
    place = await createMysqlDatabase();
    await place.admin('CREATE TABLE steps (id INT PRIMARY KEY) ENGINE=InnoDB');
    way = await startMiddleman(place.url);
    database = open(way.through(place.url));
    await database.query('SELECT 1');
  });

  afterEach(async () => {
    await database.close();
    await way.close();
    await place.drop();
  });

  it('in the middle of a statement is given up soon, and so is everything after it, at once', async () => {
    way.freeze();
    const first = rejection(database.execute('INSERT INTO steps VALUES (1)'));
    const second = rejection(database.transaction((session) => session.query('SELECT 1')));
    database.hurry(0.1);
    expect(await first).toMatchObject(givenUp);
    expect(await second).toMatchObject(givenUp);
    expect(await rejection(database.define('SELECT 1'))).toMatchObject(givenUp);
    expect(way.connections()).toBe(1);
  });

  it('in a statement that begins afterwards is given up as soon', async () => {
    database.hurry(0.1);
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    way.freeze();
    expect(await rejection(database.query('SELECT 1'))).toMatchObject(givenUp);
  });

  it('in the middle of a transaction writes none of it', async () => {
    const written = signal();
    const attempt = rejection(
      database.transaction(async (session) => {
        await session.execute('INSERT INTO steps VALUES (1)');
        way.freeze();
        written.give();
        await session.execute('INSERT INTO steps VALUES (2)');
      }),
    );
    await written.given;
    database.hurry(0.1);
    expect(await attempt).toMatchObject(givenUp);
    expect(await place.admin('SELECT * FROM steps')).toEqual([]);
  });

  it('and cannot be reached any more is not tried again and again', async () => {
    await way.refuse();
    const attempt = rejection(database.query('SELECT 1'));
    database.hurry(0.1);
    expect(await attempt).toMatchObject({ kind: 'temporary' });
    await way.accept();
  });

  it('before it has ever been reached is not waited for at all', async () => {
    way.freeze();
    const late = open(way.through(place.url));
    onTestFinished(() => late.close());
    const attempt = rejection(late.query('SELECT 1'));
    late.hurry(60);
    expect(await attempt).toMatchObject({
      reason: 'interrupted',
      message: expect.stringContaining('not been reached yet'),
    });
  });
});

it.each(engines)('work that is answered in time is finished in spite of the hurry, on %s', async (engine) => {
  const place = await createTestDatabase(engine);
  await place.admin('CREATE TABLE steps (id INT PRIMARY KEY)');
  const database = open(place.url);
  await database.query('SELECT 1');
  database.hurry(5);
  await database.transaction((session) => session.execute('INSERT INTO steps VALUES (1)'));
  await database.close();
  expect(await place.admin('SELECT * FROM steps')).toEqual([{ id: 1 }]);
  await place.drop();
});
