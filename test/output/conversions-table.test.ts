import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderPlain } from '../../src/output/conversions-plain.ts';
import { remarksOn, renderConversions } from '../../src/output/conversions-table.ts';
import { describePeriod } from '../../src/output/conversions-words.ts';
import type { Terminal } from '../../src/output/terminal.ts';
import { compareFunnels } from '../../src/report/compare.ts';
import { definitionsFor } from '../../src/report/definitions.ts';
import { noFigures } from '../../src/report/figures.ts';
import { share, wilson } from '../../src/report/intervals.ts';
import type { Conversions, Figures, ReportedPeriod } from '../../src/report/result.ts';

const pipe: Terminal = { isTerminal: false, columns: 80, unicode: false, color: false };
const screen: Terminal = { ...pipe, isTerminal: true };

const anyTime: ReportedPeriod = {
  ...{ name: null, from: null, to: null, to_is_exclusive: true, last_day: null },
  ...{ to_is_now: false, from_utc: null, to_utc: null },
};

function figures(entries: number, purchased: number, more: Partial<Figures> = {}): Figures {
  return {
    ...noFigures,
    entries,
    people: entries,
    purchased,
    conversion: share(purchased, entries),
    likely: wilson(purchased, entries),
    lapsed: entries - purchased,
    settled: { entries, purchased, rate: share(purchased, entries), likely: wilson(purchased, entries) },
    ...more,
  };
}

function conversions(language: Figures, other: Figures, totals: Figures): Conversions {
  const rows = [
    { funnel: 'language', ...language },
    { funnel: 'non_language', ...other },
  ];
  return {
    ...{ schema_version: 1, as_of: '2026-11-22 11:40:00', as_of_utc: '2026-11-22T09:40:00Z', timezone: 'Europe/Kyiv' },
    ...{ period: anyTime, funnel: null, definitions: definitionsFor(30), rows, totals, odd_dates: [] },
    between_funnels: compareFunnels(rows),
    ...{ breakdown: null, comparison: null, clicks: null, final_on: null, warnings: [] },
    not_counted: {
      bought_before_entering: { purchases: 9, people: 9 },
      never_entered: { purchases: 3, people: 2 },
    },
  };
}

const plainOf = (entries: number, purchased: number) =>
  renderPlain(conversions(figures(entries, purchased), noFigures, figures(entries, purchased)));
const guide = conversions(figures(10, 3), figures(5, 1), figures(15, 4));
const nobody = conversions(noFigures, noFigures, noFigures);
const day = 86_400;
const times = { buyers: 41, p10: 3600, p25: 2.5 * day, median: 4.2 * day, p75: 846_720, p90: 20 * day };
const autumn = conversions(
  figures(1312, 141, { open: 74, time_to_buy: times }),
  figures(205, 12, { open: 51, time_to_buy: { ...times, buyers: 4 } }),
  figures(1517, 153, { open: 125, people: 1490, time_to_buy: times }),
);

describe('the plain report', () => {
  it('is word for word the one of the guide', () => {
    expect(renderPlain(guide)).toBe(
      [
        'Funnel conversion report',
        '------------------------',
        'language: entries=10, purchased=3, conversion=30.00%',
        'non_language: entries=5, purchased=1, conversion=20.00%',
        '',
      ].join('\n'),
    );
  });

  it('has a line for a funnel that nobody entered as long as another one has entries', () => {
    expect(plainOf(1, 0)).toContain('non_language: entries=0, purchased=0, conversion=0.00%\n');
  });

  it('is one sentence when nobody entered any funnel', () => {
    expect(renderPlain(nobody)).toBe('No funnel entries found.\n');
  });

  it.each([
    [3, 1, '33.33%'],
    [3, 2, '66.67%'],
    [8, 1, '12.50%'],
    [7, 7, '100.00%'],
    [800, 1, '0.13%'],
    [20_000, 1, '0.01%'],
    [20_001, 1, '0.00%'],
    [100_000, 99_999, '100.00%'],
    [400, 1, '0.25%'],
    [1000, 5, '0.50%'],
  ])('of %i entries with %i purchased shows %s', (entries, purchased, percent) => {
    expect(plainOf(entries, purchased)).toContain(`conversion=${percent}\n`);
  });
});

describe('the report as a table', () => {
  it('has its period and moment above, a line for all funnels, what the words mean, and what is not counted', () => {
    expect(renderConversions(autumn, { format: 'table', terminal: pipe })).toBe(
      [
        'Funnel conversion, all entries',
        'As of 2026-11-22 11:40 Europe/Kyiv; unit: entries; window: 30 days',
        '',
        'Funnel        Entries  Purchased  Conversion  Settled     Of  Likely  Open    Median   Middle half  People',
        '----------------------------------------------------------------------------------------------------------',
        'language        1,312        141       10.7%    10.7%  1,312   9-13%    74  4.2 days  2.5-9.8 days   1,312',
        'non_language      205         12        5.9%     5.9%    205   3-10%    51       few                   205',
        'All             1,517        153       10.1%    10.1%  1,517   9-12%   125  4.2 days  2.5-9.8 days   1,490',
        '',
        'Conversion = purchased / entries; purchased = bought a certificate after entering.',
        'Settled = bought within 30 days, of the entries at least 30 days old (Of); open = may still do so.',
        'Likely = where the true settled rate lies in 95 of 100 cases; few = fewer than 20 entries, or 5 buyers.',
        'Median and middle half: from entering to buying, of those who bought.',
        '',
        'language against non_language: conversion +4.9 points (+0.5 to +7.9): language is higher.',
        'language against non_language: settled rate +4.9 points (+0.5 to +7.9): language is higher.',
        '',
        'Not counted: 9 purchases before entering, 3 purchases (2 people) by people who never entered.',
        '',
      ].join('\n'),
    );
  });

  it('shows no percentage of a handful, and says that it is one', () => {
    const table = renderConversions(guide, { format: 'table', terminal: pipe });
    expect(table).toMatch(/^language +10 +3 +few +few +10 +0 +10$/m);
    expect(table).not.toContain('%');
    expect(table).toContain('language against non_language: too few entries to say.\n');
  });

  it('has the range of the rate it stands beside, with what that rate is of', () => {
    const settled = { entries: 40, purchased: 20, rate: 0.5, likely: wilson(20, 40) };
    const one = figures(400, 20, { settled, open: 360, lapsed: 20 });
    const table = renderConversions(conversions(one, noFigures, one), { format: 'table', terminal: pipe });
    expect(table).toMatch(/^language +400 +20 +5\.0% +50\.0% +40 +35-65% +360/m);
  });

  it('fits 80 columns with the numbers of the guide in it, dropping the others by priority', () => {
    const lines = renderConversions(autumn, { format: undefined, terminal: screen }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines[3]).toMatch(/^Funnel +Entries +Purchased +Conversion +Settled +Of +Likely +Open$/);
  });

  it('says only that there is nothing when nobody entered', () => {
    const options = { format: 'table', terminal: pipe } as const;
    expect(renderConversions(nobody, options)).toMatch(
      /^Funnel conversion, all entries\nAs of .*\n\nNo funnel entries/,
    );
    expect(remarksOn(nobody, options)).toEqual([]);
  });

  it('says that purchases are not recorded, where they are not', () => {
    const text = renderConversions({ ...guide, not_counted: null }, { format: 'table', terminal: pipe });
    expect(text).toContain('Bought before entering: not recorded, sync has not seen a purchase yet.\n');
  });
});

describe('the report for programs', () => {
  it('is tab-separated in a pipe, without header and total; the numbers of the guide come first', () => {
    const lines = renderConversions(guide, { format: undefined, terminal: pipe }).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^language\t10\t3\t30\.00%\t10\t10\.78%\t60\.32%\t10\t3\t30\.00%\t/);
    expect(lines[1]).toMatch(/^non_language\t5\t1\t20\.00%\t/);
  });

  it.each([
    [2000, 3, '0.1-0.4%'],
    [1000, 80, '6.5-9.8%'],
    [1000, 81, '7-10%'],
    [1000, 100, '8-12%'],
    [1000, 0, '0.0-0.4%'],
  ])('shows the likely range of %i entries, %i bought, as %s', (entries, bought, likely) => {
    const row = figures(entries, bought);
    const text = renderConversions(conversions(row, noFigures, row), { format: 'table', terminal: pipe });
    expect(text).toMatch(new RegExp(`^language .* ${likely} `, 'm'));
  });

  it('has a name for each column as csv', () => {
    const [header, ...rows] = renderConversions(autumn, { format: 'csv', terminal: screen }).trim().split('\n');
    expect(header).toBe(
      'funnel,entries,purchased,conversion,people,likely_low,likely_high,settled_entries,settled_purchased,' +
        'settled_rate,settled_low,settled_high,open,lapsed,undatable,p25_seconds,median_seconds,p75_seconds,refunded,paid_before_entering',
    );
    const documented = header?.replaceAll(',', '`, `');
    expect(readFileSync('docs/reports.md', 'utf8')).toContain(`| \`${documented}\` |`);
    expect(rows[0]).toBe(
      'language,1312,141,10.75%,1312,9.18%,12.54%,1312,141,10.75%,9.18%,12.54%,74,1171,0,216000,362880,846720,0,0',
    );
  });

  it('keeps its rows when nobody entered, with zeros and no conversion, and the remark goes elsewhere', () => {
    const options = { format: undefined, terminal: pipe };
    expect(renderConversions(nobody, options)).toMatch(/^language\t0\t0\t\t0\t\t\t/);
    expect(remarksOn(nobody, options)).toEqual(['No funnel entries found.']);
    expect(remarksOn(guide, options)).toEqual([]);
  });
});

describe('the period in words', () => {
  it.each([
    [null, null, 'all entries'],
    [
      '2024-01-01',
      '2024-03-01',
      'entered from 2024-01-01 to 2024-02-29, both days included, 2024-03-01 not (Europe/Kyiv)',
    ],
    ['2024-02-29', '2024-03-01', 'entered on 2024-02-29 (Europe/Kyiv)'],
    [null, '2024-02-01', 'entered up to 2024-01-31, that day included (Europe/Kyiv)'],
    ['2024-01-01', null, 'entered from 2024-01-01 up to 2024-05-01 12:30 (Europe/Kyiv)'],
  ])('from %s to %s is "%s"', (from, to, words) => {
    const last = to === null ? null : Temporal.PlainDate.from(to).subtract({ days: 1 }).toString();
    const head = { timezone: 'Europe/Kyiv', as_of: '2024-05-01 12:30:00' };
    expect(describePeriod({ ...anyTime, from, to, last_day: last }, head)).toBe(words);
  });
});
