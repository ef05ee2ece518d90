import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DuplicateGroup } from '../../src/funnel/duplicate-group.ts';
import { type Duplicates, eachDuplicate, findDuplicates } from '../../src/funnel/duplicates.ts';
import { open, rejection } from '../database/opened.ts';
import { migrateTo } from '../migrate/migrating.ts';
import { addOldEntries, createPredecessorTables } from '../migrate/predecessor.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';

const none = { total: 0, entries: 0, funnels: [], groups: [] };

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

  /** The same empty tables in another character set. */
  async function remake(charset: string): Promise<void> {
    await place.admin('DROP TABLE brevo_sync_outbox');
    await place.admin('DROP TABLE funnel_entries');
    await createPredecessorTables(place, { charset });
  }

  it('are none in an empty table, nor in one whose entries differ in address, funnel or test', async () => {
    expect(await find()).toEqual(none);
    await addOldEntries(
      place,
      { email: 'a@x.org', testId: 1 },
      { email: 'a@x.org', testId: 2 },
      { email: 'a@x.org', testId: 1, funnelType: 'non_language' },
      { email: 'b@x.org', testId: 1 },
      { email: 'a+b@x.org', testId: 1 },
    );
    expect(await find()).toEqual(none);
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
          why: ['exact'],
          keepId: 3,
          removeIds: [1, 4],
          purchaseFromId: null,
        },
      ],
      funnels: [{ funnelType: 'language', groups: 1, entries: 3, surplus: 2 }],
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
          why: ['differs in case', 'space at the end'],
          keepId: 3,
          removeIds: [1, 2],
          purchaseFromId: null,
        },
      ],
      funnels: [{ funnelType: 'language', groups: 1, entries: 3, surplus: 2 }],
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

  it.each([1, 2, 3, 1000])('are the same when %i odd addresses are held at a time', async (heldAtOnce) => {
    await remake('utf8mb4');
    const emails = [
      'Ä@x.org',
      'b\u200b@x.org',
      'c@x.org',
      'ä@x.org',
      'B@x.org',
      'C@x.org',
      'ä@x.org',
      'd\t@x.org',
      'é',
    ];
    await addOldEntries(place, ...emails.map((email) => ({ email })));
    const database = open(place.url, 'read-only');
    const groups: DuplicateGroup[] = [];
    const totals = await eachDuplicate(database, (group) => groups.push(group), heldAtOnce);
    await database.close();
    expect(totals).toMatchObject({ total: 3, entries: 7 });
    expect(groups.map(({ email, writtenAs }) => [email, ...writtenAs]).sort()).toEqual([
      ['b@x.org', 'b\u200b@x.org', 'B@x.org'],
      ['c@x.org', 'c@x.org', 'C@x.org'],
      ['ä@x.org', 'Ä@x.org', 'ä@x.org'],
    ]);
  });

  it.each([
    [['a@x.org', 'A@x.org'], 'a@x.org', ['differs in case']],
    [[' a@x.org', 'a@x.org'], 'a@x.org', ['space in front']],
    [['a@x.org\t', 'a@x.org'], 'a@x.org', ['tab at the end']],
    [['a@x.org\r\n', 'a@x.org'], 'a@x.org', ['line break at the end']],
    [['a\u200b@x.org', 'a@x.org'], 'a@x.org', ['zero-width character']],
    [['\u00a0a@x.org', 'a@x.org'], 'a@x.org', ['no-break space in front']],
    [['zoe\u0308@x.org', 'zo\u00eb@x.org'], 'zo\u00eb@x.org', ['accent as a character of its own']],
    [['a@münchen.de', 'a@xn--mnchen-3ya.de'], 'a@xn--mnchen-3ya.de', ['domain not in ASCII']],
    [['A@x.org ', 'A@x.org'], 'a@x.org', ['space at the end']],
    [['A@x.org', 'a@X.org'], 'a@x.org', ['differs in case']],
    [['mailto:a@x.org', 'a@x.org'], 'a@x.org', ['something around the address']],
    [['a@x.org', '<A@x.org> '], 'a@x.org', ['space at the end', 'differs in case', 'something around the address']],
    [['a@x.org. ', '<a@x.org>'], 'a@x.org', ['space at the end']],
    [['a@x.org.', 'a@x.org.'], 'a@x.org.', ['no test number']],
    [['a@x.org', 'a@x.org'], 'a@x.org', ['no test number']],
  ])('%j are one group, and it is said why', async (emails, email, why) => {
    await remake('utf8mb4');
    await addOldEntries(place, ...emails.map((one) => ({ email: one })), { email: 'other@x.org' });
    expect(await find()).toMatchObject({ total: 1, entries: 2, groups: [{ email, why, lowestId: 1, highestId: 2 }] });
  });

  it.each([
    [['', '\u200b'], ''],
    [['a b@x.org', 'a b@x.org\t'], 'a b@x.org'],
  ])('are addresses that no mail goes to, too: %j', async (emails, email) => {
    await remake('utf8mb4');
    await addOldEntries(place, ...emails.map((one) => ({ email: one })), { email: 'other@x.org' });
    expect(await find()).toMatchObject({ total: 1, entries: 2, groups: [{ email, lowestId: 1, highestId: 2 }] });
  });

  it.runIf(engine === 'mysql').each([[''], ['utf8mb4_unicode_nopad_ci']])(
    'are funnels that differ in spaces at the end, which the unique key does not tell apart (%s)',
    async (unpadded) => {
      if (unpadded !== '') {
        await remake(`utf8mb4 COLLATE ${unpadded}`);
        await place.admin(`ALTER TABLE funnel_entries MODIFY test_id INT NOT NULL,
          ADD UNIQUE KEY uq (email, funnel_type, test_id)`);
      }
      await addOldEntries(
        place,
        { email: 'a@x.org', testId: 1 },
        { email: 'A@x.org', testId: 1, funnelType: 'language ' },
        { email: 'b@x.org', testId: 1, funnelType: 'language ' },
        { email: 'b@x.org', testId: 1 },
        { email: 'a@x.org', testId: 1, funnelType: 'non_language' },
      );
      const { groups } = await find();
      expect(groups).toMatchObject([
        { email: 'a@x.org', funnelType: 'language', keepId: 1, removeIds: [2] },
        { email: 'b@x.org', funnelType: 'language', keepId: 3, removeIds: [4] },
      ]);
      expect(await rejection(migrateTo(place, { adopt: true }))).toMatchObject({
        message: expect.stringContaining('2 groups of duplicates (4 entries)'),
      });
    },
  );

  it
    .runIf(engine === 'mysql')
    .each([
      'latin1',
      'utf8mb3 COLLATE utf8mb3_bin',
      'utf8mb4 COLLATE utf8mb4_turkish_ci',
      'utf8mb4 COLLATE utf8mb4_unicode_nopad_ci',
      'ucs2',
      'cp1251',
    ])('are told letter by letter whatever the character set (%s)', async (charset) => {
    await remake(charset);
    const emails = [
      'INFO@x.org',
      'info@x.org',
      'Info@x.org ',
      'ınfo@x.org',
      'a@x.org\t',
      'a@x.org',
      'bs@x.org',
      'bß@x.org',
    ];
    const isKept = async (email: string): Promise<boolean> =>
      (
        await place.admin<{ kept: string }>(
          `SELECT CONVERT(CONVERT(? USING ${charset.split(' ')[0]}) USING utf8mb4) AS kept`,
          [email],
        )
      )[0]?.kept === email;
    const stored: string[] = [];
    for (const email of emails) if (await isKept(email)) stored.push(email);
    await addOldEntries(place, ...stored.map((email) => ({ email })));
    const { groups } = await find();
    expect(groups.map(({ email, writtenAs }) => [email, ...writtenAs])).toEqual([
      ['info@x.org', 'INFO@x.org', 'info@x.org', 'Info@x.org '],
      ['a@x.org', 'a@x.org\t', 'a@x.org'],
    ]);
  });

  it('are found under the unique key too, when somebody else wrote them, and the key keeps the rest out', async () => {
    await migrateTo(place, { adopt: true });
    await addOldEntries(
      place,
      ...['a@x.org', 'A@x.org', 'b@x.org', 'c@x.org\t', ' c@x.org', 'D@x.org', 'é@x.org', 'f@x.org', 'f@x.org.'].map(
        (email) => ({
          email,
          testId: 3,
        }),
      ),
      { email: 'B@x.org', testId: 4 },
    );
    expect((await find()).groups).toMatchObject([
      { email: 'a@x.org', count: 2, keepId: 1 },
      { email: 'c@x.org', count: 2, keepId: 4 },
      { email: 'f@x.org', count: 2, keepId: 8 },
    ]);
  });

  it.each([false, true])(
    'are found when something was pasted around the address (unique key: %s)',
    async (isUnique) => {
      if (isUnique) await migrateTo(place, { adopt: true });
      const written = [
        'ann@x.org',
        'ann@x.org.',
        '<ann@x.org>',
        'MAILTO:ann@x.org',
        '<mailto:Ann@x.org.>',
        ' ann@x.org.',
      ];
      const why = ['something around the address', 'differs in case', 'space in front'];
      await addOldEntries(place, ...written.map((email) => ({ email, testId: 3 })), {
        email: '<bob@x.org>',
        testId: 3,
      });
      expect((await find()).groups).toMatchObject([{ email: 'ann@x.org', count: written.length, keepId: 1, why }]);
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
    expect(await find()).toEqual(none);
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
