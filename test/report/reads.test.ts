import { expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { createReportDatabase } from './report-database.ts';

async function rowsRead(database: Database): Promise<number> {
  const rows = await database.query<{ Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read_%'");
  return rows.reduce((sum, { Value: value }) => sum + Number(value), 0);
}

it('a report of a month reads the rows of the month, not the table', async () => {
  const { database, pay, readOnly, report } = await createReportDatabase('mysql');
  const months = 40;
  const perMonth = 500;
  for (let month = 0; month < months; month += 1) {
    const first = Temporal.PlainDate.from('2020-01-01').add({ months: month });
    const values = Array.from({ length: perMonth }, (_, index) => {
      const day = first.add({ days: index % 28 });
      const funnel = index % 2 === 0 ? 'language' : 'non_language';
      return `('p${index}@x.com', '${funnel}', ${month}, '${day}', ${index % 5 === 0 ? `1, '2024-01-01'` : '0, NULL'})`;
    });
    await database.admin(
      `INSERT INTO funnel_entries (email, funnel_type, test_id, entered_at, certificate_purchased,
         certificate_purchased_at) VALUES ${values.join(', ')}`,
    );
  }
  await pay('p1@x.com', 'language', '2019-01-01 00:00:00');
  await database.admin('ANALYZE TABLE funnel_entries, funnel_purchases');
  const before = await rowsRead(readOnly);
  const { totals } = await report({ from: '2021-05-01', to: '2021-06-01' });
  expect(totals.entries).toBe(perMonth);
  // Counts, people (twice), times (twice), and the sorting of their rows: some passes over the month.
  expect((await rowsRead(readOnly)) - before).toBeLessThan(12 * perMonth);
  const begun = await rowsRead(readOnly);
  await report({ from: '2021-05-01', to: '2021-06-01', by: 'day' });
  expect((await rowsRead(readOnly)) - begun).toBeLessThan(24 * perMonth);
});
