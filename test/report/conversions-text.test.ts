import { describe, expect, it } from 'vitest';
import { describePeriod, remarkOn, renderConversions, renderPlain } from '../../src/output/conversions-text.ts';
import type { Terminal } from '../../src/output/terminal.ts';
import type { Conversions } from '../../src/report/conversions.ts';

const pipe: Terminal = { isTerminal: false, columns: 80, unicode: false, color: false };
const screen: Terminal = { ...pipe, isTerminal: true };

function conversions(...counts: [funnel: string, entries: number, purchased: number][]): Conversions {
  const funnels = counts.map(([funnel, entries, purchased]) => ({ funnel, entries, purchased }));
  const sum = (key: 'entries' | 'purchased') => funnels.reduce((total, row) => total + row[key], 0);
  return {
    period: { from: null, to: null, toIsNow: false, fromDay: null, toDay: null, timezone: 'UTC' },
    funnels,
    total: { entries: sum('entries'), purchased: sum('purchased') },
  };
}

const guide = conversions(['language', 10, 3], ['non_language', 5, 1]);
const nobody = conversions(['language', 0, 0], ['non_language', 0, 0]);

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
    expect(renderPlain(conversions(['language', 1, 0], ['non_language', 0, 0]))).toContain(
      'non_language: entries=0, purchased=0, conversion=0.00%\n',
    );
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
    expect(renderPlain(conversions(['language', entries, purchased]))).toContain(`conversion=${percent}\n`);
  });
});

describe('the report as a table', () => {
  it('has its period above, a line for all funnels, and what the words mean below', () => {
    expect(renderConversions(guide, { format: undefined, terminal: screen })).toBe(
      [
        'Funnel conversion, all entries',
        '',
        'Funnel        Entries  Purchased  Conversion',
        '--------------------------------------------',
        'language           10          3      30.00%',
        'non_language        5          1      20.00%',
        'All                15          4      26.67%',
        '',
        'Conversion = purchased / entries; purchased = bought a certificate after',
        'entering.',
        '',
      ].join('\n'),
    );
  });

  it('says only that there is nothing when nobody entered', () => {
    const options = { format: 'table', terminal: pipe } as const;
    expect(renderConversions(nobody, options)).toBe('Funnel conversion, all entries\n\nNo funnel entries found.\n');
    expect(remarkOn(nobody, options)).toBeUndefined();
  });
});

describe('the report for programs', () => {
  it('is tab-separated in a pipe, without a header and without the total', () => {
    expect(renderConversions(guide, { format: undefined, terminal: pipe })).toBe(
      'language\t10\t3\t30.00%\nnon_language\t5\t1\t20.00%\n',
    );
  });

  it.each([
    ['csv', 'funnel,entries,purchased,conversion\nlanguage,10,3,30.00%\nnon_language,5,1,20.00%\n'],
    [
      'markdown',
      [
        '| Funnel | Entries | Purchased | Conversion |',
        '| --- | ---: | ---: | ---: |',
        '| language | 10 | 3 | 30.00% |',
        '| non_language | 5 | 1 | 20.00% |',
        '',
      ].join('\n'),
    ],
  ] as const)('is the same rows as %s', (format, text) => {
    expect(renderConversions(guide, { format, terminal: screen })).toBe(text);
  });

  it('keeps its rows when nobody entered, with zeros and no conversion, and the remark goes elsewhere', () => {
    const options = { format: undefined, terminal: pipe };
    expect(renderConversions(nobody, options)).toBe('language\t0\t0\t\nnon_language\t0\t0\t\n');
    expect(remarkOn(nobody, options)).toBe('No funnel entries found.');
    expect(remarkOn(guide, options)).toBeUndefined();
  });
});

describe('the period in words', () => {
  const timezone = 'Europe/Kyiv';
  it.each([
    [null, null, 'all entries'],
    ['2024-01-01', '2024-03-01', 'entered from 2024-01-01 to 2024-02-29, both days included (Europe/Kyiv)'],
    ['2024-02-29', '2024-03-01', 'entered on 2024-02-29 (Europe/Kyiv)'],
    [null, '2024-02-01', 'entered up to 2024-01-31, that day included (Europe/Kyiv)'],
    ['2024-01-01', null, 'entered from 2024-01-01 up to now (Europe/Kyiv)'],
  ])('from %s to %s is "%s"', (fromDay, toDay, words) => {
    const clock = { from: '2023-12-31 22:00:00', to: null, toIsNow: false };
    expect(describePeriod({ ...clock, fromDay, toDay, timezone })).toBe(words);
  });
});
