import { describe, expect, it } from 'vitest';
import { renderCohorts } from '../../src/output/cohorts-table.ts';
import { seriesOf } from '../../src/output/html/series.ts';
import { reportConversions } from '../../src/report/conversions.ts';
import { readPageParts } from '../../src/report/page-parts.ts';
import { reportPeople } from '../../src/report/people.ts';
import { resolveRequest } from '../../src/report/request.ts';
import type { Person } from '../../src/report/result.ts';
import { screen } from '../output/terminals.ts';
import { engines } from '../support/test-databases.ts';
import { type Asked, createReportDatabase, type ReportDatabase, requestOf } from './report-database.ts';

const zero = '0000-00-00 00:00:00';

/** 30 entries in the days around a moment of long ago, 10 of them bought. */
async function addUsual({ enter }: ReportDatabase): Promise<void> {
  for (let day = 1; day <= 30; day += 1) {
    const date = `2024-05-${String(day).padStart(2, '0')}`;
    await enter('language', `${date} 10:00:00`, day <= 10 ? { bought: `${date} 11:00:00` } : {});
  }
}

function partsOf({ readOnly }: ReportDatabase, asked: Asked = {}) {
  return readOnly.transaction(async (session) => {
    const resolved = await resolveRequest(session, requestOf(asked));
    const report = await reportConversions(session, resolved, { by: undefined, compare: undefined });
    return { report, ...(await readPageParts(session, resolved, report)) };
  });
}

async function peopleOf({ readOnly }: ReportDatabase, state: 'open' | 'bought' | 'lapsed') {
  const people: Person[] = [];
  const head = await reportPeople(readOnly, { ...requestOf({}), state, limit: 1000 }, async (page) => {
    people.push(...page);
  });
  return { ...head, people };
}

describe.each(engines)('dates that cannot be right, on %s', (engine) => {
  it.each<[string, string, Record<string, unknown>]>([
    ['entry', 'ahead', {}],
    ['purchase', 'purchased_ahead', { bought: '2099-01-01 00:00:00' }],
  ])(
    'one %s ahead of the clock is named and not counted, as in the same report as of its own moment',
    async (_, kind, details) => {
      const opened = await createReportDatabase(engine);
      await addUsual(opened);
      await opened.enter('language', kind === 'ahead' ? '2099-01-01 00:00:00' : '2024-05-20 12:00:00', details);
      const report = await opened.report({ by: 'month' });
      expect(report.totals).toMatchObject({
        entries: kind === 'ahead' ? 30 : 31,
        people: report.totals.entries,
        purchased: 10,
      });
      expect(report.odd_dates).toEqual([
        { kind, entries: 1, first: '2099-01-01 00:00:00', last: '2099-01-01 00:00:00', entry_ids: [31] },
      ]);
      expect(report.warnings[0]).toMatch(
        /^1 (entry|purchase) is dated ahead of the .* \(2099-01-01 00:00:00; entry 31\)\.$/,
      );
      expect(JSON.stringify(await opened.report({ by: 'month', asOf: report.as_of }))).toBe(JSON.stringify(report));
      const { cohorts } = await partsOf(opened);
      expect(cohorts.warnings[0]).toBe(report.warnings[0]);
      const lapsed = await peopleOf(opened, 'lapsed');
      expect([lapsed.total, lapsed.warnings]).toEqual([report.totals.lapsed, report.warnings]);
    },
  );

  it('is not said of an entry that the period would not have, nor of what is merely later than as-of', async () => {
    const opened = await createReportDatabase(engine);
    await addUsual(opened);
    await opened.enter('language', '2099-01-01 00:00:00');
    await opened.enter('language', zero);
    expect((await opened.report({ name: '2024-05' })).odd_dates).toEqual([]);
    expect((await opened.report({ funnel: 'non_language' })).odd_dates).toEqual([]);
    const past = await opened.report({ asOf: '2024-05-11' });
    expect(past.odd_dates.map(({ kind, entries }) => [kind, entries])).toEqual([
      ['ahead', 1],
      ['undated', 1],
    ]);
    expect(past.totals.entries).toBe(10);
  });

  it('an entry without a date is named, and in no number: neither entries nor people', async () => {
    const opened = await createReportDatabase(engine);
    await opened.enter('language', zero, { email: 'nobody@x.com' });
    const nothing = await opened.report();
    expect(nothing.totals).toMatchObject({ entries: 0, people: 0 });
    await addUsual(opened);
    const { totals, warnings } = await opened.report({ by: 'day' });
    expect(totals).toMatchObject({ entries: 30, people: 30 });
    expect(warnings[0]).toBe('1 entry has no date: not counted (entry 1).');
    expect((await peopleOf(opened, 'lapsed')).total).toBe(20);
  });

  it.each(['0001-01-01 00:00:00', '1970-01-01 00:00:00', '2019-01-01 00:00:00'])(
    'an entry of %s, years before all others, is counted in a row of its own, and empties no chart',
    async (at) => {
      const opened = await createReportDatabase(engine);
      await addUsual(opened);
      await opened.enter('language', at);
      for (const by of ['day', 'week', 'month'] as const) {
        const { breakdown, totals, warnings, odd_dates: odd } = await opened.report({ by, asOf: '2024-07-01' });
        expect(totals.entries).toBe(31);
        const rows = breakdown?.rows.filter(({ funnel }) => funnel === 'language') ?? [];
        expect(rows.length).toBeLessThan(70);
        const first = { day: '2024-05-01', week: '2024-W18', month: '2024-05' }[by];
        expect(rows[0]).toMatchObject({
          group: { key: null, label: `before ${first}`, is_outlying: true, to: '2024-05-01', state: 'settled' },
          entries: 1,
        });
        expect(rows[1]?.group).toMatchObject({ key: first, is_outlying: false });
        expect(rows.reduce((sum, { entries }) => sum + entries, 0)).toBe(31);
        expect(odd).toMatchObject([{ kind: 'outlying', entries: 1, entry_ids: [31], first: at }]);
        expect(warnings[0]).toContain(
          `years before all others: counted, in a row of its own, not drawn (${at}; entry 31).`,
        );
        const [drawn] = seriesOf(breakdown);
        expect(drawn?.moments[0]?.label).toBe({ day: '1 May 2024', week: '1 May 2024', month: 'May 2024' }[by]);
      }
      const { trend, cohorts } = await partsOf(opened, { asOf: '2024-07-01' });
      expect(trend?.by).toBe('week');
      expect(cohorts.rows[0]).toMatchObject({ cohort: 'before 2024-W18', is_outlying: true, entries: 1 });
    },
  );

  it.each([
    '0001-01-01 00:00:00',
    '1000-01-01 00:00:00',
    '1969-12-31 23:00:00',
    '2038-01-19 03:14:08',
    '2999-01-01 00:00:00',
    zero,
  ])('%s ends no report, in whatever zone, and is named by its number', async (at) => {
    const opened = await createReportDatabase(engine, engine === 'mysql' ? '+00:00' : undefined);
    await addUsual(opened);
    await opened.enter('non_language', at);
    for (const timezone of [undefined, 'UTC', 'Pacific/Kiritimati', 'America/St_Johns']) {
      const asked = { ...(timezone === undefined ? {} : { timezone }), compare: undefined };
      const { report, cohorts, trend } = await partsOf(opened, asked);
      expect(report.warnings[0]).toMatch(/entry 31\)\.$/);
      expect(cohorts.rows.length).toBeLessThan(400);
      expect(trend?.rows.length).toBeLessThan(400);
      for (const by of ['day', 'week', 'month', 'test', 'source'] as const) {
        const { breakdown, totals } = await opened.report({ ...asked, by, asOf: '2024-07-01 00:00:00' });
        expect(breakdown?.rows.reduce((sum, { entries }) => sum + entries, 0)).toBe(totals.entries);
      }
      expect((await peopleOf(opened, 'lapsed')).total).toBe(report.totals.lapsed);
    }
  });

  it.each([
    '2024-00-00 00:00:00',
    '2024-00-15 10:00:00',
    '2024-05-00 10:00:00',
    '2024-02-30 10:00:00',
    '2023-11-31 10:00:00',
  ])('a date that no calendar has (%s) counts the same everywhere', async (at) => {
    const opened = await createReportDatabase(engine);
    await addUsual(opened);
    if (engine === 'mysql') await opened.database.admin("SET SESSION sql_mode = 'ALLOW_INVALID_DATES'");
    await opened.enter('language', at);
    for (const by of ['day', 'week', 'month'] as const) {
      const { breakdown, totals } = await opened.report({ by, asOf: '2024-07-01' });
      expect(totals).toMatchObject({ entries: 31, people: 31 });
      expect(breakdown?.rows.reduce((sum, { entries }) => sum + entries, 0)).toBe(31);
    }
    const { cohorts, trend } = await partsOf(opened, { asOf: '2024-07-01' });
    for (const rows of [cohorts.rows, trend?.rows ?? []]) {
      expect(rows.reduce((sum, { entries }) => sum + entries, 0)).toBe(31);
    }
    expect((await peopleOf(opened, 'lapsed')).people).toHaveLength(21);
  });

  it.skipIf(engine === 'mysql')('what is no date at all is named', async () => {
    const opened = await createReportDatabase(engine);
    await addUsual(opened);
    await opened.enter('language', '1/5/2024');
    await expect(opened.report()).rejects.toMatchObject({
      kind: 'data',
      message: 'An entry is dated "1/5/2024", which is no date.',
    });
  });

  it('is said too where nothing else is left', async () => {
    const opened = await createReportDatabase(engine);
    await opened.enter('language', zero);
    await opened.enter('language', '2099-01-01 00:00:00');
    const { cohorts } = await partsOf(opened);
    const notes = cohorts.warnings.map((warning) => `Note: ${warning}`);
    expect(notes).toHaveLength(2);
    const table = renderCohorts(cohorts, { format: 'table', terminal: { ...screen, columns: 200 } });
    expect(table.trimEnd().split('\n').slice(-3)).toEqual(['No funnel entries found.', ...notes]);
  });

  it('an entry of another funnel is no matter', async () => {
    const opened = await createReportDatabase(engine);
    await addUsual(opened);
    await opened.enter('non_language', '0001-01-01 00:00:00');
    const { breakdown, odd_dates: odd } = await opened.report({ funnel: 'language', by: 'day', asOf: '2024-07-01' });
    expect(odd).toEqual([]);
    expect([breakdown?.rows.length, breakdown?.rows[0]?.group.key]).toEqual([62, '2024-05-01']);
  });

  it('20 entries are not a few, and those years apart get no rows for the years between', async () => {
    const opened = await createReportDatabase(engine);
    await addUsual(opened);
    for (let number = 0; number < 20; number += 1) await opened.enter('language', '1970-01-01 00:00:00');
    const { breakdown, odd_dates: odd } = await opened.report({ by: 'day', funnel: 'language', asOf: '2024-07-01' });
    expect(odd).toEqual([]);
    const rows = breakdown?.rows ?? [];
    expect(rows.map(({ entries }) => entries)).toEqual([20, ...Array.from({ length: 30 }, () => 1)]);
    expect(rows[0]?.group.key).toBe('1970-01-01');
  });

  it('a period that begins long before the first entry, or ends long after the last, can be cut all the same', async () => {
    const opened = await createReportDatabase(engine);
    await addUsual(opened);
    const { breakdown } = await opened.report({ by: 'day', funnel: 'language', from: '0001-01-01', to: '9999-01-01' });
    expect(breakdown?.rows.reduce((sum, { entries }) => sum + entries, 0)).toBe(30);
    expect(breakdown?.rows[0]?.group).toMatchObject({ key: '2024-05-01', is_part: false });
  });
});

describe('a part of a week or month', () => {
  it('is marked where the period cuts it off, and not where it is merely not over', async () => {
    const opened = await createReportDatabase('sqlite');
    await addUsual(opened);
    const parts = async (asked: Asked) => {
      const { breakdown } = await opened.report({ funnel: 'language', ...asked });
      return breakdown?.rows.map(({ group }) => group.label);
    };
    const cut = { from: '2024-05-08', to: '2024-05-23', asOf: '2024-06-20' };
    expect(await parts({ ...cut, by: 'week' })).toEqual(['2024-W19 (part)', '2024-W20', '2024-W21 (part)']);
    expect(await parts({ ...cut, by: 'month' })).toEqual(['2024-05 (part)']);
    expect(await parts({ ...cut, by: 'day' })).toHaveLength(15);
    expect(await parts({ from: '2024-05-06', to: '2024-05-20', asOf: '2024-06-20', by: 'week' })).toEqual([
      '2024-W19',
      '2024-W20',
    ]);
    expect(await parts({ name: '2024-05', asOf: '2024-05-15', by: 'month' })).toEqual(['2024-05']);
    expect(await parts({ name: 'this-month', asOf: '2024-05-15', by: 'month' })).toEqual(['2024-05']);
    expect(await parts({ name: 'last-7d', asOf: '2024-05-15', by: 'month' })).toEqual(['2024-05 (part)']);
    expect(await parts({ asOf: '2024-06-20', by: 'month' })).toEqual(['2024-05', '2024-06']);
    const { cohorts, trend } = await partsOf(opened, cut);
    expect(cohorts.rows.map(({ cohort, is_part: isPart }) => [cohort, isPart])).toContainEqual(['2024-W19', true]);
    expect(trend?.rows.some(({ group }) => group.is_part)).toBe(true);
  });
});
