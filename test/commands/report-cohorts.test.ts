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
    expect(csv.stdout).toContain('2024-01,language,20,0,0.00%,3,15.00%,3,15.00%,3,15.00%,,,,\n');
    expect(JSON.parse(json.stdout).rows[1].cells[3]).toEqual({ days: 30, purchased: null, rate: null });
  });
});
