import { describe, expect, it } from 'vitest';
import { noteLines } from '../../src/output/conversions-words.ts';
import { engines } from '../support/test-databases.ts';
import { createReportDatabase, type ReportDatabase } from './report-database.ts';

async function set({ database }: ReportDatabase, email: string, column: string, at: string): Promise<void> {
  await database.admin(`UPDATE funnel_entries SET ${column} = ? WHERE email = ?`, [at, email]);
}

describe.each(engines)('what follows a payment, on %s', (engine) => {
  it('a refund takes a purchase out of every figure from when it was noticed, and has a line of its own', async () => {
    const opened = await createReportDatabase(engine);
    await opened.enter('language', '2024-03-01 10:00:00', { email: 'a@x.com', bought: '2024-03-02 10:00:00' });
    await opened.enter('language', '2024-03-01 10:00:00', { email: 'b@x.com', bought: '2024-03-02 10:00:00' });
    await set(opened, 'a@x.com', 'certificate_refunded_at', '2024-03-20 10:00:00');
    const report = await opened.report({ by: 'month' });
    const figures = {
      entries: 2,
      purchased: 1,
      refunded: 1,
      open: 0,
      lapsed: 0,
      settled: { entries: 2, purchased: 1 },
    };
    expect(report.totals).toMatchObject({ ...figures, time_to_buy: { buyers: 1 } });
    expect(report.breakdown?.rows[0]).toMatchObject(figures);
    expect(noteLines(report)).toContain('Refunded: 1 entry that had bought, not counted as purchased.');
    const before = await opened.report({ asOf: '2024-03-20 09:59' });
    expect(before.totals).toMatchObject({ purchased: 2, refunded: 0 });
    expect(noteLines(before).join('\n')).not.toContain('Refunded');
  });

  it('a payment between test and entry is no conversion and leaves nobody open, and has a line of its own', async () => {
    const opened = await createReportDatabase(engine);
    await opened.enter('language', '2024-03-01 10:00:00', { email: 'a@x.com' });
    await opened.enter('language', '2024-03-01 10:00:00', { email: 'b@x.com' });
    await set(opened, 'a@x.com', 'paid_before_entering_at', '2024-03-01 09:55:00');
    const report = await opened.report({ asOf: '2024-03-10' });
    expect(report.totals).toMatchObject({ entries: 2, purchased: 0, paid_before_entering: 1, open: 1, lapsed: 0 });
    expect(noteLines(report)).toContain(
      'Paid before entering: 1 entry, paid between test and entry: out of the e-mails, no conversion.',
    );
    // Whoever buys all the same has bought.
    await opened.database.admin(
      `UPDATE funnel_entries SET certificate_purchased = 1, certificate_purchased_at = '2024-03-05 10:00:00'
        WHERE email = 'a@x.com'`,
    );
    const since = await opened.report({ asOf: '2024-03-10' });
    expect(since.totals).toMatchObject({ purchased: 1, paid_before_entering: 0, open: 1 });
  });

  it('a payment that is paid no more is no purchase before entering either', async () => {
    const opened = await createReportDatabase(engine);
    await opened.pay('a@x.com', 'language', '2024-03-02 10:00:00');
    await opened.pay('b@x.com', 'language', '2024-03-02 10:00:00');
    await opened.database.admin(
      `UPDATE funnel_purchases SET revoked_at = '2024-03-20 10:00:00' WHERE email = 'a@x.com'`,
    );
    expect((await opened.report()).not_counted?.never_entered).toEqual({ purchases: 1, people: 1 });
    const before = await opened.report({ asOf: '2024-03-20 09:59' });
    expect(before.not_counted?.never_entered).toEqual({ purchases: 2, people: 2 });
  });

  it('a table without those columns is reported on as it was', async () => {
    const opened = await createReportDatabase(engine);
    await opened.enter('language', '2024-03-01 10:00:00', { email: 'a@x.com', bought: '2024-03-02 10:00:00' });
    await opened.pay('b@x.com', 'language', '2024-03-02 10:00:00');
    const asked = { by: 'month', compare: 'previous', name: '2024-03', asOf: '2024-06-01' } as const;
    const known = await opened.report(asked);
    await opened.database.admin(
      engine === 'mysql'
        ? 'ALTER TABLE funnel_entries DROP KEY funnel_entries_entered'
        : 'DROP INDEX funnel_entries_entered',
    );
    await opened.database.admin('ALTER TABLE funnel_entries DROP COLUMN certificate_refunded_at');
    await opened.database.admin('ALTER TABLE funnel_entries DROP COLUMN paid_before_entering_at');
    await opened.database.admin('ALTER TABLE funnel_purchases DROP COLUMN revoked_at');
    expect(await opened.report(asked)).toEqual(known);
    await opened.database.admin('DROP TABLE funnel_purchases');
    expect(await opened.report(asked)).toEqual({ ...known, not_counted: null });
  });
});
