import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Duplicates, findDuplicates } from '../../src/funnel/duplicates.ts';
import { findSpellings } from '../../src/funnel/spellings.ts';
import { open, rejection } from '../database/opened.ts';
import { migrateTo } from '../migrate/migrating.ts';
import { addOldEntries, createPredecessorTables } from '../migrate/predecessor.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';

describe.each(engines)('duplicates on %s', (engine) => {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await createTestDatabase(engine);
    await createPredecessorTables(place);
  });

  afterEach(() => place.drop());

  async function find(limit = 100): Promise<Duplicates> {
    const database = open(place.url, 'read-only');
    try {
      return await database.transaction((session) => findDuplicates(session, limit));
    } finally {
      await database.close();
    }
  }

  it('are none in an empty table, nor in one whose entries differ in address, funnel or test', async () => {
    expect(await find()).toEqual({ total: 0, entries: 0, groups: [] });
    await addOldEntries(
      place,
      { email: 'a@x.org', testId: 1 },
      { email: 'a@x.org', testId: 2 },
      { email: 'a@x.org', testId: 1, funnelType: 'non_language' },
      { email: 'b@x.org', testId: 1 },
      { email: 'a+b@x.org', testId: 1 },
    );
    expect(await find()).toEqual({ total: 0, entries: 0, groups: [] });
  });

  it('are told with their number, their lowest and highest id, and their first and last date', async () => {
    await addOldEntries(
      place,
      { email: 'a@x.org', testId: 7, enteredAt: '2026-02-01 00:00:00' },
      { email: 'b@x.org', testId: 7 },
      { email: 'a@x.org', testId: 7, enteredAt: '2026-01-01 00:00:00' },
      { email: 'a@x.org', testId: 7, enteredAt: '2026-03-01 00:00:00' },
    );
    expect(await find()).toEqual({
      total: 1,
      entries: 3,
      groups: [
        {
          email: 'a@x.org',
          writtenAs: ['a@x.org'],
          funnelType: 'language',
          testId: 7,
          count: 3,
          lowestId: 1,
          highestId: 4,
          firstEnteredAt: '2026-01-01 00:00:00',
          lastEnteredAt: '2026-03-01 00:00:00',
        },
      ],
    });
  });

  it('are entries without a test and with test 0', async () => {
    await addOldEntries(place, { email: 'a@x.org', testId: null }, { email: 'a@x.org', testId: 0 });
    expect((await find()).groups).toMatchObject([{ testId: 0, count: 2 }]);
  });

  it('are addresses that differ only in how they are written, with all spellings and dates', async () => {
    await addOldEntries(
      place,
      { email: 'Zoë@X.org', enteredAt: '2026-02-01 00:00:00' },
      { email: 'zoë@x.org ', enteredAt: '2026-03-01 00:00:00' },
      { email: 'zoë@x.org', enteredAt: '2026-01-01 00:00:00' },
    );
    expect(await find()).toEqual({
      total: 1,
      entries: 3,
      groups: [
        {
          email: 'zoë@x.org',
          writtenAs: ['Zoë@X.org', 'zoë@x.org ', 'zoë@x.org'],
          funnelType: 'language',
          testId: 0,
          count: 3,
          lowestId: 1,
          highestId: 3,
          firstEnteredAt: '2026-01-01 00:00:00',
          lastEnteredAt: '2026-03-01 00:00:00',
        },
      ],
    });
  });

  it('count equal entries once when they are part of a group with several spellings', async () => {
    await addOldEntries(
      place,
      { email: 'b@x.org' },
      { email: 'a@x.org' },
      { email: 'a@x.org' },
      { email: 'b@x.org' },
      { email: 'A@x.org' },
      { email: 'A@x.org' },
      { email: 'C@x.org' },
      { email: 'C@x.org' },
    );
    const { total, entries, groups } = await find();
    expect({ total, entries }).toEqual({ total: 3, entries: 8 });
    expect(groups.map(({ email, count, lowestId }) => ({ email, count, lowestId }))).toEqual([
      { email: 'b@x.org', count: 2, lowestId: 1 },
      { email: 'a@x.org', count: 4, lowestId: 2 },
      { email: 'C@x.org', count: 2, lowestId: 7 },
    ]);
  });

  it.each([1, 2, 3, 4])('are listed by lowest id, at most %i of them, and all counted', async (limit) => {
    await addOldEntries(
      place,
      ...['a', 'B', 'c', 'd', 'b', 'A', 'c', 'D', 'a', 'd'].map((name) => ({ email: `${name}@x.org` })),
    );
    const { total, entries, groups } = await find(limit);
    expect({ total, entries }).toEqual({ total: 4, entries: 10 });
    expect(groups.map(({ email }) => email[0])).toEqual(['a', 'b', 'c', 'd'].slice(0, limit));
  });

  it.each([1, 2, 3, 1000])(
    'with several spellings are the same when %i messy addresses are held at a time',
    async (size) => {
      const emails = [
        'A@x.org',
        'b@x.org',
        'C@x.org',
        'a@x.org',
        'B@x.org',
        'c@X.org',
        'A@X.org',
        'D@x.org',
        'e@x.org',
      ];
      await addOldEntries(place, ...emails.map((email) => ({ email })));
      const database = open(place.url, 'read-only');
      const found = await findSpellings(database, 100, size);
      await database.close();
      expect(found).toMatchObject({ total: 3, entries: 7 });
      expect(found.groups.map(({ email, writtenAs }) => [email, ...writtenAs])).toEqual([
        ['a@x.org', 'A@x.org', 'a@x.org', 'A@X.org'],
        ['b@x.org', 'b@x.org', 'B@x.org'],
        ['c@x.org', 'C@x.org', 'c@X.org'],
      ]);
    },
  );

  it('are found in a table of several pages', async () => {
    const many = Array.from({ length: 6_000 }, (_, index) => ({ email: `p${index}@x.org` }));
    for (let start = 0; start < many.length; start += 2_000) {
      await addOldEntries(place, ...many.slice(start, start + 2_000));
    }
    await addOldEntries(place, { email: 'P3@x.org' }, { email: 'p5999@x.org' });
    expect((await find()).groups).toMatchObject([
      { email: 'p3@x.org', lowestId: 4, highestId: 6_001 },
      { email: 'p5999@x.org', lowestId: 6_000, highestId: 6_002 },
    ]);
  });

  it('are looked for without a question of the migrations, and after them too', async () => {
    await migrateTo(place, { adopt: true });
    expect(await find()).toEqual({ total: 0, entries: 0, groups: [] });
  });

  it('cannot be looked for where there is no table, and the message says what to check', async () => {
    await place.admin('DROP TABLE funnel_entries');
    expect(await rejection(find())).toMatchObject({
      kind: 'data',
      message: expect.stringContaining('funnel_entries'),
      hint: expect.stringContaining('database.url'),
    });
  });
});
