import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordAdopted } from '../../src/migrate/adopt.ts';
import { migrationsFor } from '../../src/migrate/migration.ts';
import { open, rejection } from '../database/opened.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { migrateTo, preview } from './migrating.ts';
import { addOldEntries, addOldJob, createPredecessorTables, type OldEntry } from './predecessor.ts';
import { columnsOf, everythingIn } from './schema.ts';

/** The versions that no table of the predecessor stands for. */
const afterAdoption = migrationsFor('sqlite')
  .map(({ version }) => version)
  .filter((version) => version > 2);

describe.each(engines)("taking over the predecessor's database on %s", (engine) => {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await createTestDatabase(engine);
  });

  afterEach(() => place.drop());

  async function expectRefusal(adopt: boolean, message: RegExp | string): Promise<void> {
    const before = await everythingIn(place);
    const refusal = { kind: 'data', message: expect.stringMatching(message) };
    expect(await rejection(migrateTo(place, { adopt }))).toMatchObject(refusal);
    expect(await rejection(preview(place, adopt))).toMatchObject(refusal);
    expect(await everythingIn(place)).toEqual(before);
  }

  it('is refused without being asked for, and changes nothing', async () => {
    await createPredecessorTables(place);
    await addOldEntries(place, { email: 'a@x.org' });
    await expectRefusal(false, /funnel_entries and brevo_sync_outbox/);
  });

  it('keeps every row, and ends with the columns of a fresh database', async () => {
    const fresh = await createTestDatabase(engine);
    await migrateTo(fresh);
    await createPredecessorTables(place);
    await addOldEntries(
      place,
      { email: ' Zoë.Müller@X.org', testId: null },
      { email: 'b@x.org', testId: 7, funnelType: 'non_language' },
      { email: 'b@x.org', testId: 8, funnelType: 'non_language' },
    );
    await addOldJob(place, 'pending', '{"email":"Zoë.Müller@X.org"}', null);
    await addOldJob(place, 'failed', '{"email":"b@x.org"}', 'über');
    expect(await migrateTo(place, { adopt: true })).toMatchObject({ adopted: [1, 2], addressesChanged: 1 });
    expect(await place.admin('SELECT id, email, test_id, entered_at FROM funnel_entries ORDER BY id')).toEqual([
      { id: 1, email: 'zoë.müller@x.org', test_id: 0, entered_at: '2026-01-02 03:04:05' },
      { id: 2, email: 'b@x.org', test_id: 7, entered_at: '2026-01-02 03:04:05' },
      { id: 3, email: 'b@x.org', test_id: 8, entered_at: '2026-01-02 03:04:05' },
    ]);
    expect(
      await place.admin('SELECT payload, status, retry_count, last_error FROM brevo_sync_outbox ORDER BY id'),
    ).toEqual([
      { payload: '{"email":"Zoë.Müller@X.org"}', status: 'pending', retry_count: 2, last_error: null },
      { payload: '{"email":"b@x.org"}', status: 'failed', retry_count: 2, last_error: 'über' },
    ]);
    expect(await columnsOf(place)).toEqual(await columnsOf(fresh));
    await fresh.drop();
  });

  it('leaves tables that take what the predecessor could not: any script, and no duplicates', async () => {
    await createPredecessorTables(place, { storage: 'MyISAM' });
    await migrateTo(place, { adopt: true });
    const enter =
      "INSERT INTO funnel_entries (email, funnel_type, test_id, entered_at) VALUES ('почта@x.org', 'language', 5, '2026-01-01')";
    await place.admin(enter);
    await addOldJob(place, 'pending', '{"email":"почта@x.org 🎓"}', '失敗');
    expect(await place.admin('SELECT email FROM funnel_entries')).toEqual([{ email: 'почта@x.org' }]);
    expect(await place.admin('SELECT payload, last_error FROM brevo_sync_outbox')).toEqual([
      { payload: '{"email":"почта@x.org 🎓"}', last_error: '失敗' },
    ]);
    await expect(place.admin(enter)).rejects.toThrow(/unique|duplicate/i);
  });

  it('is refused when only the jobs are there', async () => {
    await createPredecessorTables(place);
    await place.admin('DROP TABLE funnel_entries');
    await expectRefusal(true, /brevo_sync_outbox cannot be the predecessor's: funnel_entries is missing/);
  });

  it.runIf(engine === 'sqlite')(
    'takes jobs whose entry is gone although a foreign key should have kept it',
    async () => {
      await createPredecessorTables(place);
      await place.admin('DROP TABLE brevo_sync_outbox');
      await place.admin(`CREATE TABLE brevo_sync_outbox (id INTEGER PRIMARY KEY AUTOINCREMENT,
      funnel_entry_id INTEGER NOT NULL REFERENCES funnel_entries (id), operation_type TEXT NOT NULL,
      payload TEXT NOT NULL, status TEXT NOT NULL, retry_count INTEGER NOT NULL DEFAULT 0, last_error TEXT NULL,
      next_attempt_at TEXT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL)`);
      await addOldEntries(place, { email: 'a@x.org' }, { email: 'b@x.org' });
      await addOldJob(place, 'pending', '{}', null);
      // As sqlite3 does it, which does not ask for foreign keys.
      await place.admin('PRAGMA foreign_keys = OFF');
      await place.admin('DELETE FROM funnel_entries WHERE id = 1');
      await migrateTo(place, { adopt: true });
      expect(await place.admin('SELECT funnel_entry_id FROM brevo_sync_outbox')).toEqual([{ funnel_entry_id: 1 }]);
      expect(await place.admin('SELECT email FROM funnel_entries')).toEqual([{ email: 'b@x.org' }]);
    },
  );

  it('is recorded once by two migrators that both found the tables', async () => {
    await createPredecessorTables(place);
    for (const host of ['first', 'second']) {
      const database = open(place.url);
      await recordAdopted(database, [1, 2], { toolVersion: '1', host });
      await database.close();
    }
    expect(await place.admin('SELECT version, state, host FROM funnels_migrations ORDER BY version')).toEqual([
      { version: 1, state: 'adopted', host: 'first' },
      { version: 2, state: 'adopted', host: 'first' },
    ]);
  });

  it('previews what it would record and run', async () => {
    await createPredecessorTables(place);
    const { adopt, pending } = await preview(place, true);
    expect(adopt).toEqual([1, 2]);
    expect(pending.map(({ version }) => version)).toEqual(afterAdoption);
    expect(await place.admin('SELECT * FROM funnel_entries')).toEqual([]);
  });

  it.each([true, false])('refuses tables that are somebody else’s (--adopt %s)', async (adopt) => {
    await place.admin('CREATE TABLE funnel_entries (id INT PRIMARY KEY, email VARCHAR(20), stage INT)');
    await expectRefusal(adopt, /cannot be the predecessor's: .*funnel_entries\.funnel_type.* are missing/);
  });

  it('refuses entries that do not fit, before the first change', async () => {
    await createPredecessorTables(place);
    await addOldEntries(place, { email: 'a@x.org' }, { email: 'b@x.org', funnelType: 'f'.repeat(40) });
    await expectRefusal(true, /1 entry .*id 2.*nothing was changed/);
  });

  it.each([
    ['payload', 'NULL'],
    ['operation_type', `'${'o'.repeat(65)}'`],
    ['status', `'${'s'.repeat(17)}'`],
  ])('refuses jobs that do not fit, before the first change (%s)', async (column, value) => {
    await createPredecessorTables(place);
    await addOldEntries(place, { email: 'a@x.org' });
    await addOldJob(place, 'pending', '{}', null);
    if (engine === 'mysql') {
      await place.admin(`ALTER TABLE brevo_sync_outbox MODIFY ${column} VARCHAR(200) NULL`);
    } else {
      await place.admin('DROP TABLE brevo_sync_outbox');
      await place.admin(`CREATE TABLE brevo_sync_outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, funnel_entry_id INT,
        operation_type TEXT, payload TEXT, status TEXT, retry_count INT, last_error TEXT, next_attempt_at TEXT,
        created_at TEXT, updated_at TEXT)`);
      await addOldJob(place, 'pending', '{}', null);
    }
    await place.admin(`UPDATE brevo_sync_outbox SET ${column} = ${value}`);
    await expectRefusal(true, /brevo_sync_outbox holds 1 job .*id 1.*nothing was changed/);
  });

  describe('refuses duplicates, changing nothing:', () => {
    const test7 = { testId: 7 };
    it.each<[string, OldEntry[], string]>([
      [
        'the same entry twice',
        [
          { email: 'a@x.org', ...test7 },
          { email: 'a@x.org', ...test7 },
        ],
        '1 group of duplicates (2 entries)',
      ],
      [
        'no test and test 0',
        [
          { email: 'a@x.org', testId: null },
          { email: 'a@x.org', testId: 0 },
        ],
        '1 group of duplicates (2 entries)',
      ],
      [
        'an address in two spellings',
        [{ email: 'A@x.org' }, { email: 'a@x.org' }],
        '1 group of duplicates (2 entries)',
      ],
      ['a trailing space', [{ email: 'a@x.org ' }, { email: 'a@x.org' }], '1 group of duplicates (2 entries)'],
      [
        'all of these together',
        [{ email: 'A@x.org' }, { email: 'a@x.org' }, { email: 'a@x.org' }, { email: 'b@x.org' }, { email: 'b@x.org' }],
        '2 groups of duplicates (5 entries)',
      ],
    ])('%s', async (_, entries, message) => {
      await createPredecessorTables(place);
      await addOldEntries(place, ...entries);
      await expectRefusal(true, message.replace(/[()]/g, '\\$&'));
      expect(await rejection(migrateTo(place, { adopt: true }))).toMatchObject({
        hint: expect.stringContaining('funnels find-duplicates'),
      });
    });
  });
});
