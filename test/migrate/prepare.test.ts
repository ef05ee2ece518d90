import { describe, expect, it, onTestFinished } from 'vitest';
import { foldStoredAddresses } from '../../src/migrate/fold-addresses.ts';
import { migrationsFor } from '../../src/migrate/migration.ts';
import { open, rejection } from '../database/opened.ts';
import { createMysqlDatabase, createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { migrateTo } from './migrating.ts';
import { addOldEntries, createPredecessorTables } from './predecessor.ts';

describe.each(engines)('bringing addresses into their normal form on %s', (engine) => {
  async function withEntries(count: number): Promise<TestDatabase> {
    const place = await createTestDatabase(engine);
    onTestFinished(() => place.drop());
    await createPredecessorTables(place);
    await addOldEntries(place, ...Array.from({ length: count }, (_, index) => ({ email: `P${index}@x.org` })));
    return place;
  }

  it('begins at the smallest id there is, and makes sure of the lock before each page', async () => {
    const place = await withEntries(1_500);
    await place.admin('UPDATE funnel_entries SET id = -7 WHERE id = 1');
    const database = open(place.url);
    let checks = 0;
    const lock = {
      check: async () => {
        checks += 1;
      },
    };
    expect(await foldStoredAddresses(database, { lock })).toEqual({ changed: 1_500, outcome: 'done' });
    expect(checks).toBe(2);
    await database.close();
    expect(await place.admin('SELECT email FROM funnel_entries WHERE id < 3 ORDER BY id')).toEqual([
      { email: 'p0@x.org' },
      { email: 'p1@x.org' },
    ]);
  });

  it('ends between two pages when the signal comes, and when the lock is lost', async () => {
    const place = await withEntries(2_500);
    const database = open(place.url);
    const stopping = new AbortController();
    const aborting = { check: async () => stopping.abort() };
    const stopped = await foldStoredAddresses(database, { lock: aborting, signal: stopping.signal });
    expect(stopped).toEqual({ changed: 1_000, outcome: 'stopped' });
    const lost = { check: () => Promise.reject(new Error('lost')) };
    expect(await rejection(foldStoredAddresses(database, { lock: lost }))).toMatchObject({ message: 'lost' });
    const lock = { check: async () => undefined };
    expect(await foldStoredAddresses(database, { lock })).toEqual({ changed: 1_500, outcome: 'done' });
    await database.close();
  });
});

describe('what is altered before a migration', () => {
  it.each([
    ['an equal unique key is renamed', false, 'ADD UNIQUE KEY uq (email, funnel_type, test_id)', '4', 'RENAME INDEX'],
    ['the entries are made referable', true, 'ADD KEY mail (email)', '2', 'MODIFY id BIGINT'],
  ])('is announced, and gives way to an open transaction: %s', async (_, withoutOutbox, change, version, statement) => {
    const place = await createMysqlDatabase();
    onTestFinished(() => place.drop());
    await createPredecessorTables(place, { withoutOutbox });
    await place.admin(`ALTER TABLE funnel_entries ${change}`);
    if (version === '4') await migrateTo(place, { adopt: true, to: 3 });
    await place.admin('START TRANSACTION');
    await place.admin('SELECT * FROM funnel_entries');
    const announced: string[] = [];
    const options = {
      adopt: true,
      lockWaitSeconds: 0,
      onStatement: (start: { version: number; number: number; statement: string }) => {
        announced.push(`${start.version} ${start.number} ${start.statement.replace(/\s+/g, ' ')}`);
        return undefined;
      },
    };
    expect(await rejection(migrateTo(place, options))).toMatchObject({
      kind: 'temporary',
      message: expect.stringContaining('open transaction keeps funnel_entries from being changed'),
    });
    await place.admin('ROLLBACK');
    expect(announced.at(-1)).toMatch(new RegExp(`^${version} 0 ALTER TABLE funnel_entries .*${statement}`));
    expect(await migrateTo(place)).toMatchObject({ version: migrationsFor('mysql').at(-1)?.version });
  });
});
