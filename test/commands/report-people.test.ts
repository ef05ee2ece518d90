import { describe, expect, it } from 'vitest';
import { createReportDatabase } from '../report/report-database.ts';
import { runFunnels } from '../support/program.ts';

describe('funnels report people', () => {
  async function crowd() {
    const { database, enter, pay } = await createReportDatabase('sqlite');
    const values = Array.from(
      { length: 2500 },
      (_, index) => `('p${index}@x.com', 'language', 5, '2024-01-01 10:00:00')`,
    );
    await database.admin(
      `INSERT INTO funnel_entries (email, funnel_type, test_id, entered_at) VALUES ${values.join(', ')}`,
    );
    await enter('non_language', '2024-01-02 10:00:00', { email: 'b@x.com', test: 0, bought: '2024-01-03 10:00:00' });
    await pay('b@x.com', 'non_language', '2024-01-01 10:00:00');
    const environment = { FUNNELS_DATABASE_URL: database.url, FUNNELS_REPORT_TIMEZONE: 'Europe/Berlin' };
    return (...words: string[]) => runFunnels(['report', 'people', ...words], { environment });
  }

  it('lists the entries of a state page by page, each once, and says when it stops before the last', async () => {
    const people = await crowd();
    const all = await people('--state', 'lapsed', '--format', 'csv', '--limit', '5000');
    expect(all).toMatchObject({ code: 0, stderr: '' });
    const lines = all.stdout.trim().split('\n');
    expect(lines[0]).toBe('email,funnel,entered_at,purchased_at,test_id,source,entry_id');
    expect(lines[1]).toBe('p0@x.com,language,2024-01-01 11:00:00,,5,,1');
    expect(new Set(lines).size).toBe(2501);
    const some = await people('--state', 'lapsed');
    expect(some.stdout.trim().split('\n')).toHaveLength(1000);
    expect(some.stderr).toBe('1,000 of 2,500 are listed. For all: --limit 2500\n');
  });

  it('of purchases before entering says that its days are those of paying', async () => {
    const people = await crowd();
    const list = (day: string) => people('--state', 'bought-before', '--period', day, '--format', 'table');
    const [paid, entered] = [await list('2024-01-01'), await list('2024-01-02')];
    expect(paid.stdout).toMatch(/^Bought before entering, paid on 2024-01-01 .*; unit: purchases;.*\n1 in all\.\n/s);
    expect(entered.stdout).toMatch(/^Bought before entering, paid on 2024-01-02 .*\nNone\.\n/s);
  });

  it('lists who bought, and who had bought before entering', async () => {
    const people = await crowd();
    const [bought, before, none] = await Promise.all([
      people('--state', 'bought', '--json'),
      people('--state', 'bought-before', '--format', 'table'),
      people('--state', 'open', '--format', 'table'),
    ]);
    expect(JSON.parse(bought.stdout)).toMatchObject({
      ...{ state: 'bought', total: 1 },
      people: [{ email: 'b@x.com', test_id: null, purchased_at: '2024-01-03 11:00:00', entry_id: 2501 }],
    });
    expect(before.stdout).toMatch(/^b@x\.com +non_language +2024-01-02 11:00:00 +2024-01-01 11:00:00/m);
    expect(before.stdout).toContain('\n1 in all.\n');
    expect(before.stdout).toMatch(/^Bought before entering, all purchases\n.*; unit: purchases; /);
    expect(none.stdout).toMatch(/^Entries that may still buy, all entries\n.*\n\nNone\.\n$/);
  });
});
