import { onTestFinished } from 'vitest';
import { loadSettings } from '../../src/config/load.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open.ts';
import { migrate } from '../../src/migrate/migrate.ts';
import { type Conversions, reportConversions } from '../../src/report/conversions.ts';
import { checkPeriod, resolvePeriod } from '../../src/report/period.ts';
import { createTestDatabase, type Engine, type TestDatabase } from '../support/test-databases.ts';

/** A migrated database of the running test, with the report open on it as the command opens it. */
export interface ReportDatabase {
  database: TestDatabase;
  /** the read-only session reports run in */
  readOnly: Database;
  enter(funnel: string, at: string, purchased?: boolean): Promise<void>;
  report(from?: string, to?: string, timezone?: string): Promise<Conversions>;
}

/** `sessionZone` is `database.timezone`, which only a server has. */
export async function createReportDatabase(engine: Engine, sessionZone?: string): Promise<ReportDatabase> {
  const database = await createTestDatabase(engine);
  onTestFinished(() => database.drop());
  const environment = {
    FUNNELS_DATABASE_URL: database.url,
    ...(sessionZone === undefined ? {} : { FUNNELS_DATABASE_TIMEZONE: sessionZone }),
  };
  const { settings } = await loadSettings({ flag: undefined, environment, cwd: '/' });
  const writer = openDatabase(settings.database, 'read-write', { create: true });
  await migrate(writer, { adopt: false, lockWaitSeconds: 60, applier: { toolVersion: 'test', host: 'test' } });
  await writer.close();
  const readOnly = openDatabase(settings.database, 'read-only');
  onTestFinished(() => readOnly.close());
  let people = 0;
  return {
    database,
    readOnly,
    async enter(funnel, at, purchased = false) {
      people += 1;
      await database.admin(
        `INSERT INTO funnel_entries (email, funnel_type, user_id, test_id, entered_at, certificate_purchased)
          VALUES (?, ?, ?, ?, ?, ?)`,
        [`person${people}@example.com`, funnel, people, 5, at, purchased ? 1 : 0],
      );
    },
    report: (from, to, timezone) =>
      readOnly.transaction(async (session) =>
        reportConversions(session, await resolvePeriod(session, checkPeriod(from, to), timezone)),
      ),
  };
}
