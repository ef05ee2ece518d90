import type { Database } from '../database/database.ts';
import { wallClock } from './calendar.ts';
import { makeOldEntries } from './old-entries.ts';
import { makeOldJobs } from './old-jobs.ts';
import { makePeople } from './people.ts';
import { makePayments } from './purchases.ts';
import { Random } from './random.ts';
import { makeResults, siteLanguages, siteTests } from './results.ts';
import { createOldTables, createSiteTables, insertRows } from './tables.ts';

const seed = 2026;

/** What the sample holds, for the words around it. */
export interface SiteSummary {
  /** the database's day, 'YYYY-MM-DD', from which all dates are counted back */
  today: string;
  people: number;
  results: number;
  payments: number;
  oldEntries: number;
  oldPendingJobs: number;
}

/** The database's own clock, 'YYYY-MM-DD HH:MM:SS'. */
export async function readClock(database: Database): Promise<string> {
  const [row] = await database.query<{ now: string }>('SELECT CURRENT_TIMESTAMP AS now');
  if (row === undefined) throw new Error('The database did not tell the time.');
  return row.now;
}

/**
 * Makes a sample site in an empty database of the embedded engine: tests, people who finished them in the 90 days before
 * `now` ('YYYY-MM-DD HH:MM:SS'), payments, and the two tables of the predecessor. The same for the same day.
 */
export async function createSite(database: Database, now: string): Promise<SiteSummary> {
  const today = now.slice(0, 10);
  const random = new Random(seed);
  const people = makePeople(random);
  const results = makeResults(people, random);
  const entries = makeOldEntries(results, random);
  const payments = makePayments(results, entries, random);
  const jobs = makeOldJobs(entries, today);
  const tests = siteTests.flatMap(({ id, languages }) => languages.map((languageId) => ({ id, languageId })));
  const rows: Record<keyof typeof insertRows, readonly object[]> = {
    simpletest_users: results.map((result) => ({
      id: result.id,
      email: result.email,
      testId: result.testId,
      finishedAt: wallClock(today, result),
    })),
    simpletest_test: tests,
    simpletest_lang: siteLanguages.map((id) => ({ id })),
    modx_cert_payment: payments.map((payment) => ({ ...payment, paidAt: wallClock(today, payment) })),
    modx_cert_result: payments,
    modx_cert_users: payments,
    modx_cert_test: [1, 2].map((type) => ({ id: type, type })),
    funnel_entries: entries.map(({ result: _, purchasedAt, ...entry }) => ({
      ...entry,
      enteredAt: wallClock(today, entry),
      purchased: purchasedAt === null ? 0 : 1,
      purchasedAt: purchasedAt === null ? null : wallClock(today, purchasedAt),
    })),
    brevo_sync_outbox: jobs,
  };
  for (const statement of [...createSiteTables, ...createOldTables]) await database.define(statement);
  await database.transaction(async (session) => {
    for (const [table, batch] of Object.entries(rows)) {
      await session.execute(insertRows[table as keyof typeof rows], [JSON.stringify(batch)]);
    }
  });
  return {
    today,
    people: people.length,
    results: results.length,
    payments: payments.length,
    oldEntries: entries.length,
    oldPendingJobs: jobs.filter(({ status }) => status === 'pending').length,
  };
}
