import { createBrevoClient } from '../../src/brevo/http-client.ts';
import type { Settings } from '../../src/config/settings.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open.ts';
import { migrate } from '../../src/migrate/migrate.ts';
import { brevoCalls } from '../../src/outbox/brevo-calls.ts';
import { type DrainOptions, drainOutbox } from '../../src/outbox/drain.ts';
import type { DrainResult } from '../../src/outbox/drain-result.ts';
import type { FakeBrevo } from './fake-brevo.ts';
import { settingsFrom } from './settings.ts';
import { createTestDatabase, type Engine, type TestDatabase } from './test-databases.ts';

/** A job as `admin` sees it; `secondsAhead` is next_attempt_at counted from the database's clock. */
export interface JobRow {
  id: number;
  email: string;
  operation: string;
  status: string;
  retries: number;
  error: string | null;
  secondsAhead: number | null;
  isLeased: 0 | 1;
}

export interface NewJob {
  operation?: string;
  /** text as it is; anything else as JSON */
  payload?: unknown;
  retries?: number;
  /** minutes from now until it is due, negative: since when; null: at once */
  dueInMinutes?: number | null;
  /** minutes from now at which it was enqueued; now when not given */
  createdMinutes?: number;
  /** the entry it belongs to, when that exists already */
  entryId?: number;
}

/** A migrated database with an outbox that tests fill, drain, and look into. */
export interface TestOutbox {
  database: TestDatabase;
  /** Enqueues a job, and makes an entry for it unless one is given; returns both ids. */
  enqueue(email: string, job?: NewJob): Promise<{ id: number; entryId: number }>;
  /** Enqueues an upsert for each of so many people, `person1@example.com` and so on. */
  enqueuePeople(count: number): Promise<void>;
  jobs(): Promise<JobRow[]>;
  /** What became of the jobs, as counts by status. */
  statuses(): Promise<Record<string, number>>;
  /** Moves every lease, or those of these contacts, into the past. */
  endLeases(...emails: string[]): Promise<void>;
  /** Makes every pending job due. */
  makeDue(): Promise<void>;
  /** Deletes these entries, or all, and leaves their jobs, as somebody can where no foreign key forbids it. */
  deleteEntries(...ids: number[]): Promise<void>;
  /** Another connection of the program's own, closed with the database. */
  open(access?: 'read-only' | 'read-write'): Database;
  /** Drains as the command does, over real HTTP; `variables` are FUNNELS_ settings. */
  drain(brevo: FakeBrevo, options?: Partial<DrainOptions>, variables?: Record<string, string>): Promise<DrainResult>;
  /** Drains over a connection of one's own, without HTTP: `upsert` answers every call. */
  drainWith(connection: Database, options: Pick<DrainOptions, 'upsert'> & Partial<DrainOptions>): Promise<DrainResult>;
  /** Removes all jobs and entries, and what is known of contacts and the account; ids begin at 1 again. */
  empty(): Promise<void>;
  drop(): Promise<void>;
}

/** The attributes of an upsert, as `sync` enqueues them. */
export function upsertPayload(email: string): object {
  return { email, funnel_type: 'language', test_id: 5, list_ids: [5], attributes: { FUNNEL_TYPE: 'language' } };
}

export async function createOutbox(engine: Engine): Promise<TestOutbox> {
  const database = await createTestDatabase(engine);
  const opened: Database[] = [];
  const settingsWith = (variables: Record<string, string>): Promise<Settings> =>
    settingsFrom({ FUNNELS_DATABASE_URL: database.url, ...variables });
  const settings = await settingsWith({});
  const open = (access: 'read-only' | 'read-write' = 'read-write'): Database => {
    const connection = openDatabase(settings.database, access);
    opened.push(connection);
    return connection;
  };
  await migrate(open(), { adopt: false, lockWaitSeconds: 10, applier: { toolVersion: 'test', host: 'test' } });
  let lastEntry = 0;
  let lastJob = 0;

  const outbox: TestOutbox = {
    database,
    open,
    async enqueue(email, job = {}) {
      const { operation = 'upsert_contact', payload = upsertPayload(email), retries = 0, dueInMinutes = null } = job;
      const entryId = job.entryId ?? ++lastEntry;
      if (job.entryId === undefined) {
        const entry = 'INSERT INTO funnel_entries (id, email, funnel_type, test_id) VALUES (?, ?, ?, ?)';
        await database.admin(entry, [entryId, email, 'language', entryId]);
      }
      lastJob += 1;
      const fromNow = engine === 'mysql' ? 'NOW() + INTERVAL ? MINUTE' : "datetime('now', ? || ' minutes')";
      await database.admin(
        `INSERT INTO brevo_sync_outbox
          (id, funnel_entry_id, operation_type, payload, retry_count, next_attempt_at, created_at)
          VALUES (?, ?, ?, ?, ?, ${fromNow}, ${fromNow})`,
        [
          lastJob,
          entryId,
          operation,
          typeof payload === 'string' ? payload : JSON.stringify(payload),
          retries,
          dueInMinutes,
          job.createdMinutes ?? 0,
        ],
      );
      return { id: lastJob, entryId };
    },
    async enqueuePeople(count) {
      await database.admin(engine === 'mysql' ? 'START TRANSACTION' : 'BEGIN');
      for (let person = 1; person <= count; person += 1) await outbox.enqueue(`person${person}@example.com`);
      await database.admin('COMMIT');
    },
    jobs: () =>
      database.admin<JobRow>(
        `SELECT o.id AS id, e.email AS email, o.operation_type AS operation, o.status AS status,
            o.retry_count AS retries, o.last_error AS error, ${
              engine === 'mysql'
                ? 'TIMESTAMPDIFF(SECOND, NOW(), o.next_attempt_at)'
                : "unixepoch(o.next_attempt_at) - unixepoch('now')"
            } AS secondsAhead,
            EXISTS (SELECT 1 FROM brevo_contact_leases l WHERE l.email = e.email) AS isLeased
          FROM brevo_sync_outbox o JOIN funnel_entries e ON e.id = o.funnel_entry_id ORDER BY o.id`,
      ),
    async statuses() {
      const counts = 'SELECT status, COUNT(*) AS count FROM brevo_sync_outbox GROUP BY status';
      const rows = await database.admin<{ status: string; count: number }>(counts);
      return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
    },
    async endLeases(...emails) {
      const which = emails.length === 0 ? '1 = 1' : `email IN (${emails.map(() => '?').join(', ')})`;
      await database.admin(
        `UPDATE brevo_contact_leases SET lease_until = '2020-01-01 00:00:00' WHERE ${which}`,
        emails,
      );
    },
    async makeDue() {
      await database.admin("UPDATE brevo_sync_outbox SET next_attempt_at = NULL WHERE status = 'pending'");
    },
    async deleteEntries(...ids) {
      const keys = engine === 'mysql' ? 'SET SESSION foreign_key_checks =' : 'PRAGMA foreign_keys =';
      const which = ids.length === 0 ? '1 = 1' : `id IN (${ids.map(() => '?').join(', ')})`;
      await database.admin(`${keys} 0`);
      await database.admin(`DELETE FROM funnel_entries WHERE ${which}`, ids);
      await database.admin(`${keys} 1`);
    },
    async drain(brevo, options = {}, variables = {}) {
      const given = await settingsWith({
        FUNNELS_BREVO_BASE_URL: brevo.url,
        BREVO_API_KEY: brevo.apiKey,
        FUNNELS_BREVO_REQUESTS_PER_SECOND: '1000',
        FUNNELS_BREVO_TIMEOUT_SECONDS: '5',
        ...variables,
      });
      const client = createBrevoClient({ ...given.brevo, userAgent: 'test' });
      const connection = open();
      return drainOutbox(connection, {
        ...given.brevo,
        ...given.outbox,
        ...brevoCalls(connection, given, client, options.onInformation ?? (() => undefined)),
        // Asked of Brevo only where a test is about that.
        preflight: async () => ({ kind: 'well', isWhole: false }),
        configuredLists: [5, 7, 99],
        limit: Number.MAX_SAFE_INTEGER,
        signal: new AbortController().signal,
        ...options,
      });
    },
    drainWith: (connection, options) =>
      drainOutbox(connection, {
        account: 'test',
        leaveList: async () => ({ kind: 'delivered', created: false }),
        pace: async () => undefined,
        pauseAll: async () => undefined,
        pausedForSeconds: async () => 0,
        preflight: async () => ({ kind: 'well', isWhole: true }),
        probe: async () => ({ kind: 'well', isWhole: true }),
        retry: { maxRetries: 5, stepMinutes: 5 },
        configuredLists: [5, 7],
        attributeNames: {},
        concurrency: 4,
        requestsPerSecond: 1000,
        leaseSeconds: 60,
        timeoutSeconds: 5,
        limit: Number.MAX_SAFE_INTEGER,
        signal: new AbortController().signal,
        ...options,
      }),
    async empty() {
      const tables = [
        'brevo_contact_leases',
        'brevo_suspected_contacts',
        'brevo_pace',
        'brevo_sync_outbox',
        'funnel_entries',
      ];
      for (const table of tables) await database.admin(`DELETE FROM ${table}`);
      lastEntry = 0;
      lastJob = 0;
    },
    async drop() {
      await Promise.all(opened.map((connection) => connection.close()));
      await database.drop();
    },
  };
  return outbox;
}
