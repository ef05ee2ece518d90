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
      period: { from: null, to: null, toIsNow: false, timezone: expect.any(String) },
      funnels: [
        { funnel: 'language', ...nobody },
        { funnel: 'non_language', ...nobody },
      ],
      total: nobody,
    });
  });

  it('counts entries and the purchased ones among them, by funnel and together', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('language', '2024-01-05 10:00:00', true);
    await enter('language', '2024-01-06 10:00:00');
    await enter('language', '2024-01-07 10:00:00');
    await enter('non_language', '2024-01-05 10:00:00', true);
    const { funnels, total } = await report();
    expect(funnels).toEqual([
      { funnel: 'language', entries: 3, purchased: 1 },
      { funnel: 'non_language', entries: 1, purchased: 1 },
    ]);
    expect(total).toEqual({ entries: 4, purchased: 2 });
  });

  it('takes the first day in from its first second, and leaves the last date out from its first second on', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('language', '2023-12-31 23:59:59');
    await enter('language', '2024-01-01 00:00:00', true);
    await enter('language', '2024-01-31 23:59:59', true);
    await enter('language', '2024-02-01 00:00:00');
    const { period, total } = await report('2024-01-01', '2024-02-01');
    expect(total).toEqual({ entries: 2, purchased: 2 });
    expect(period).toMatchObject({ from: '2024-01-01 00:00:00', to: '2024-02-01 00:00:00', toIsNow: false });
    expect((await report('2024-01-01', '2024-01-02')).total.entries).toBe(1);
  });

  it('goes from the first entry on when only the end is given', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('language', '2001-01-01 00:00:00');
    await enter('language', '2024-01-31 23:59:59');
    await enter('language', '2024-02-01 00:00:00');
    const { period, total } = await report(undefined, '2024-02-01');
    expect(total.entries).toBe(2);
    expect(period.from).toBeNull();
  });

  it('goes up to this moment when only the start is given: what lies in the future does not count', async () => {
    const { database, enter, report } = await createReportDatabase(engine);
    await enter('language', await ago(database, 0));
    await enter('language', await ago(database, 60));
    await enter('language', inTheFuture);
    const { period, total } = await report('2024-01-01');
    expect(total.entries).toBe(2);
    expect(period.toIsNow).toBe(true);
    expect(period.to).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect((await report('2080-01-01')).total.entries).toBe(0);
  });

  it('counts all entries without dates, future ones too', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('language', inTheFuture);
    await enter('language', '1999-12-31 23:59:59');
    expect((await report()).total.entries).toBe(2);
  });

  it('takes dates as far apart as they can be written, in any zone', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('language', '2024-01-05 10:00:00');
    for (const zone of [undefined, 'Europe/Kyiv', 'Pacific/Kiritimati', 'America/Los_Angeles']) {
      expect((await report('0001-01-01', '9999-12-31', zone)).total.entries).toBe(1);
      expect((await report('2040-01-01', '2100-01-01', zone)).total.entries).toBe(0);
      expect((await report('1900-01-01', '1960-01-01', zone)).total.entries).toBe(0);
    }
  });

  it('shows funnel types it does not know after the two it knows', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('webinar', '2024-01-05 10:00:00', true);
    await enter('academy', '2024-01-05 10:00:00');
    await enter('non_language', '2024-01-05 10:00:00');
    expect(await report()).toMatchObject({
      funnels: [
        { funnel: 'language', entries: 0, purchased: 0 },
        { funnel: 'non_language', entries: 1, purchased: 0 },
        { funnel: 'academy', entries: 1, purchased: 0 },
        { funnel: 'webinar', entries: 1, purchased: 1 },
      ],
      total: { entries: 3, purchased: 1 },
    });
  });

  it('runs in a session that cannot write', async () => {
    const { database, readOnly } = await createReportDatabase(engine);
    const write = "INSERT INTO funnel_entries (email, funnel_type, test_id) VALUES ('a@example.com', 'language', 1)";
    await expect(readOnly.execute(write)).rejects.toMatchObject({ reason: 'read_only' });
    expect(await database.admin('SELECT id FROM funnel_entries')).toEqual([]);
  });
});
