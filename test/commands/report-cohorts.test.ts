import { describe, expect, it } from 'vitest';
import { createReportDatabase } from '../report/report-database.ts';
import { runFunnels } from '../support/program.ts';

describe('funnels report cohorts', () => {
  it('shows growing shares, and blanks where not everybody is that old yet', async () => {
    const { database, enter } = await createReportDatabase('sqlite');
    for (let number = 0; number < 20; number += 1) {
      const bought = number < 3 ? { bought: `2024-01-${20 + number} 10:00:00` } : {};
      await enter('language', '2024-01-15 10:00:00', bought);
    }
    await enter('language', '2024-02-15 10:00:00', { bought: '2024-02-15 11:00:00' });
    const words = ['report', 'cohorts', '--funnel', 'language', '--as-of', '2024-03-08 12:00', '--format'];
    const run = (format: string) =>
      runFunnels([...words, format], { environment: { FUNNELS_DATABASE_URL: database.url } });
    const [table, csv, json] = await Promise.all([run('table'), run('csv'), run('json')]);
    expect(table.stdout).toMatch(/^2024-01 +language +20 +0\.0% +15\.0% +15\.0% +15\.0%$/m);
    expect(table.stdout).toMatch(/^2024-02 +language +1 +few +few$/m);
    expect(csv.stdout).toContain('2024-01,language,20,0,0.00%,3,15.00%,3,15.00%,3,15.00%,,,,,0,0\n');
    expect(JSON.parse(json.stdout).rows[1].cells[3]).toEqual({ days: 30, purchased: null, rate: null });
  });

  it('leaves out who bought at a time nobody knows, as the settled rate does, and says so', async () => {
    const { database, enter } = await createReportDatabase('sqlite');
    for (let number = 0; number < 20; number += 1) {
      await enter('language', '2024-01-15 10:00:00', number < 5 ? { bought: '2024-01-16 09:00:00' } : {});
    }
    await enter('language', '2024-01-15 10:00:00', { bought: true });
    await enter('language', '2024-01-15 10:00:00', { bought: '2024-01-15 09:59:59' });
    const words = ['--funnel', 'language', '--as-of', '2024-05-08', '--format'];
    const run = (name: string, format: string) =>
      runFunnels(['report', name, ...words, format], { environment: { FUNNELS_DATABASE_URL: database.url } });
    const [table, csv, json, report] = await Promise.all([
      ...['table', 'csv', 'json'].map((format) => run('cohorts', format)),
      run('conversions', 'json'),
    ]);
    const note =
      '2 entries are left out: bought on a date that is missing, or before the entry, so nobody knows after how many days.\n';
    expect(table?.stdout).toMatch(/^2024-01 +language +20( +25\.0%){6}$/m);
    expect(table).toMatchObject({ stdout: expect.stringContaining(`\nNote: ${note}`), stderr: '' });
    expect(csv?.stderr).toBe(note);
    const [row] = JSON.parse(json?.stdout ?? '').rows;
    expect(row).toMatchObject({ entries: 20, undatable: 2 });
    const { settled } = JSON.parse(report?.stdout ?? '').totals;
    expect(row.cells[3]).toEqual({ days: 30, purchased: settled.purchased, rate: settled.rate });
  });
});
