import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { applyMigration } from '../../src/migrate/apply.ts';
import { withMigrationLock } from '../../src/migrate/lock.ts';
import { leaseSeconds } from '../../src/migrate/lock-row.ts';
import type { LockOptions } from '../../src/migrate/lock-waiting.ts';
import { type Migration, migrationsFor } from '../../src/migrate/migration.ts';
import { migrationStatus } from '../../src/migrate/status.ts';
import { open, rejection, signal, until } from '../database/opened.ts';
import { createMysqlDatabase, type TestDatabase } from '../support/test-databases.ts';
import { migrateTo } from './migrating.ts';

const newest = migrationsFor('mysql').at(-1)?.version ?? 0;

let place: TestDatabase;

beforeEach(async () => {
  place = await createMysqlDatabase();
});

afterEach(() => place.drop());

function connected(): Database {
  const database = open(place.url);
  onTestFinished(() => database.close());
  return database;
}

function hold<Result>(
  work: Parameters<typeof withMigrationLock<Result>>[2],
  options: Partial<LockOptions> = {},
): Promise<Result | null> {
  return withMigrationLock(connected(), { lockWaitSeconds: 0, host: 'here', ...options }, work);
}

const secondsLeft = async (): Promise<number> => {
  const [row] = await place.admin<{ left: number }>(
    'SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), expires_at) AS `left` FROM funnels_migration_lock',
  );
  return Number(row?.left);
};

/** Writes the row as a process on another node of a Galera cluster would. */
async function heldElsewhere(seconds: number): Promise<void> {
  await hold(async () => undefined);
  await place.admin(
    `INSERT INTO funnels_migration_lock (id, owner, host, pid, connection_id, server, acquired_at, expires_at)
     VALUES (1, 'other', 'web2', 4711, 77, 'another node', '2026-01-02 03:04:05', UTC_TIMESTAMP(6) + INTERVAL ? SECOND)`,
    [seconds],
  );
}

describe('the migration lock', () => {
  it('is held by one at a time, and names its holder to those who gave up waiting', async () => {
    await hold(async (lock) => {
      const message = new RegExp(
        `process ${process.pid} on here, since .* \\(connection ${lock.connectionId}, held until`,
      );
      expect(await rejection(hold(async () => undefined))).toMatchObject({
        kind: 'temporary',
        message: expect.stringMatching(message),
      });
    });
    expect(await place.admin('SELECT * FROM funnels_migration_lock')).toEqual([]);
    await hold(async () => undefined);
  });

  it('of another node is waited for, and taken over when its lease has ended', async () => {
    await heldElsewhere(3600);
    expect(await rejection(migrateTo(place, { lockWaitSeconds: 0 }))).toMatchObject({
      kind: 'temporary',
      message: expect.stringContaining(
        'process 4711 on web2, since 2026-01-02 03:04:05 UTC (connection 77, held until ',
      ),
    });
    await place.admin('UPDATE funnels_migration_lock SET expires_at = UTC_TIMESTAMP(6) + INTERVAL 1 SECOND');
    const told: string[] = [];
    const { version } = await migrateTo(place, { onWait: (holder) => told.push(holder) });
    expect(version).toBe(newest);
    expect(told).toEqual([expect.stringContaining('process 4711 on web2')]);
  });

  it('of a process that died on this server is taken over at once', async () => {
    await hold(async () => {
      await place.admin("UPDATE funnels_migration_lock SET owner = 'dead'");
    });
    expect(await secondsLeft()).toBeGreaterThan(0);
    expect((await migrateTo(place, { lockWaitSeconds: 0 })).version).toBe(newest);
  });

  it('that was lost ends the run before its next statement, and the next run goes on', async () => {
    await migrateTo(place, { to: 4 });
    const database = connected();
    const fifth = migrationsFor('mysql').find(({ version }) => version === 5) as Migration;
    const applier = { toolVersion: '1', host: 'here' };
    await withMigrationLock(database, { lockWaitSeconds: 0, host: 'here' }, async (lock) => {
      await place.admin("UPDATE funnels_migration_lock SET owner = 'thief'");
      const applying = applyMigration(database, fifth, lock, { adopt: false, lockWaitSeconds: 0, applier });
      const message = expect.stringContaining('lock was lost');
      expect(await rejection(applying)).toMatchObject({ kind: 'temporary', message });
    });
    expect(
      await place.admin('SELECT statements_done, in_flight, state FROM funnels_migrations WHERE version = 5'),
    ).toEqual([{ statements_done: 0, in_flight: 1, state: 'running' }]);
    expect((await migrateTo(place)).version).toBe(newest);
  });

  it('is renewed over the second connection while a statement keeps the first one busy', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const database = connected();
    const options = { lockWaitSeconds: 0, host: 'here', companion: connected() };
    await withMigrationLock(database, options, async ({ connectionId }) => {
      const busy = database.query('SELECT SLEEP(100) AS slept').catch(() => undefined);
      await place.admin('UPDATE funnels_migration_lock SET expires_at = UTC_TIMESTAMP(6) + INTERVAL 5 SECOND');
      vi.advanceTimersByTime((leaseSeconds * 1000) / 4);
      await until(async () => (await secondsLeft()) > leaseSeconds / 2);
      await place.admin(`KILL QUERY ${connectionId}`);
      await busy;
    });
  });

  it('is given up by a signal', async () => {
    const controller = new AbortController();
    const held = signal();
    const holding = hold(() => held.given);
    await until(async () => (await place.admin("SHOW TABLES LIKE 'funnels_migration_lock'")).length === 1);
    const waiting = hold(async () => 'had it', {
      lockWaitSeconds: 60,
      signal: controller.signal,
      onWait: () => controller.abort(),
    });
    expect(await waiting).toBe(null);
    held.give();
    await holding;
  });

  it('shows in the status who is migrating, unless that one has died', async () => {
    await migrateTo(place, { to: 3 });
    await place.admin(
      "UPDATE funnels_migrations SET state = 'running', statements_done = 1, in_flight = 2 WHERE version = 3",
    );
    const third = async (): Promise<unknown> => {
      const { migrations, migrator } = await migrationStatus(connected());
      return { state: migrations[2]?.state, pid: migrator?.pid };
    };
    await hold(async () => {
      expect(await third()).toEqual({ state: 'running', pid: process.pid });
      await place.admin("UPDATE funnels_migration_lock SET owner = 'dead'");
    });
    expect(await secondsLeft()).toBeGreaterThan(0);
    expect(await third()).toEqual({ state: 'interrupted', pid: undefined });
    await place.admin("UPDATE funnels_migration_lock SET server = 'another node'");
    expect(await third()).toEqual({ state: 'running', pid: process.pid });
  });
});
