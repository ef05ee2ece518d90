import { describe, expect, it, onTestFinished } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite.ts';
import { runRemoveDuplicates } from '../../src/demo/remove-duplicates.ts';
import { createSite, readClock } from '../../src/demo/site.ts';
import { foldAddress } from '../../src/funnel/address.ts';
import { createSqliteDatabase, type TestDatabase } from '../support/test-databases.ts';

const now = '2026-03-29 14:05:59';

const tables = [
  ...['simpletest_users', 'simpletest_test', 'simpletest_lang', 'funnel_entries', 'brevo_sync_outbox'],
  ...['modx_cert_payment', 'modx_cert_result', 'modx_cert_users', 'modx_cert_test'],
] as const;

async function makeSite(moment = now): Promise<{ site: TestDatabase; database: SqliteDatabase }> {
  const site = await createSqliteDatabase();
  const database = new SqliteDatabase(site.url.replace('sqlite:', ''), 'read-write', false);
  onTestFinished(async () => {
    await database.close();
    await site.drop();
  });
  await createSite(database, moment);
  return { site, database };
}

async function contents(site: TestDatabase): Promise<Record<string, unknown[]>> {
  const all = await Promise.all(tables.map((table) => site.admin(`SELECT * FROM ${table} ORDER BY rowid`)));
  return Object.fromEntries(tables.map((table, index) => [table, all[index] ?? []]));
}

async function one(site: TestDatabase, sql: string, ...parameters: string[]): Promise<unknown> {
  const [row] = await site.admin(sql, parameters);
  return Object.values(row ?? {})[0];
}

const duplicateGroups = `SELECT email, COUNT(*) AS entries FROM funnel_entries
  GROUP BY email, funnel_type, COALESCE(test_id, 0) HAVING COUNT(*) > 1 ORDER BY MIN(id)`;

describe('the sample site', () => {
  it('is the same for the same moment, and for another hour of that day', async () => {
    const first = await contents((await makeSite()).site);
    expect(await contents((await makeSite()).site)).toEqual(first);
    expect(await contents((await makeSite('2026-03-29 00:00:01')).site)).toEqual(first);
    const other = await contents((await makeSite('2026-03-30 14:05:59')).site);
    expect(other).not.toEqual(first);
    expect(other.simpletest_users?.length).toBe(first.simpletest_users?.length);
  });

  it('has 2,000 people who finished both kinds of test in the 90 days before today', async () => {
    const { site } = await makeSite();
    const rows = await site.admin<{ email: string | null; finishedAt: string; kind: number }>(
      `SELECT u.Email AS email, u.Datep AS finishedAt, EXISTS (SELECT 1 FROM simpletest_test t
         JOIN simpletest_lang l ON l.Id = t.LangId WHERE t.Id = u.TestId) AS kind FROM simpletest_users u ORDER BY u.Id`,
    );
    const addresses = new Set(
      rows.map(({ email }) => foldAddress(email ?? '')).filter((text) => /^[^@\s]+@[^@]+$/.test(text)),
    );
    // 2,000 people, and what the 300 characters and other nonsense fold to.
    expect(addresses.size).toBeGreaterThanOrEqual(2_000);
    expect(addresses.size).toBeLessThan(2_010);
    expect(Map.groupBy(rows, ({ kind }) => kind).get(0)?.length).toBeGreaterThan(700);
    expect(Map.groupBy(rows, ({ kind }) => kind).get(1)?.length).toBeGreaterThan(1_000);
    const times = rows.map(({ finishedAt }) => finishedAt);
    expect(times).toEqual(times.toSorted());
    expect(times[0]?.slice(0, 10)).toBe('2025-12-29');
    expect(times.at(-1)?.slice(0, 10)).toBe('2026-03-28');
  });

  it('keeps away from the moment at which the 30 days of sync begin', async () => {
    const { site } = await makeSite();
    const near = `SELECT COUNT(*) FROM simpletest_users WHERE Datep BETWEEN '2026-02-27 00:00:00' AND '2026-02-28 01:00:00'`;
    expect(await one(site, near)).toBe(0);
    expect(await one(site, `SELECT COUNT(*) FROM simpletest_users WHERE Datep > '2026-02-28'`)).toBeGreaterThan(800);
  });

  it('can be reached by no mail, and holds what people type instead of addresses', async () => {
    const { site } = await makeSite();
    const rows = await site.admin<{ email: string | null }>('SELECT Email AS email FROM simpletest_users');
    const emails = rows.map(({ email }) => email);
    const addresses = emails.filter((email) => email?.includes('@')).map((email) => foldAddress(email ?? ''));
    const domains = addresses.map((address) => address.split('@').at(-1));
    const reserved = /^(example\.(com|org|net)|[\w-]+\.example)$/;
    expect(domains.filter((domain) => !reserved.test(domain ?? ''))).toEqual([]);
    for (const pattern of [
      /^ +\w/,
      / $/,
      /\u200b./,
      /^[A-Z]+[._-]/,
      /bücher\.example/,
      /@.*@/,
      /DROP TABLE/,
      /^.{300}$/,
    ]) {
      expect(
        emails.filter((email) => pattern.test(email ?? '')),
        String(pattern),
      ).not.toEqual([]);
    }
    expect(emails).toContain(null);
    expect(emails).toContain('');
    expect(
      await one(site, 'SELECT COUNT(*) FROM simpletest_users WHERE TestId NOT IN (SELECT Id FROM simpletest_test)'),
    ).toBe(3);
    expect(await one(site, 'SELECT COUNT(*) FROM simpletest_test GROUP BY Id ORDER BY 1 DESC')).toBe(2);
  });

  it('has people who paid before their test, after it, after an old entry, and not yet', async () => {
    const { site } = await makeSite();
    const paid = (where: string): Promise<unknown> =>
      one(
        site,
        `SELECT COUNT(*) FROM modx_cert_payment p JOIN modx_cert_result r ON r.id = p.id_result
           JOIN modx_cert_users b ON b.id = r.id_user JOIN modx_cert_test c ON c.id = r.id_test WHERE ${where}`,
      );
    const finish = (comparison: string): string => `p.id_status = 2 AND EXISTS (SELECT 1 FROM simpletest_users u
      WHERE lower(trim(u.Email)) = lower(trim(b.email)) AND u.Datep > '2026-02-28' AND ${comparison})`;
    expect(await paid('p.id_status = 1')).toBeGreaterThan(20);
    expect(await paid(finish('p.datetime_payment < u.Datep'))).toBeGreaterThan(10);
    expect(await paid(finish('p.datetime_payment > u.Datep'))).toBeGreaterThan(20);
    const unseen = `p.id_status = 2 AND EXISTS (SELECT 1 FROM funnel_entries e WHERE e.certificate_purchased = 0
      AND lower(trim(e.email)) = lower(trim(b.email)) AND e.funnel_type = iif(c.type = 1, 'language', 'non_language')
      AND e.entered_at <= p.datetime_payment)`;
    expect(await paid(unseen)).toBeGreaterThan(10);
    expect(await one(site, `SELECT COUNT(*) FROM modx_cert_payment WHERE datetime_payment >= '2026-03-29'`)).toBe(0);
  });

  it('has the tables of the predecessor, with three groups of duplicates and eight open jobs', async () => {
    const { site } = await makeSite();
    expect(await site.admin(duplicateGroups)).toEqual(
      [2, 3, 2].map((entries) => ({ email: expect.any(String), entries })),
    );
    expect(await one(site, 'SELECT COUNT(*) FROM funnel_entries')).toBeGreaterThan(300);
    expect(await one(site, 'SELECT COUNT(*) FROM funnel_entries WHERE test_id > 0')).toBeLessThan(60);
    expect(await one(site, 'SELECT COUNT(*) FROM funnel_entries WHERE entered_at < ?', '2025-12-29')).toBe(0);
    const open = await site.admin<{ operation: string; payload: string }>(
      `SELECT operation_type AS operation, payload FROM brevo_sync_outbox WHERE status = 'pending'`,
    );
    expect(open.length).toBe(8);
    const readable = open.filter(({ payload }) => payload.startsWith('{"'));
    expect(readable.length).toBe(7);
    for (const { operation, payload } of readable.filter((job) => job.operation === 'upsert_contact')) {
      const keys = ['email', 'funnel_type', 'user_id', 'test_id', 'list_ids', 'attributes'];
      expect(Object.keys(JSON.parse(payload)), operation).toEqual(keys);
    }
    const without =
      'SELECT COUNT(*) FROM funnel_entries WHERE id NOT IN (SELECT funnel_entry_id FROM brevo_sync_outbox)';
    expect(await one(site, without)).toBe(0);
  });

  it('tells the time by the clock of the database', async () => {
    const { site, database } = await makeSite();
    const before = await one(site, 'SELECT CURRENT_TIMESTAMP');
    const read = await readClock(database);
    expect([before, await one(site, 'SELECT CURRENT_TIMESTAMP')]).toContain(read);
  });
});

describe('the clean-up of the duplicates', () => {
  it('keeps the oldest entry of each group, with the jobs of all of them', async () => {
    const { site, database } = await makeSite();
    const groups = await site.admin<{ email: string }>(duplicateGroups);
    const jobs = await one(site, 'SELECT COUNT(*) FROM brevo_sync_outbox');
    const entries = Number(await one(site, 'SELECT COUNT(*) FROM funnel_entries'));
    const oldest = await site.admin(
      'SELECT MIN(id) AS id FROM funnel_entries GROUP BY email, funnel_type, COALESCE(test_id, 0) ORDER BY 1',
    );
    expect(await runRemoveDuplicates(database)).toEqual([4, 4]);
    expect(await site.admin(duplicateGroups)).toEqual([]);
    expect(await one(site, 'SELECT COUNT(*) FROM funnel_entries')).toBe(entries - 4);
    expect(await site.admin('SELECT id FROM funnel_entries ORDER BY id')).toEqual(oldest);
    expect(await one(site, 'SELECT COUNT(*) FROM brevo_sync_outbox')).toBe(jobs);
    const jobsOf = groups.map(({ email }) =>
      one(
        site,
        'SELECT COUNT(*) FROM brevo_sync_outbox o JOIN funnel_entries e ON e.id = o.funnel_entry_id WHERE e.email = ?',
        email,
      ),
    );
    expect(await Promise.all(jobsOf)).toEqual([2, 3, 2]);
    expect(await runRemoveDuplicates(database)).toEqual([0, 0]);
  });
});
