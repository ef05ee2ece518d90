import { describe, expect, it } from 'vitest';
import { engines } from '../support/test-databases.ts';
import { createReportDatabase } from './report-database.ts';

describe.each(engines)('a breakdown on %s', (engine) => {
  it('has every day of the period, zeros included, and says which can still change', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('language', '2024-03-01 23:59:59', { bought: '2024-03-02 10:00:00' });
    await enter('language', '2024-03-03 00:00:00');
    const { breakdown } = await report({
      ...{ from: '2024-03-01', to: '2024-03-06', asOf: '2024-03-04 12:00', windowDays: 2, by: 'day' },
    });
    const cells = breakdown?.rows.map(({ group, funnel, entries, purchased }) => [
      ...[group.key, group.to, group.state, funnel, entries, purchased],
    ]);
    expect(cells).toEqual([
      ['2024-03-01', '2024-03-02', 'settled', 'language', 1, 1],
      ['2024-03-01', '2024-03-02', 'settled', 'non_language', 0, 0],
      ['2024-03-02', '2024-03-03', 'open', 'language', 0, 0],
      ['2024-03-02', '2024-03-03', 'open', 'non_language', 0, 0],
      ['2024-03-03', '2024-03-04', 'open', 'language', 1, 0],
      ['2024-03-03', '2024-03-04', 'open', 'non_language', 0, 0],
      ['2024-03-04', '2024-03-05', 'running', 'language', 0, 0],
      ['2024-03-04', '2024-03-05', 'running', 'non_language', 0, 0],
    ]);
  });

  it('cuts weeks and months at the bounds of the period', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('language', '2024-12-30 12:00:00');
    const keys = async (by: 'week' | 'month') => {
      const { breakdown } = await report({ from: '2024-12-28', to: '2025-01-10', funnel: 'language', by });
      return breakdown?.rows.map(({ group, entries }) => [group.key, group.from, group.to, entries]);
    };
    expect(await keys('week')).toEqual([
      ['2024-W52', '2024-12-28', '2024-12-30', 0],
      ['2025-W01', '2024-12-30', '2025-01-06', 1],
      ['2025-W02', '2025-01-06', '2025-01-10', 0],
    ]);
    expect(await keys('month')).toEqual([
      ['2024-12', '2024-12-28', '2025-01-01', 1],
      ['2025-01', '2025-01-01', '2025-01-10', 0],
    ]);
  });

  it('shows the 20 largest tests, folds the rest, and keeps what is not recorded apart', async () => {
    const { enter, report } = await createReportDatabase(engine);
    for (let test = 1; test <= 23; test += 1) {
      await enter('language', '2024-03-01 10:00:00', { test, email: 'a@x.com' });
      if (test <= 20) await enter('language', '2024-03-01 11:00:00', { test, email: 'b@x.com' });
    }
    await enter('language', '2024-03-01 10:00:00', { test: 0, email: 'c@x.com' });
    const { breakdown } = await report({ by: 'test', funnel: 'language' });
    const rows = breakdown?.rows ?? [];
    expect(rows.slice(0, 20).map(({ entries }) => entries)).toEqual(Array.from({ length: 20 }, () => 2));
    expect(rows.slice(20)).toMatchObject([
      { group: { key: null, label: 'other (3)', folded: 3 }, entries: 3, people: 1 },
      { group: { key: null, label: '(no test)', folded: 0 }, entries: 1, people: 1 },
    ]);
  });

  it('tells sources apart letter by letter, and shows entries from before there were any', async () => {
    const { enter, report } = await createReportDatabase(engine);
    await enter('language', '2024-03-01 10:00:00', { source: 'email_v1' });
    await enter('language', '2024-03-01 11:00:00', { source: 'email_v1' });
    await enter('language', '2024-03-01 10:00:00', { source: 'Email_v1' });
    await enter('language', '2024-03-01 10:00:00');
    const { breakdown } = await report({ by: 'source', funnel: 'language' });
    expect(breakdown?.rows.map(({ group, entries }) => [group.label, entries])).toEqual([
      ['email_v1', 2],
      ['Email_v1', 1],
      ['(none)', 1],
    ]);
  });

  it('of nobody has no rows without a period, and zeros with one', async () => {
    const { report } = await createReportDatabase(engine);
    expect((await report({ by: 'day' })).breakdown?.rows).toEqual([]);
    expect((await report({ by: 'test' })).breakdown?.rows).toEqual([]);
    expect((await report({ name: '2024-02', by: 'day' })).breakdown?.rows).toHaveLength(58);
  });
});

describe('a comparison', () => {
  it('is of rates of the same maturity, as of the same moment, and says what it compares with', async () => {
    const { enter, report } = await createReportDatabase('sqlite');
    for (let number = 0; number < 100; number += 1) {
      await enter('language', '2024-02-10 10:00:00', number < 10 ? { bought: '2024-02-12 10:00:00' } : {});
      await enter('language', '2024-03-10 10:00:00', number < 30 ? { bought: '2024-03-12 10:00:00' } : {});
    }
    const { comparison } = await report({ name: '2024-03', compare: 'previous' });
    expect(comparison).toMatchObject({
      with: 'previous',
      period: { from: '2024-02-01', to: '2024-03-01', last_day: '2024-02-29' },
      rows: [
        {
          funnel: 'language',
          before: { entries: 100, settled: { rate: 0.1 } },
          settled: { difference: 0.3 - 0.1, verdict: 'higher', words: 'higher than before' },
        },
        { funnel: 'non_language', settled: { difference: null, verdict: 'too_few' } },
      ],
      totals: { before: { entries: 100 } },
    });
    const young = await report({ name: '2024-03', compare: 'previous', asOf: '2024-04-01' });
    expect(young.comparison?.rows[0]).toMatchObject({
      settled: { verdict: 'too_few' },
      conversion: { verdict: 'higher' },
    });
    expect(young.warnings).toEqual([
      'No entry is 30 days old yet, so no rate is settled. To compare rates, choose a shorter --window or an earlier period.',
    ]);
  });
});
