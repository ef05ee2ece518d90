import { describe, expect, it } from 'vitest';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { createReportDatabase } from './report-database.ts';

const inTheFuture = '2090-01-01 00:00:00';
const nobody = { entries: 0, purchased: 0 };

describe.each(engines)('the conversion report on %s', (engine) => {
  it('lists both funnels when nobody has entered', async () => {
    const { report } = await createReportDatabase(engine);
    expect(await report()).toMatchObject({
      schema_version: 1,
      period: { from: null, to: null, to_is_now: false, to_is_exclusive: true },
      timezone: expect.any(String),
      rows: [
        { funnel: 'language', ...nobody },
        { funnel: 'non_language', ...nobody },
      ],
      totals: nobody,
    });
  });

  it('counts entries and the purchased ones among them, by funnel and together', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('language', '2024-01-05 10:00:00', { bought: true });
    await enter('language', '2024-01-06 10:00:00');
    await enter('language', '2024-01-07 10:00:00');
    await enter('non_language', '2024-01-05 10:00:00', { bought: true });
    const { rows, totals } = await report();
    expect(rows).toMatchObject([
      { funnel: 'language', entries: 3, purchased: 1 },
      { funnel: 'non_language', entries: 1, purchased: 1 },
    ]);
    expect(totals).toMatchObject({ entries: 4, purchased: 2 });
  });

  it('takes the first day in from its first second, and leaves the last date out from its first second on', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('language', '2023-12-31 23:59:59');
    await enter('language', '2024-01-01 00:00:00', { bought: true });
    await enter('language', '2024-01-31 23:59:59', { bought: true });
    await enter('language', '2024-02-01 00:00:00');
    const { period, totals } = await report({ from: '2024-01-01', to: '2024-02-01' });
    expect(totals).toMatchObject({ entries: 2, purchased: 2 });
    expect(period).toMatchObject({ from: '2024-01-01', to: '2024-02-01', last_day: '2024-01-31', to_is_now: false });
    expect((await report({ from: '2024-01-01', to: '2024-01-02' })).totals.entries).toBe(1);
  });

  it('goes from the first entry on when only the end is given', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('language', '2001-01-01 00:00:00');
    await enter('language', '2024-01-31 23:59:59');
    await enter('language', '2024-02-01 00:00:00');
    const { period, totals } = await report({ to: '2024-02-01' });
    expect(totals.entries).toBe(2);
    expect(period.from).toBeNull();
  });

  it('goes up to this moment when only the start is given: what lies in the future does not count', async () => {
    const { database, enter, report } = await createReportDatabase(engine);
    await enter('language', await ago(database, 0));
    await enter('language', await ago(database, 60));
    await enter('language', inTheFuture);
    const { period, totals, as_of: asOf } = await report({ from: '2024-01-01' });
    expect(totals.entries).toBe(2);
    expect(period).toMatchObject({ to: null, to_is_now: true });
    expect(asOf).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    await expect(report({ from: '2080-01-01' })).rejects.toMatchObject({
      kind: 'usage',
      message: `--from-date 2080-01-01 is after ${asOf.slice(0, 10)}, the day of the report.`,
    });
  });

  it('counts all entries without dates, those apart that are dated ahead of the clock', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('language', inTheFuture);
    await enter('language', '1999-12-31 23:59:59');
    expect((await report()).totals.entries).toBe(1);
  });

  it('takes dates as far apart as they can be written, in any zone', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('language', '2024-01-05 10:00:00');
    for (const zone of [
      {},
      { timezone: 'Europe/Kyiv' },
      { timezone: 'Pacific/Kiritimati' },
      { timezone: 'America/Los_Angeles' },
    ]) {
      expect((await report({ from: '0001-01-01', to: '9999-12-31', ...zone })).totals.entries).toBe(1);
      expect((await report({ from: '2040-01-01', to: '2100-01-01', ...zone })).totals.entries).toBe(0);
      expect((await report({ from: '1900-01-01', to: '1960-01-01', ...zone })).totals.entries).toBe(0);
    }
  });

  it('shows funnel types it does not know after the two it knows', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('webinar', '2024-01-05 10:00:00', { bought: true });
    await enter('academy', '2024-01-05 10:00:00');
    await enter('non_language', '2024-01-05 10:00:00');
    expect(await report()).toMatchObject({
      rows: [
        { funnel: 'language', entries: 0, purchased: 0 },
        { funnel: 'non_language', entries: 1, purchased: 0 },
        { funnel: 'academy', entries: 1, purchased: 0 },
        { funnel: 'webinar', entries: 1, purchased: 1 },
      ],
      totals: { entries: 3, purchased: 1 },
    });
  });

  it('says how long all buyers together took, whichever funnels they are in', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('non_language', '2024-01-01 00:00:00', { bought: '2024-01-01 00:00:00' });
    await enter('language', '2024-01-01 00:00:00', { bought: '2024-01-02 00:00:00' });
    const { rows, totals } = await report();
    expect(rows.map(({ time_to_buy: { median } }) => median)).toEqual([86_400, 0]);
    expect(totals.time_to_buy).toEqual({ buyers: 2, p10: 0, p25: 0, median: 0, p75: 86_400, p90: 86_400 });
  });

  it('runs in a session that cannot write', async () => {
    const { database, readOnly } = await createReportDatabase(engine);
    const write = "INSERT INTO funnel_entries (email, funnel_type, test_id) VALUES ('a@example.com', 'language', 1)";
    await expect(readOnly.execute(write)).rejects.toMatchObject({ reason: 'read_only' });
    expect(await database.admin('SELECT id FROM funnel_entries')).toEqual([]);
  });
});
