import { describe, expect, it } from 'vitest';
import { engines } from '../support/test-databases.ts';
import { createReportDatabase } from './report-database.ts';

// Europe/Berlin: +01:00 in winter, +02:00 in summer; 2026-03-29 has 23 hours, 2026-10-25 has 25.
const daysInUtc = [
  ['2026-03-28', '2026-03-27 23:00:00', '2026-03-28 23:00:00'],
  ['2026-03-29', '2026-03-28 23:00:00', '2026-03-29 22:00:00'],
  ['2026-10-25', '2026-10-24 22:00:00', '2026-10-25 23:00:00'],
] as const;

function dayAfter(day: string): string {
  return Temporal.PlainDate.from(day).add({ days: 1 }).toString();
}

function inUtc(moment: string): string {
  return `${moment.replace(' ', 'T')}Z`;
}

/** 'YYYY-MM-DD HH:MM:SS' a while later. */
function moved(moment: string, { hours = 0, seconds = 0 }): string {
  const time = Temporal.PlainDateTime.from(moment.replace(' ', 'T')).add({ hours }).add({ seconds });
  return time.toString({ smallestUnit: 'second' }).replace('T', ' ');
}

describe('report.timezone', () => {
  it.each(daysInUtc)('%s in Berlin, on a database that keeps UTC, lasts from %s to %s', async (day, from, to) => {
    const { enter, report } = await createReportDatabase('sqlite');
    await enter('language', from);
    await enter('language', moved(to, { seconds: -1 }));
    await enter('non_language', to);
    const { period, rows } = await report({ from: day, to: dayAfter(day), timezone: 'Europe/Berlin' });
    expect(period).toMatchObject({ from: day, to: dayAfter(day), from_utc: inUtc(from), to_utc: inUtc(to) });
    expect(rows).toMatchObject([{ entries: 2 }, { entries: 0 }]);
  });

  it.each(daysInUtc)('%s in Berlin is the same day on a server three hours ahead of UTC', async (day, from, to) => {
    const { enter, report } = await createReportDatabase('mysql', '+03:00');
    await enter('language', moved(from, { hours: 3 }));
    await enter('language', moved(to, { hours: 3, seconds: -1 }));
    await enter('non_language', moved(from, { hours: 3, seconds: -1 }));
    await enter('non_language', moved(to, { hours: 3 }));
    const { period, rows } = await report({ from: day, to: dayAfter(day), timezone: 'Europe/Berlin' });
    expect(period).toMatchObject({ from_utc: inUtc(from), to_utc: inUtc(to) });
    expect(rows).toMatchObject([{ entries: 2 }, { entries: 0 }]);
  });

  it('begins a day whose midnight the clocks skip with its first moment', async () => {
    // São Paulo, 2018-11-04: 00:00 became 01:00, at 03:00 UTC.
    const { report } = await createReportDatabase('sqlite');
    const { period } = await report({ from: '2018-11-04', to: '2018-11-05', timezone: 'America/Sao_Paulo' });
    expect(period).toMatchObject({ from_utc: '2018-11-04T03:00:00Z', to_utc: '2018-11-05T02:00:00Z' });
  });

  it.each(engines)('when not set is the zone of the database, which the result names (%s)', async (engine) => {
    const { report } = await createReportDatabase(engine, engine === 'mysql' ? '-05:00' : undefined);
    const { period, timezone } = await report({ from: '2026-03-29', to: '2026-03-30' });
    expect(timezone).toBe(engine === 'mysql' ? '-05:00' : 'UTC');
    expect(period.from_utc).toBe(engine === 'mysql' ? '2026-03-29T05:00:00Z' : '2026-03-29T00:00:00Z');
  });

  it('does not move the present moment, which is the database’s', async () => {
    const { database, enter, report } = await createReportDatabase('mysql', '+10:00');
    const [row] = await database.admin<{ moment: string }>(
      "SELECT CAST(CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', '+10:00') AS DATETIME) AS moment",
    );
    await enter('language', row?.moment ?? '');
    expect((await report({ from: '2024-01-01', timezone: 'America/Los_Angeles' })).totals.entries).toBe(1);
  });
});
