import { onTestFinished } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open.ts';
import { migrate } from '../../src/migrate/migrate.ts';
import { readAsOf } from '../../src/report/clock.ts';
import { type ConversionsExtras, reportConversions } from '../../src/report/conversions.ts';
import { readPeriod } from '../../src/report/period.ts';
import { type ReportRequest, resolveRequest } from '../../src/report/request.ts';
import type { Conversions } from '../../src/report/result.ts';
import { settingsFrom } from '../support/settings.ts';
import { createTestDatabase, type Engine, type TestDatabase } from '../support/test-databases.ts';

/** A report's request as it is written on the command line. */
export interface Asked {
  from?: string;
  to?: string;
  name?: string;
  asOf?: string;
  timezone?: string;
  windowDays?: number;
  funnel?: string;
  by?: ConversionsExtras['by'];
  compare?: ConversionsExtras['compare'];
}

/** What an entry has beside funnel and date; a purchase without a date is `bought: true`. */
export interface EntryDetails {
  email?: string;
  test?: number;
  source?: string;
  bought?: boolean | string;
}

/** A migrated database of the running test, with the report open on it as the command opens it. */
export interface ReportDatabase {
  database: TestDatabase;
  /** the read-only session reports run in */
  readOnly: Database;
  enter(funnel: string, at: string, details?: EntryDetails): Promise<void>;
  /** a purchase as sync has recorded and matched it */
  pay(email: string, funnel: string, at: string): Promise<void>;
  report(asked?: Asked): Promise<Conversions>;
}

/** The request that those words make. */
export function requestOf(asked: Asked): ReportRequest {
  return {
    period: readPeriod(asked),
    asOf: asked.asOf === undefined ? undefined : readAsOf(asked.asOf),
    timezone: asked.timezone,
    windowDays: asked.windowDays ?? 30,
    funnel: asked.funnel,
  };
}

/** Opens a new migrated database. The caller drops it; `sessionZone` is `database.timezone`, which only a server has. */
export async function openReportDatabase(
  engine: Engine,
  sessionZone?: string,
): Promise<ReportDatabase & { drop: () => Promise<void> }> {
  const database = await createTestDatabase(engine);
  const environment = {
    FUNNELS_DATABASE_URL: database.url,
    ...(sessionZone === undefined ? {} : { FUNNELS_DATABASE_TIMEZONE: sessionZone }),
  };
  const settings = await settingsFrom(environment);
  const writer = openDatabase(settings.database, 'read-write', { create: true });
  await migrate(writer, { adopt: false, lockWaitSeconds: 60, applier: { toolVersion: 'test', host: 'test' } });
  await writer.close();
  const readOnly = openDatabase(settings.database, 'read-only');
  let people = 0;
  let payments = 0;
  return {
    database,
    readOnly,
    async enter(funnel, at, { email, test = 5, source, bought = false } = {}) {
      people += 1;
      await database.admin(
        `INSERT INTO funnel_entries (email, funnel_type, user_id, test_id, entered_at, certificate_purchased,
            certificate_purchased_at, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          ...[email ?? `person${people}@example.com`, funnel, people, test, at],
          ...[bought === false ? 0 : 1, typeof bought === 'string' ? bought : null, source ?? null],
        ],
      );
    },
    async pay(email, funnel, at) {
      payments += 1;
      await database.admin(
        'INSERT INTO funnel_purchases (payment_id, email, funnel_type, paid_at, matched_at) VALUES (?, ?, ?, ?, ?)',
        [payments, email, funnel, at, at],
      );
    },
    report: (asked = {}) =>
      readOnly.transaction(async (session) =>
        reportConversions(session, await resolveRequest(session, requestOf(asked)), {
          by: asked.by,
          compare: asked.compare,
        }),
      ),
    async drop() {
      await readOnly.close();
      await database.drop();
    },
  };
}

/** The same for the running test, dropped at its end. */
export async function createReportDatabase(engine: Engine, sessionZone?: string): Promise<ReportDatabase> {
  const opened = await openReportDatabase(engine, sessionZone);
  onTestFinished(opened.drop);
  return opened;
}
