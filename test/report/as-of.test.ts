import { describe, expect, it } from 'vitest';
import { readAsOf } from '../../src/report/clock.ts';
import { engines } from '../support/test-databases.ts';
import { createReportDatabase } from './report-database.ts';

describe.each(engines)('--as-of on %s', (engine) => {
  it('leaves out what came later, to the second', async () => {
    const { enter, pay, report } = await createReportDatabase(engine);
    await enter('language', '2024-03-01 10:00:00', { email: 'a@x.com', bought: '2024-03-05 10:00:00' });
    await enter('language', '2024-03-05 10:00:00', { email: 'b@x.com' });
    await enter('language', '2024-03-05 10:00:01', { email: 'c@x.com' });
    await pay('a@x.com', 'language', '2024-02-20 10:00:00');
    await pay('a@x.com', 'non_language', '2024-03-05 10:00:01');
    const at = async (asOf: string) => (await report({ asOf })).rows[0];
    expect(await at('2024-03-05 10:00')).toMatchObject({ entries: 2, purchased: 1, open: 1 });
    expect(await at('2024-03-05T09:59:59')).toMatchObject({ entries: 1, purchased: 0, open: 1 });
    expect(await at('2024-03-05 10:00:01')).toMatchObject({ entries: 3, purchased: 1 });
    expect(await at('2024-03-05')).toMatchObject({ entries: 1, purchased: 0 });
    const { not_counted: before } = await report({ asOf: '2024-03-05 10:00' });
    expect(before).toMatchObject({ bought_before_entering: { purchases: 1 }, never_entered: { purchases: 0 } });
    const { not_counted: after } = await report({ asOf: '2024-03-05 10:00:01' });
    expect(after).toMatchObject({ bought_before_entering: { purchases: 1 }, never_entered: { purchases: 1 } });
  });

  it('makes a past report the same byte for byte, whatever was entered and bought since', async () => {
    const { database, enter, report } = await createReportDatabase(engine);
    await enter('language', '2024-03-01 10:00:00', { email: 'a@x.com' });
    await enter('non_language', '2024-03-02 10:00:00', { email: 'a@x.com', bought: '2024-03-04 10:00:00' });
    const asked = { name: 'last-7d', asOf: '2024-03-05 12:00', by: 'day', compare: 'previous' } as const;
    const then = JSON.stringify(await report(asked));
    await enter('language', '2024-03-05 12:00:01', { email: 'b@x.com', bought: '2024-03-06 10:00:00' });
    await enter('webinar', '2024-03-06 12:00:00', { email: 'b@x.com' });
    await database.admin(
      `UPDATE funnel_entries SET certificate_purchased = 1, certificate_purchased_at = '2024-03-05 12:00:01'
        WHERE email = 'a@x.com' AND funnel_type = 'language'`,
    );
    expect(JSON.stringify(await report(asked))).toBe(then);
  });

  it('counts an entry as settled from the moment it is a window old, and a purchase up to that moment', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('language', '2024-03-01 10:00:00', { bought: '2024-03-31 10:00:00' });
    await enter('language', '2024-03-01 10:00:00', { bought: '2024-03-31 10:00:01' });
    await enter('language', '2024-03-01 10:00:00');
    const at = async (asOf: string) => (await report({ asOf })).rows[0];
    expect(await at('2024-03-31 09:59:59')).toMatchObject({ settled: { entries: 0, rate: null }, open: 3, lapsed: 0 });
    expect(await at('2024-03-31 10:00:00')).toMatchObject({
      settled: { entries: 3, purchased: 1 },
      purchased: 1,
      open: 0,
      lapsed: 2,
    });
    expect(await at('2024-04-01')).toMatchObject({ settled: { entries: 3, purchased: 1 }, purchased: 2, lapsed: 1 });
  });

  it('names the day after which the settled rate is final, by those too who have bought already', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('language', '2024-03-10 10:00:00');
    await enter('language', '2024-03-12 10:00:00', { bought: '2024-03-13 10:00:00' });
    const finalOn = async (asOf: string, days: { from?: string; to?: string } = {}) =>
      (await report({ from: '2024-03-01', to: '2024-03-15', asOf, ...days })).final_on;
    expect(await finalOn('2024-03-20')).toBe('2024-04-11');
    expect(await finalOn('2024-04-10')).toBe('2024-04-11');
    expect(await finalOn('2024-04-11 09:59:59')).toBe('2024-04-11');
    expect(await finalOn('2024-04-11 10:00:00')).toBeNull();
    // Not over yet: somebody may enter until the 14th ends.
    expect(await finalOn('2024-03-14')).toBe('2024-04-13');
    expect(await finalOn('2024-03-15')).toBe('2024-04-11');
    expect(await finalOn('2024-03-20', { to: '9999-12-31' })).toBeNull();
    // A window is of hours: the clocks were put forward within it.
    const berlin = { from: '2024-03-01', to: '2024-03-31', asOf: '2024-03-20', timezone: 'Europe/Berlin' };
    expect((await report(berlin)).final_on).toBe('2024-04-30');
  });

  it('is in the zone of the report, and refused when it has not come yet', async () => {
    const { enter, report } = await createReportDatabase(engine, engine === 'mysql' ? '+00:00' : undefined);
    await enter('language', '2024-07-01 09:00:00');
    await enter('language', '2024-07-01 09:00:01');
    const found = await report({ asOf: '2024-07-01 12:00', timezone: 'Europe/Kyiv' });
    expect(found).toMatchObject({
      as_of: '2024-07-01 12:00:00',
      as_of_utc: '2024-07-01T09:00:00Z',
      totals: { entries: 1 },
    });
    await expect(report({ asOf: '2090-01-01' })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('--as-of 2090-01-01 00:00:00 has not come yet'),
    });
  });
});

describe.each(engines)('a moment with an offset on %s', (engine) => {
  it('is the same in every zone, so that as_of_utc of a report repeats it', async () => {
    const { enter, report } = await createReportDatabase(engine, engine === 'mysql' ? '+03:00' : undefined);
    const ahead = engine === 'mysql' ? 3 : 0;
    await enter('language', `2024-07-01 0${5 + ahead}:00:00`);
    await enter('language', `2024-07-01 0${5 + ahead}:00:01`);
    for (const asOf of ['2024-07-01T05:00:00Z', '2024-07-01 08:00:00.500 +03:00', '2024-07-01t01:00:00-0400']) {
      for (const zone of [{}, { timezone: 'Europe/Kyiv' }, { timezone: '-09:30' }]) {
        const found = await report({ asOf, ...zone });
        expect(found).toMatchObject({ as_of_utc: '2024-07-01T05:00:00Z', totals: { entries: 1 } });
        expect(await report({ asOf: found.as_of_utc ?? '', ...zone })).toEqual(found);
        expect(await report({ asOf: found.as_of, ...zone })).toEqual(found);
      }
    }
    await expect(report({ asOf: '2090-01-01T00:00:00Z' })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('--as-of 2090-01-01T00:00:00Z has not come yet'),
    });
  });
});

describe('--as-of', () => {
  it.each([
    '2024-02-30',
    '2024-02-28 24:00',
    '2024-02-28 9:00',
    'yesterday',
    '',
    '2024-02-30T10:00Z',
    '2024-02-28T10:00+25:00',
  ])('%j is refused', (text) => {
    expect(() => readAsOf(text)).toThrow(`--as-of ${JSON.stringify(text)}: a moment is written YYYY-MM-DD HH:MM`);
  });
});
