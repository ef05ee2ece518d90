import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Problem } from '../../src/errors.ts';
import { expectedTables } from '../../src/migrate/adopt-tables.ts';
import { migrationsFor } from '../../src/migrate/migration.ts';
import { describeColumn, readSchema, type TableSchema } from '../../src/migrate/schema.ts';
import type { SchemaDifference } from '../../src/migrate/schema-difference.ts';
import { open, rejection } from '../database/opened.ts';
import { createMysqlDatabase, createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { migrateTo, preview } from './migrating.ts';
import { addOldEntries, addOldJob, createPredecessorTables, type OldTables } from './predecessor.ts';
import { columnsOf, everythingIn } from './schema.ts';

async function schemaOf(place: TestDatabase, ...names: string[]): Promise<TableSchema[]> {
  const database = open(place.url, 'read-only');
  try {
    return await readSchema(database, names.length > 0 ? names : Object.keys(await columnsOf(place)).sort());
  } finally {
    await database.close();
  }
}

const actions = (differences: readonly SchemaDifference[]): Record<string, string> =>
  Object.fromEntries(differences.map(({ object, action }) => [object, action]));

it.each(engines)('the tables that are expected are those that migrations 1 and 2 make on %s', async (engine) => {
  const place = await createTestDatabase(engine);
  onTestFinished(() => place.drop());
  await migrateTo(place, { to: 2 });
  const real = await schemaOf(place, 'funnel_entries', 'brevo_sync_outbox');
  expect(
    real.map(({ name, engine: storage, columns }) => ({
      name,
      storage,
      columns: Object.fromEntries(columns.map((column) => [column.name, describeColumn(column)])),
    })),
  ).toEqual(expectedTables[engine].map(({ name, engine: storage, columns }) => ({ name, storage, columns })));
});

describe.each(engines)("the predecessor's tables before there was an outbox, on %s", (engine) => {
  it('are taken over, and the outbox is made', async () => {
    const place = await createTestDatabase(engine);
    onTestFinished(() => place.drop());
    await createPredecessorTables(place, { withoutOutbox: true, storage: 'MyISAM' });
    await addOldEntries(place, { email: 'A@x.org' }, { email: 'b@x.org', testId: 7 });
    expect(actions((await preview(place, true)).differences)).toMatchObject({
      brevo_sync_outbox: 'created by migration 2',
    });
    const { adopted, version } = await migrateTo(place, { adopt: true });
    expect({ adopted, version }).toEqual({ adopted: [1], version: migrationsFor(engine).at(-1)?.version });
    await addOldJob(place, 'pending', '{}', null);
    expect(await place.admin('SELECT id, email, test_id FROM funnel_entries ORDER BY id')).toEqual([
      { id: 1, email: 'a@x.org', test_id: 0 },
      { id: 2, email: 'b@x.org', test_id: 7 },
    ]);
    const jobs = (await schemaOf(place, 'brevo_sync_outbox'))[0];
    expect(jobs?.references).toMatchObject([{ columns: ['funnel_entry_id'], table: 'funnel_entries' }]);
  });
});

describe('variants of the tables on MySQL', () => {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await createMysqlDatabase();
  });

  afterEach(() => place.drop());

  const variants: [string, OldTables, string[], Record<string, string>][] = [
    [
      'latin1',
      { charset: 'latin1' },
      [],
      { 'funnel_entries.email': 'converted by migration 3', 'funnel_entries.id': 'kept' },
    ],
    ['utf8mb3', { charset: 'utf8mb3' }, [], { 'brevo_sync_outbox.payload': 'converted by migration 6' }],
    [
      'MyISAM',
      { storage: 'MyISAM' },
      [],
      {
        'funnel_entries (engine)': 'converted by migration 3',
        'brevo_sync_outbox (engine)': 'converted by migration 6',
      },
    ],
    [
      'its unique key under another name',
      {},
      ['ALTER TABLE funnel_entries ADD UNIQUE KEY `uq a``b` (email, funnel_type, test_id)'],
      { 'funnel_entries (uq a`b)': 'renamed to funnel_entries_unique' },
    ],
    [
      'its unique key under our name',
      {},
      ['ALTER TABLE funnel_entries ADD UNIQUE KEY funnel_entries_unique (email, funnel_type, test_id)'],
      { 'funnel_entries (funnel_entries_unique)': 'kept' },
    ],
    [
      'an index and columns of its own',
      {},
      ['ALTER TABLE funnel_entries ADD campaign VARCHAR(20) NULL, ADD KEY by_campaign (campaign)'],
      { 'funnel_entries.campaign': 'kept', 'funnel_entries (by_campaign)': 'kept' },
    ],
    [
      'Alembic',
      {},
      [
        'CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)',
        "INSERT INTO alembic_version VALUES ('3f2a')",
      ],
      { alembic_version: 'left untouched' },
    ],
    [
      'a foreign key',
      {},
      [
        'ALTER TABLE brevo_sync_outbox ADD FOREIGN KEY (funnel_entry_id) REFERENCES funnel_entries (id) ON DELETE CASCADE',
      ],
      { 'brevo_sync_outbox (foreign key)': 'kept' },
    ],
    [
      'ENUMs and timestamps',
      {},
      [
        "ALTER TABLE funnel_entries MODIFY funnel_type ENUM('language', 'non_language') NOT NULL, MODIFY entered_at TIMESTAMP NOT NULL",
      ],
      { 'funnel_entries.funnel_type': 'converted by migration 3', 'funnel_entries.entered_at': 'kept' },
    ],
  ];

  it.each(variants)('with %s are told, taken over, and do what was told', async (_, options, statements, told) => {
    await createPredecessorTables(place, options);
    for (const statement of statements) await place.admin(statement);
    // Told apart byte for byte, and the same to the collations that the predecessor had: no duplicates.
    const emails = ['Zoe@x.org', 'zoé@x.org', 'c@x.org'];
    await addOldEntries(place, ...emails.map((email) => ({ email })));
    await addOldJob(place, 'pending', '{"email":"Zoe@x.org"}', 'é');
    const { differences: foreseen, adopt, pending } = await preview(place, true);
    const { differences, adopted, applied } = await migrateTo(place, { adopt: true });
    expect(adopted).toEqual(adopt);
    expect(applied.map(({ version }) => version)).toEqual(pending.map(({ version }) => version));
    expect(differences).toEqual(foreseen);
    expect(actions(differences)).toMatchObject(told);
    expect(await place.admin('SELECT id, email, test_id, entered_at FROM funnel_entries ORDER BY id')).toEqual(
      ['zoe@x.org', 'zoé@x.org', 'c@x.org'].map((email, index) => ({
        id: index + 1,
        email,
        test_id: 0,
        entered_at: '2026-01-02 03:04:05',
      })),
    );
    expect(await place.admin('SELECT payload, last_error, retry_count FROM brevo_sync_outbox')).toEqual([
      { payload: '{"email":"Zoe@x.org"}', last_error: 'é', retry_count: 2 },
    ]);
    await expectPromisesKept(foreseen);
  });

  /** What was to be converted is as in a fresh database now, what was to be kept is as it was, and nothing is doubled. */
  async function expectPromisesKept(differences: readonly SchemaDifference[]): Promise<void> {
    const fresh = await createMysqlDatabase();
    onTestFinished(() => fresh.drop());
    await migrateTo(fresh);
    const wanted = await schemaOf(fresh);
    const real = await schemaOf(place);
    for (const table of wanted) {
      const same = real.find(({ name }) => name === table.name);
      for (const column of table.columns) {
        const found = same?.columns.find(({ name }) => name === column.name);
        const told = differences.find(({ object }) => object === `${table.name}.${column.name}`);
        const isKept = told?.action === 'kept';
        expect(found && describeColumn(found), `${table.name}.${column.name}`).toBe(
          isKept ? told.found : describeColumn(column),
        );
      }
      const own = same?.indexes.filter(({ name }) => table.indexes.some((index) => index.name === name));
      expect(own).toEqual(table.indexes);
      expect(same?.indexes.filter(({ isUnique }) => isUnique)).toEqual(
        table.indexes.filter(({ isUnique }) => isUnique),
      );
      expect(same?.engine).toBe('InnoDB');
    }
  }

  it('with a unique key are taken over again after a kill between its renaming and the record of that', async () => {
    await createPredecessorTables(place);
    await place.admin('ALTER TABLE funnel_entries ADD UNIQUE KEY uq (email, funnel_type, test_id)');
    await migrateTo(place, { adopt: true, to: 3 });
    await place.admin('ALTER TABLE funnel_entries RENAME INDEX uq TO funnel_entries_unique');
    await migrateTo(place);
    expect(await place.admin('SELECT version, state FROM funnels_migrations WHERE version BETWEEN 3 AND 5')).toEqual([
      { version: 3, state: 'done' },
      { version: 4, state: 'adopted' },
      { version: 5, state: 'done' },
    ]);
  });

  it.each([
    ['ALTER TABLE funnel_entries ADD source VARCHAR(20) NULL', /funnel_entries\.source.*migration 5 adds a column/],
    ['ALTER TABLE funnel_entries ADD campaign INT NOT NULL', /funnel_entries\.campaign.*give it a default/],
    ['ALTER TABLE funnel_entries ADD UNIQUE KEY person (email)', /person.*keep people out/],
    ['ALTER TABLE funnel_entries ADD KEY funnel_entries_entered (entered_at)', /migration 5 makes an index/],
    ['ALTER TABLE funnel_entries MODIFY id INT NOT NULL', /funnel_entries\.id.*AUTO_INCREMENT/],
    ['ALTER TABLE funnel_entries MODIFY entered_at VARCHAR(30) NOT NULL', /entered_at.*DATETIME or TIMESTAMP/],
    ['ALTER TABLE brevo_sync_outbox MODIFY next_attempt_at DATETIME NOT NULL', /next_attempt_at.*allow NULL/],
    ['ALTER TABLE funnel_entries MODIFY test_id VARCHAR(20) NULL', /funnel_entries\.test_id.*has to be an integer/],
    ['ALTER TABLE brevo_sync_outbox ADD UNIQUE KEY one (funnel_entry_id)', /\(one\).*keep jobs out of the outbox/],
  ])('are refused, unchanged, after: %s', async (statement, message) => {
    await createPredecessorTables(place);
    await addOldEntries(place, { email: 'a@x.org' });
    await place.admin(statement);
    const before = await everythingIn(place);
    const refusal = { kind: 'data', message: expect.stringMatching(message) };
    expect(await rejection(preview(place, true))).toMatchObject(refusal);
    expect(await rejection(migrateTo(place, { adopt: true }))).toMatchObject(refusal);
    expect(await everythingIn(place)).toEqual(before);
  });

  it.each([
    ['funnel_entries', 'entered_at', 'TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP'],
    ['funnel_entries', 'entered_at', 'TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)'],
    ['funnel_entries', 'certificate_purchased_at', 'DATETIME NULL'],
    ['brevo_sync_outbox', 'next_attempt_at', 'TIMESTAMP NULL'],
    ['brevo_sync_outbox', 'created_at', 'DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP'],
  ])(
    'whose %s.%s renews itself are refused until the ALTER that is named has run (%s)',
    async (table, column, type) => {
      await createPredecessorTables(place);
      await addOldEntries(place, { email: ' A@x.org' });
      await addOldJob(place, 'pending', '{}', null);
      const precision = /\(3\)/.exec(type)?.[0] ?? '';
      await place.admin(`ALTER TABLE ${table} MODIFY ${column} ${type} ON UPDATE CURRENT_TIMESTAMP${precision}`);
      const before = await everythingIn(place);
      for (const tried of [() => preview(place, true), () => migrateTo(place, { adopt: true })]) {
        const { message } = (await rejection(tried())) as Error;
        expect(message).toContain(`${table}.${column}`);
        expect(message).toContain('would be overwritten by every change of its row');
        expect(await everythingIn(place)).toEqual(before);
      }
      const { message } = (await rejection(preview(place, true))) as Error;
      await place.admin(/Run: (ALTER TABLE [^.]*)\./.exec(message)?.[1] ?? 'no statement');
      const dates = `SELECT e.entered_at, e.certificate_purchased_at, j.next_attempt_at, j.created_at
      FROM funnel_entries e JOIN brevo_sync_outbox j ON j.funnel_entry_id = e.id`;
      const kept = await place.admin(dates);
      expect(JSON.stringify(kept)).toContain('2026-01-02 03:04:05');
      await migrateTo(place, { adopt: true });
      expect(await place.admin(dates)).toEqual(kept);
    },
  );

  it('whose rows do not fit stop a migration, which says at what, and goes on once they are corrected', async () => {
    await createPredecessorTables(place);
    await addOldEntries(place, { email: 'a@x.org' });
    // Written after the look at all rows that comes first.
    await migrateTo(place, { adopt: true, to: 2 });
    await place.admin('ALTER TABLE funnel_entries MODIFY test_id BIGINT UNSIGNED NULL');
    await place.admin('UPDATE funnel_entries SET test_id = 18446744073709551615');
    const stopped = (await rejection(migrateTo(place))) as Problem;
    expect(stopped).toMatchObject({ kind: 'data', hint: 'Correct the rows, then: funnels migrate' });
    expect(stopped.message).toMatch(
      /^Migration 3 \(require_test_ids\) stopped: The database .* refused a row: Out of range value.*[^.]\.\nThe statement: ALTER TABLE funnel_entries ENGINE/,
    );
    await place.admin('UPDATE funnel_entries SET test_id = 5');
    expect(await migrateTo(place)).toMatchObject({ version: migrationsFor('mysql').at(-1)?.version });
  });

  it('are refused, unchanged, while a foreign key refers to what is converted, and it says how to drop it', async () => {
    await createPredecessorTables(place, { withoutOutbox: true });
    await place.admin(`CREATE TABLE notes (entry INT NOT NULL,
      CONSTRAINT notes_entry FOREIGN KEY (entry) REFERENCES funnel_entries (id)) ENGINE=InnoDB`);
    const before = await everythingIn(place);
    const drop = 'ALTER TABLE notes DROP FOREIGN KEY notes_entry';
    const refusal = { kind: 'data', message: expect.stringContaining(`migration 2. Run: ${drop}.`) };
    expect(await rejection(preview(place, true))).toMatchObject(refusal);
    expect(await rejection(migrateTo(place, { adopt: true }))).toMatchObject(refusal);
    expect(await everythingIn(place)).toEqual(before);
    await place.admin(drop);
    await migrateTo(place, { adopt: true });
  });

  it('get their missing test numbers in batches, and again those that came before NULLs were ruled out', async () => {
    await createPredecessorTables(place);
    await place.admin(`INSERT INTO funnel_entries (email, funnel_type, entered_at)
      SELECT CONCAT('p', seq, '@x.org'), 'language', '2026-01-02' FROM seq_1_to_12000`);
    await migrateTo(place, { adopt: true, to: 3 });
    expect(await place.admin('SELECT COUNT(*) AS rows_ FROM funnel_entries WHERE test_id = 0')).toEqual([
      { rows_: 12_000 },
    ]);
    await place.admin('ALTER TABLE funnel_entries MODIFY test_id BIGINT NULL');
    await place.admin(
      "INSERT INTO funnel_entries (email, funnel_type, test_id, entered_at) VALUES ('z@x.org', 'language', NULL, '2026-01-02')",
    );
    await place.admin(
      "UPDATE funnels_migrations SET state = 'running', statements_done = 2, finished_at = NULL WHERE version = 3",
    );
    await migrateTo(place, { to: 3 });
    expect(await place.admin('SELECT COUNT(*) AS rows_ FROM funnel_entries WHERE test_id = 0')).toEqual([
      { rows_: 12_001 },
    ]);
  });
});

it('on SQLite are refused when the rebuilt table would lose a column', async () => {
  const place = await createTestDatabase('sqlite');
  onTestFinished(() => place.drop());
  await createPredecessorTables(place);
  await place.admin('ALTER TABLE funnel_entries ADD COLUMN campaign TEXT NULL');
  expect(await rejection(migrateTo(place, { adopt: true }))).toMatchObject({
    message: expect.stringContaining('funnel_entries.campaign'),
  });
});
