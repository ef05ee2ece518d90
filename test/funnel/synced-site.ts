import { expect } from 'vitest';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open.ts';
import type { SyncResult } from '../../src/funnel/counts.ts';
import { type SyncOptions, sync } from '../../src/funnel/sync.ts';
import { migrate } from '../../src/migrate/migrate.ts';
import { modxTables } from '../../src/modx/tables.ts';
import { createSite, type SiteOptions, type TestSite } from '../support/site.ts';
import { createTestDatabase, type Engine, type TestDatabase } from '../support/test-databases.ts';

/** An entry and a job as the tests look at them, without what differs from run to run. */
export interface EntryRow {
  id: number;
  email: string;
  funnel_type: string;
  user_id: number | null;
  test_id: number;
  entered_at: string;
  certificate_purchased: number;
  certificate_purchased_at: string | null;
  test_completed_at: string | null;
  source: string | null;
  paid_before_entering_at: string | null;
  certificate_refunded_at: string | null;
}
export interface JobRow {
  id: number;
  funnel_entry_id: number;
  operation_type: string;
  payload: string;
  status: string;
  retry_count: number;
  next_attempt_at: string | null;
  lease_token: string | null;
}

/** A site with a migrated database beside it, and `sync` at hand. */
export interface SyncedSite extends TestSite {
  database: TestDatabase;
  /** Runs `sync` and makes sure that its counters add up. */
  sync(options?: Partial<SyncOptions>): Promise<SyncResult>;
  /** The same in a read-only session, after which the database has to be as it was. */
  dryRun(options?: Partial<SyncOptions>): Promise<SyncResult>;
  entries(): Promise<EntryRow[]>;
  jobs(operation?: string): Promise<JobRow[]>;
  /** Puts an entry in place as an earlier run, or the predecessor (test 0, no finish), has made it. */
  enter(email: string, funnelType: string, testId: number, enteredAt: string, finishedAt?: string): Promise<void>;
  /** Removes all rows but the site's tests, for the next round. */
  clear(): Promise<void>;
  drop(): Promise<void>;
}

export const bothFunnels: SyncOptions['funnels'] = {
  language: { listId: 5, source: 'email_language_v1' },
  non_language: { listId: 7, source: undefined },
};

const ownTables = [
  'brevo_sync_outbox',
  'funnel_covered_tests',
  'funnel_removed_duplicates',
  'funnel_entries',
  'funnel_purchases',
];
const siteRows = ['simpletest_users', 'modx_cert_payment', 'modx_cert_result', 'modx_cert_users'];

/** Opens a test database the way the commands do. */
export function open(url: string, access: 'read-only' | 'read-write'): Database {
  const location = parseDatabaseUrl(url);
  return openDatabase(
    { location, timezone: undefined, connectTimeoutSeconds: 10, statementTimeoutSeconds: 60 },
    access,
    {
      create: true,
    },
  );
}

/** Migrates a fresh database. */
export async function migrateDatabase(url: string): Promise<void> {
  const database = open(url, 'read-write');
  await migrate(database, { adopt: false, lockWaitSeconds: 10, applier: { toolVersion: 'test', host: 'test' } });
  await database.close();
}

/** Every counter of a result adds up to what was looked at. */
export function expectSums({ outcomes, entered, lookedAt, purchases }: SyncResult): void {
  const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);
  expect(sum(outcomes)).toBe(lookedAt);
  expect(sum(entered)).toBe(outcomes.entered);
  expect(sum(purchases.outcomes)).toBe(purchases.lookedAt);
}

/** The counters that are not zero. */
export function occurred(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

/** A result without what a dry run and a real run a second later cannot share. */
export function comparable({ dryRun, window, late: { before: _, ...late }, ...rest }: SyncResult): object {
  return { ...rest, late };
}

/** Makes a site of one test's own; `modx` is passed on to the tables' names. */
export async function createSyncedSite(
  engine: Engine,
  options: SiteOptions & { database?: TestDatabase } = {},
): Promise<SyncedSite> {
  const { database = await createTestDatabase(engine), prefix = '', schema, ...rest } = options;
  await migrateDatabase(database.url);
  const site = await createSite(database, { prefix, ...(schema === undefined ? {} : { schema }), ...rest });
  const all = async (table: string): Promise<unknown[]> => database.admin(`SELECT * FROM ${table} ORDER BY 1`);
  const run = async (dryRun: boolean, given: Partial<SyncOptions>): Promise<SyncResult> => {
    const session = open(database.url, dryRun ? 'read-only' : 'read-write');
    try {
      const result = await sync(session, {
        tables: modxTables({ database: schema, tablePrefix: prefix }, engine),
        funnels: bothFunnels,
        lookbackDays: 30,
        batchSize: 500,
        runner: { host: 'test', version: 'test' },
        dryRun,
        signal: new AbortController().signal,
        ...given,
      });
      expectSums(result);
      return result;
    } finally {
      await session.close();
    }
  };
  return {
    ...site,
    database,
    sync: (given = {}) => run(false, given),
    async dryRun(given = {}) {
      const before = await Promise.all(ownTables.map(all));
      const result = await run(true, given);
      expect(await Promise.all(ownTables.map(all))).toEqual(before);
      return result;
    },
    entries: () => database.admin<EntryRow>('SELECT * FROM funnel_entries ORDER BY id'),
    jobs: (operation = '%') =>
      database.admin<JobRow>('SELECT * FROM brevo_sync_outbox WHERE operation_type LIKE ? ORDER BY id', [operation]),
    async enter(email, funnelType, testId, enteredAt, finishedAt) {
      await database.admin(
        `INSERT INTO funnel_entries (email, funnel_type, user_id, test_id, entered_at, test_completed_at)
         VALUES (?, ?, NULL, ?, ?, ?)`,
        [email, funnelType, testId, enteredAt, finishedAt ?? null],
      );
    },
    async clear() {
      for (const table of ownTables) await database.admin(`DELETE FROM ${table}`);
      for (const table of siteRows) await database.admin(`DELETE FROM ${prefix}${table}`);
    },
    drop: () => database.drop(),
  };
}
