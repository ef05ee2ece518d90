import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../src/database/database.ts';
import { migrationsFor } from '../../src/migrate/migration.ts';
import { requireSchema } from '../../src/migrate/plan.ts';
import { migrationStatus } from '../../src/migrate/status.ts';
import { open, rejection } from '../database/opened.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { migrateTo, preview } from './migrating.ts';
import { columnsOf, everythingIn } from './schema.ts';

const columns = {
  brevo_sync_outbox: [
    'created_at',
    'funnel_entry_id',
    'id',
    'last_error',
    'lease_token',
    'next_attempt_at',
    'operation_type',
    'payload',
    'retry_count',
    'status',
    'updated_at',
  ],
  funnel_entries: [
    'certificate_purchased',
    'certificate_purchased_at',
    'certificate_refunded_at',
    'covers_until',
    'email',
    'entered_at',
    'funnel_type',
    'id',
    'paid_before_entering_at',
    'source',
    'test_completed_at',
    'test_id',
    'user_id',
  ],
  funnel_covered_tests: ['entry_id', 'test_id'],
  funnel_removed_duplicates: ['entered_at', 'entry_id'],
  funnel_purchases: ['email', 'funnel_type', 'matched_at', 'paid_at', 'payment_id', 'revoked_at'],
};

describe.each(engines)('migrating on %s', (engine) => {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await createTestDatabase(engine);
  });

  afterEach(() => place.drop());

  const known = migrationsFor(engine);
  const versions = known.map(({ version }) => version);
  const newest = versions.at(-1) ?? 0;

  async function reading<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const database = open(place.url, 'read-only');
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  }

  it('a fresh database applies every migration, once and in order', async () => {
    const announced: number[] = [];
    const result = await migrateTo(place, { onMigration: ({ version }) => announced.push(version) });
    expect(result).toMatchObject({ version: newest, adopted: [], addressesChanged: 0 });
    expect(result.applied.map(({ version }) => version)).toEqual(versions);
    expect(announced).toEqual(versions);
    expect(await columnsOf(place)).toMatchObject(columns);
  });

  it('a second time does nothing', async () => {
    await migrateTo(place);
    const before = await everythingIn(place);
    expect(await migrateTo(place)).toEqual({
      version: newest,
      applied: [],
      adopted: [],
      differences: [],
      addressesChanged: 0,
      stopped: false,
      remaining: [],
    });
    expect(await everythingIn(place)).toEqual(before);
  });

  it('records who applied what and when', async () => {
    await migrateTo(place);
    expect(await place.admin('SELECT version, name, state, tool_version, host FROM funnels_migrations')).toEqual(
      known.map(({ version, name }) => ({ version, name, state: 'done', tool_version: '9.8.7', host: 'here' })),
    );
  });

  it('makes nobody able to be twice in the same funnel for the same test', async () => {
    await migrateTo(place);
    const enter = 'INSERT INTO funnel_entries (email, funnel_type, test_id) VALUES (?, ?, ?)';
    await place.admin(enter, ['a@x.org', 'language', 5]);
    await place.admin(enter, ['a@x.org', 'language', 6]);
    await place.admin(enter, ['a@x.org', 'non_language', 5]);
    await place.admin(enter, ['A@x.org', 'language', 5]);
    await expect(place.admin(enter, ['a@x.org', 'language', 5])).rejects.toThrow(/unique|duplicate/i);
    await expect(place.admin(enter, ['b@x.org', 'language', null])).rejects.toThrow(/null/i);
  });

  it('shows its status before and after, reading only', async () => {
    expect((await reading(migrationStatus)).migrations.map(({ state }) => state)).toEqual(
      versions.map(() => 'pending'),
    );
    expect(await columnsOf(place)).toEqual({});
    await migrateTo(place);
    const after = (await reading(migrationStatus)).migrations;
    expect(after.map(({ version, state, toolVersion }) => ({ version, state, toolVersion }))).toEqual(
      versions.map((version) => ({ version, state: 'applied', toolVersion: '9.8.7' })),
    );
    for (const { appliedAt } of after) expect(appliedAt).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  });

  it('previews every statement and writes nothing', async () => {
    const { pending, adopt } = await preview(place);
    expect(adopt).toEqual([]);
    expect(pending).toEqual(known.map(({ version, name, statements }) => ({ version, name, statements })));
    expect(await columnsOf(place)).toEqual({});
    await migrateTo(place);
    expect((await preview(place)).pending).toEqual([]);
  });

  it('is asked for by name when a command finds no tables, or old ones', async () => {
    expect(await rejection(reading((session) => requireSchema(session, 'read')))).toMatchObject({
      kind: 'data',
      hint: expect.stringContaining('funnels migrate'),
    });
    await migrateTo(place);
    await reading((session) => requireSchema(session, 'write'));
    const lastTwo = versions.slice(-2);
    await place.admin('DELETE FROM funnels_migrations WHERE version >= ?', [lastTwo[0] ?? 0]);
    expect(await rejection(reading((session) => requireSchema(session, 'read')))).toMatchObject({
      kind: 'data',
      message: expect.stringContaining(`versions ${lastTwo.join(', ')} are missing`),
    });
  });

  describe('a database that a newer program has changed', () => {
    beforeEach(async () => {
      await migrateTo(place);
      await place.admin(
        `INSERT INTO funnels_migrations (version, name, checksum, statements, state, statements_done, started_at, tool_version, host)
         VALUES (9000, 'from_the_future', 'sha256:x', '[]', 'done', 1, '2030-01-01 00:00:00', '99.0.0', 'there')`,
      );
    });

    it('is refused by migrate and by commands that write, and read by those that read', async () => {
      const refusal = { kind: 'data', message: expect.stringContaining('9000 (from_the_future)') };
      expect(await rejection(migrateTo(place))).toMatchObject(refusal);
      expect(await rejection(preview(place))).toMatchObject(refusal);
      expect(await rejection(reading((session) => requireSchema(session, 'write')))).toMatchObject(refusal);
      await reading((session) => requireSchema(session, 'read'));
    });

    it('shows the unknown migration in its status', async () => {
      expect((await reading(migrationStatus)).migrations.at(-1)).toMatchObject({ version: 9000, state: 'unknown' });
    });
  });

  it('refuses a database whose migrations had other statements, and says which', async () => {
    await migrateTo(place);
    await place.admin("UPDATE funnels_migrations SET checksum = 'sha256:other' WHERE version = 2");
    const before = await everythingIn(place);
    expect(await rejection(migrateTo(place))).toMatchObject({
      kind: 'data',
      message: expect.stringContaining('Migration 2 (create_brevo_sync_outbox)'),
      hint: expect.stringContaining('9.8.7 on here'),
    });
    expect(await everythingIn(place)).toEqual(before);
    expect((await reading(migrationStatus)).migrations[1]).toMatchObject({ version: 2, state: 'changed' });
  });
});
