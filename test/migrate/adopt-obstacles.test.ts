import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrationsFor } from '../../src/migrate/migration.ts';
import { previewMigrations } from '../../src/migrate/preview.ts';
import { createAccount } from '../commands/account.ts';
import { open, rejection } from '../database/opened.ts';
import { createMysqlDatabase, createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { migrateTo, preview } from './migrating.ts';
import { addOldEntries, addOldJob, createPredecessorTables } from './predecessor.ts';
import { everythingIn } from './schema.ts';

const signalling = (name: string, event: string): string =>
  `CREATE TRIGGER ${name} ${event} ON funnel_entries FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'`;

describe('what is in the way of taking over on MySQL', () => {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await createMysqlDatabase();
    await createPredecessorTables(place);
    await addOldEntries(place, { email: 'A@x.org' });
    await addOldJob(place, 'pending', '{}', null);
  });

  afterEach(() => place.drop());

  async function refusal(): Promise<string> {
    const { kind, message } = (await rejection(preview(place, true))) as { kind: string; message: string };
    expect(kind).toBe('data');
    return message;
  }

  it.each([
    ['ALTER TABLE funnel_entries ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8', /key_block_size=8/i],
    ['ALTER TABLE brevo_sync_outbox ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=4', /^.*brevo_sync_outbox.*key_block_size=4/i],
    ['ALTER TABLE funnel_entries PARTITION BY HASH(id) PARTITIONS 3', /funnel_entries, partitioned/],
    ['ALTER TABLE brevo_sync_outbox ADD SYSTEM VERSIONING', /brevo_sync_outbox, a system-versioned table/],
    [signalling('guard', 'BEFORE UPDATE'), /trigger guard\), BEFORE UPDATE/],
    [signalling('`od``d`', 'AFTER INSERT'), /AFTER INSERT/],
    ['ALTER TABLE funnel_entries ADD lower_email VARCHAR(300) AS (LOWER(email)) STORED', /is made from email/],
    ['ALTER TABLE funnel_entries ADD CONSTRAINT real_test CHECK (test_id > 0)', /check real_test/],
    [
      "ALTER TABLE brevo_sync_outbox ADD CONSTRAINT known CHECK (status IN ('pending', 'success', 'error'))",
      /check known/,
    ],
    ['ALTER TABLE funnel_entries ENGINE=ARCHIVE', /engine.*ARCHIVE/],
  ])('is named, with its cure, and nothing is changed: %s', async (statement, message) => {
    if (statement.includes('ARCHIVE')) {
      const [engine] = await place.admin("SELECT 1 FROM information_schema.engines WHERE engine = 'ARCHIVE'");
      if (engine === undefined) return;
    }
    await place.admin(statement);
    const before = await everythingIn(place);
    expect(await refusal()).toMatch(message);
    expect(await rejection(migrateTo(place, { adopt: true }))).toMatchObject({ message: await refusal() });
    expect(await everythingIn(place)).toEqual(before);
    for (const [, cure = ''] of (await refusal()).matchAll(/Run: ((?:ALTER|DROP)[^.]*)\./g)) await place.admin(cure);
    await preview(place, true);
    // The others leave the tables as they were.
    if (/ROW_FORMAT|PARTITION|VERSIONING/.test(statement)) await migrateTo(place, { adopt: true });
  });

  it.each([
    ['a view', 'CREATE VIEW funnel_entries AS SELECT * FROM people'],
    ['a view of another shape', 'CREATE VIEW funnel_entries AS SELECT 1 AS one'],
    ['a sequence', 'CREATE SEQUENCE funnel_entries'],
  ])('is named when it is %s in the place of the table', async (_, statement) => {
    await place.admin('RENAME TABLE funnel_entries TO people');
    await place.admin(statement);
    expect(await refusal()).toMatch(/funnel_entries, a (view|sequence): is no table/);
  });

  it('is no CHECK that allows all that funnels writes, no JSON, and nothing that an ALTER keeps', async () => {
    for (const statement of [
      'ALTER TABLE funnel_entries ADD CHECK (certificate_purchased IN (0, 1)), ADD d DATE AS (DATE(entered_at)) VIRTUAL',
      "ALTER TABLE funnel_entries ADD CHECK (funnel_type IN ('language', 'non_language', 'other')), ROW_FORMAT=COMPRESSED",
      'ALTER TABLE brevo_sync_outbox MODIFY payload JSON NOT NULL, ADD FULLTEXT KEY words (last_error)',
      'ALTER TABLE brevo_sync_outbox PARTITION BY HASH(id) PARTITIONS 3',
      "ALTER TABLE brevo_sync_outbox MODIFY status VARCHAR(20) NOT NULL CHECK (status IN ('pending', 'error'))",
    ]) {
      await place.admin(statement);
    }
    expect((await preview(place, true)).differences.filter(({ isObstacle }) => isObstacle)).toEqual([]);
    await migrateTo(place, { adopt: true });
    await place.admin("UPDATE brevo_sync_outbox SET status = 'failed'");
  });

  it.each([
    [
      'ALTER TABLE brevo_sync_outbox MODIFY last_error MEDIUMTEXT',
      "UPDATE brevo_sync_outbox SET last_error = REPEAT('x', 70000)",
      /1 job .*\(id 1\)/,
    ],
    ['SELECT 1', "UPDATE brevo_sync_outbox SET last_error = REPEAT('é', 40000)", /1 job .*\(id 1\)/],
    [
      'ALTER TABLE funnel_entries MODIFY user_id BIGINT UNSIGNED',
      'UPDATE funnel_entries SET user_id = 18446744073709551615',
      /1 entry .*\(id 1\)/,
    ],
    ["SET sql_mode = ''", "UPDATE funnel_entries SET entered_at = '0000-00-00'", /1 entry .*\(id 1\)/],
    [
      'ALTER TABLE funnel_entries MODIFY entered_at TIMESTAMP NOT NULL DEFAULT 0',
      "UPDATE funnel_entries SET entered_at = '0000-00-00'",
      /1 entry .*\(id 1\)/,
    ],
    ["SET sql_mode = ''", "UPDATE funnel_entries SET certificate_purchased_at = '0000-00-00'", /1 entry .*\(id 1\)/],
    ["SET sql_mode = ''", "UPDATE funnel_entries SET entered_at = '2026-00-00'", /1 entry .*\(id 1\)/],
    ["SET sql_mode = ''", "UPDATE brevo_sync_outbox SET created_at = '0000-00-00'", /1 job .*\(id 1\)/],
  ])('is a value that does not fit, with its id: %s; %s', async (prepare, write, message) => {
    await place.admin("SET sql_mode = ''");
    await place.admin(prepare);
    await place.admin(write);
    const before = await everythingIn(place);
    expect(await refusal()).toMatch(message);
    expect(await rejection(migrateTo(place, { adopt: true }))).toMatchObject({ kind: 'data' });
    expect(await everythingIn(place)).toEqual(before);
  });

  it('may be a trigger that this account cannot see: that is said', async () => {
    const account = await createAccount(
      place,
      'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, REFERENCES, DROP',
    );
    const database = open(account.url, 'read-only');
    const { differences } = await previewMigrations(database, { adopt: true });
    await database.close();
    await account.remove();
    expect(differences).toContainEqual(
      expect.objectContaining({
        object: 'funnel_entries (triggers)',
        action: 'not looked for: this account lacks TRIGGER. If there are any, drop them',
      }),
    );
    expect((await preview(place, true)).differences.map(({ object }) => object)).not.toContain(
      'funnel_entries (triggers)',
    );
  });
});

describe.each(engines)('taking over on %s', (engine) => {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await createTestDatabase(engine);
    await createPredecessorTables(place);
    await addOldEntries(place, { email: 'a@x.org' });
  });

  afterEach(() => place.drop());

  it('brings statuses that funnels does not know into failed, counted and named, and keeps why', async () => {
    for (const [status, error] of [
      ['error', 'HTTP 502'],
      ['error', null],
      ['sent', null],
      ['PENDING', null],
      [' success', null],
      ['pending', null],
      ['failed', 'HTTP 400'],
    ] as const) {
      await addOldJob(place, status, '{}', error);
    }
    await place.admin("UPDATE brevo_sync_outbox SET next_attempt_at = '2026-02-03 04:05:06'");
    const told = (differences: readonly { object: string; found: string | null; action: string }[]): string[] =>
      differences
        .filter(({ object }) => object.startsWith('brevo_sync_outbox.status "'))
        .map(({ object, found, action }) => `${object}: ${found}, ${action}`)
        .sort();
    const expected = [
      'brevo_sync_outbox.status " success": 1 job, set to success by migration 14',
      'brevo_sync_outbox.status "PENDING": 1 job, set to pending by migration 14',
      'brevo_sync_outbox.status "error": 2 jobs, set to failed by migration 14',
      'brevo_sync_outbox.status "sent": 1 job, set to failed by migration 14',
    ];
    expect(told((await preview(place, true)).differences)).toEqual(expected);
    expect(told((await migrateTo(place, { adopt: true })).differences)).toEqual(expected);
    const due = '2026-02-03 04:05:06';
    expect(
      await place.admin(
        'SELECT id, status, last_error, next_attempt_at, retry_count, updated_at FROM brevo_sync_outbox ORDER BY id',
      ),
    ).toEqual(
      (
        [
          ['failed', 'HTTP 502', null],
          ['failed', 'Its status was "error" before funnels took over.', null],
          ['failed', 'Its status was "sent" before funnels took over.', null],
          ['pending', null, due],
          ['success', null, null],
          ['pending', null, due],
          ['failed', 'HTTP 400', due],
        ] as const
      ).map(([status, error, next], index) => ({
        id: index + 1,
        status,
        last_error: error,
        next_attempt_at: next,
        retry_count: 2,
        updated_at: '2026-01-02 03:04:05',
      })),
    );
  });

  it('refuses by their names all tables and views that would stop a later migration', async () => {
    const made = migrationsFor(engine).flatMap(({ statements }) =>
      statements.flatMap((statement) => /^CREATE TABLE (?:IF NOT EXISTS )?(\w+)/.exec(statement)?.[1] ?? []),
    );
    const later = made.filter((name) => name !== 'funnel_entries' && name !== 'brevo_sync_outbox');
    expect(later).toContain('brevo_pace');
    for (const name of later) {
      await place.admin(
        name === 'sync_runs' ? `CREATE VIEW ${name} AS SELECT 1 AS one` : `CREATE TABLE ${name} (a INT)`,
      );
    }
    const before = await everythingIn(place);
    for (const attempt of [() => preview(place, true), () => migrateTo(place, { adopt: true })]) {
      const { kind, message } = (await rejection(attempt())) as { kind: string; message: string };
      expect(kind).toBe('data');
      for (const name of later) expect(message).toContain(`${name} (a ${name === 'sync_runs' ? 'view' : 'table'};`);
    }
    expect(await everythingIn(place)).toEqual(before);
    for (const name of later) await place.admin(`DROP ${name === 'sync_runs' ? 'VIEW' : 'TABLE'} ${name}`);
    // What an earlier run of ours has made is in nobody's way.
    await migrateTo(place, { adopt: true, to: 9 });
    await migrateTo(place);
  });

  it('refuses tables of the names that it keeps its own books under', async () => {
    const bookkeeping = ['funnels_migrations', ...(engine === 'mysql' ? ['funnels_migration_lock'] : [])];
    for (const name of bookkeeping) {
      await place.admin(`CREATE TABLE ${name} (a INT)`);
      for (const attempt of [() => preview(place, true), () => migrateTo(place, { adopt: true })]) {
        expect(await rejection(attempt())).toMatchObject({
          kind: 'data',
          message: expect.stringContaining(`${name} is in`),
        });
      }
      await place.admin(`DROP TABLE ${name}`);
    }
  });

  it('refuses a trigger, and a view in the place of the jobs', async () => {
    if (engine === 'sqlite') {
      await place.admin("CREATE TRIGGER guard BEFORE UPDATE ON funnel_entries BEGIN SELECT RAISE(ABORT, 'no'); END");
      const { message } = (await rejection(preview(place, true))) as Error;
      expect(message).toMatch(/trigger guard.*DROP TRIGGER/);
      await place.admin('DROP TRIGGER guard');
    }
    await place.admin('ALTER TABLE brevo_sync_outbox RENAME TO jobs');
    await place.admin('CREATE VIEW brevo_sync_outbox AS SELECT * FROM jobs');
    expect(await rejection(migrateTo(place, { adopt: true }))).toMatchObject({
      kind: 'data',
      message: expect.stringContaining('brevo_sync_outbox, a view: is no table'),
    });
  });
});
