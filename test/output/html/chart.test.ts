import { describe, expect, it } from 'vitest';
import { commonScales, trendChart } from '../../../src/output/html/chart.ts';
import { fewMoments, seriesOf } from '../../../src/output/html/series.ts';
import { describeSeries } from '../../../src/output/html/series-words.ts';
import type { Breakdown, BreakdownRow, PeriodState } from '../../../src/report/result.ts';
import { bySource, figures, trend } from './sample.ts';

type Month = [entries: number, purchased: number, state: PeriodState];

/** The months of one funnel, from January on. */
function months(...list: Month[]): Breakdown {
  const rows = list.map(([entries, purchased, state], index): BreakdownRow => {
    const label = `2026-${String(index + 1).padStart(2, '0')}`;
    const group = {
      key: label,
      label,
      folded: 0,
      from: `${label}-01`,
      to: null,
      state,
      is_part: false,
      is_outlying: false,
    };
    return { group, funnel: 'language', ...figures(entries, purchased, state === 'settled' ? 0 : entries - purchased) };
  });
  return { by: 'month', rows };
}

function draw(breakdown: Breakdown): string {
  const series = seriesOf(breakdown);
  return series.map((one, index) => trendChart(one, commonScales(series), `chart-${index}`).text).join('\n');
}

/** The paths of a class, as drawn. */
function paths(drawing: string, kind: string): string[] {
  return [...drawing.matchAll(new RegExp(`<path class="${kind}" d="([^"]*)"`, 'g'))].map(([, path = '']) => path);
}

describe('the chart of a funnel', () => {
  it('draws what is settled whole, and from there what is open dashed, with hollow marks', () => {
    const drawing = draw(months([100, 10, 'settled'], [100, 20, 'settled'], [100, 5, 'open'], [100, 1, 'running']));
    const [whole = '', dashed = ''] = [paths(drawing, 'line')[0], paths(drawing, 'line open')[0]];
    // One corner per month; the dashed line begins where the whole one ends.
    expect(whole.split('L')).toHaveLength(2);
    expect(dashed.split('L')).toHaveLength(3);
    expect(dashed.slice(1).startsWith(whole.split('L')[1] ?? '-')).toBe(true);
    expect(paths(drawing, 'dot')).toHaveLength(4);
    expect(paths(drawing, 'hole')).toHaveLength(2);
    expect(paths(drawing, 'band open')[0]).not.toBe('');
  });

  it('leaves a gap where nobody entered, and gives a lonely month its range as a stroke', () => {
    const drawing = draw(months([100, 10, 'settled'], [0, 0, 'settled'], [100, 10, 'settled'], [100, 9, 'settled']));
    expect(paths(drawing, 'line')[0]?.match(/M/g)).toHaveLength(2);
    expect(paths(drawing, 'whisker')).toHaveLength(1);
    expect(paths(drawing, 'entered')).toHaveLength(3);
  });

  it('puts all funnels on one scale, as high as the highest rate and most of the ranges', () => {
    const series = seriesOf(trend('month', '2025-11-01', 13, 2, 300));
    const { rate, entries } = commonScales(series);
    const all = series.flatMap(({ moments }) => moments);
    expect(entries).toBe(Math.max(...all.map((moment) => moment.entries)));
    expect(all.every((moment) => (moment.rate ?? 0) < rate)).toBe(true);
    expect(all.filter(({ high }) => high <= rate).length / all.length).toBeGreaterThanOrEqual(0.9);
  });

  it('stays within its frame, however few there are and however wide the range', () => {
    const drawing = draw(months([20, 20, 'settled'], [21, 0, 'settled'], [20, 0, 'running']));
    const heights = [...drawing.matchAll(/d="([^"]*)"/g)].flatMap(([, path = '']) =>
      [...path.matchAll(/,(-?[\d.]+)/g)].map(([, y]) => Number(y)),
    );
    expect(heights.length).toBeGreaterThan(10);
    expect(heights.filter((y) => !(y >= 0 && y <= 400))).toEqual([]);
  });

  it.each([
    [1, 1],
    [19, 10],
    [1, 0],
  ])('shows of a handful how many entered and bought, and no rate: %i with %i', (entries, purchased) => {
    const drawing = draw(months([entries, purchased, 'settled'], [entries, purchased, 'open']));
    expect(['dot', 'hole', 'whisker'].flatMap((kind) => paths(drawing, kind))).toEqual([]);
    expect(['line', 'line open', 'band', 'band open'].flatMap((kind) => paths(drawing, kind)).join('')).toBe('');
    expect(paths(drawing, 'entered')).toHaveLength(2);
    expect(drawing).not.toMatch(/desc>[^<]*%/);
    const told = (breakdown: Breakdown) => fewMoments(seriesOf(breakdown));
    expect(told(months([entries, purchased, 'settled']))).toBe('No point: fewer than 20 entries to tell a rate of.');
    expect(told(months([20, 1, 'settled'], [0, 0, 'settled']))).toBeNull();
  });

  it('is not there for funnels without entries, nor for a breakdown that is not by time', () => {
    expect(seriesOf(months([0, 0, 'settled']))).toEqual([]);
    expect(seriesOf(bySource(['a']))).toEqual([]);
    expect(seriesOf(null)).toEqual([]);
  });

  it('is the same each time', () => {
    const breakdown = trend('day', '2025-11-01', 365, 30, 40);
    expect(draw(breakdown)).toBe(draw(breakdown));
  });
});

describe('a chart of handfuls', () => {
  it('has no axis of rates but says so, and its columns stay within it, however many come together', () => {
    const handfuls = months([19, 2, 'settled'], [12, 0, 'settled'], [3, 1, 'open']);
    const drawing = draw(handfuls);
    expect(drawing).toContain('Too few entries in each month for a rate.');
    expect(drawing).not.toMatch(/%<\/span>|class="(?:dot|whisker)"/);
    expect(commonScales(seriesOf(handfuls)).entries).toBe(19);
    const tops = paths(drawing, 'entered').map((path) => Number(/V([\d.]+)/.exec(path)?.[1]));
    expect(Math.min(...tops)).toBeGreaterThanOrEqual(340);
  });

  it('beside one with rates counts for the scale of the columns', () => {
    const series = seriesOf(months([19, 2, 'settled'], [200, 20, 'settled']));
    expect(draw(months([19, 2, 'settled'], [200, 20, 'settled']))).not.toContain('Too few entries');
    expect(commonScales(series).entries).toBe(200);
  });

  it('has a single column no broader than others', () => {
    const [path = ''] = paths(draw(months([5, 1, 'settled'])), 'entered');
    expect(Number(/h([\d.]+)/.exec(path)?.[1])).toBeLessThan(100);
  });
});

describe('a chart in words', () => {
  it('names what the period cuts off, and leaves out what lies years before', () => {
    const { by, rows } = months([30, 3, 'settled'], [40, 4, 'settled'], [20, 2, 'settled']);
    const [far, first, last] = rows;
    if (far === undefined || first === undefined || last === undefined) throw new Error('three months');
    const [series] = seriesOf({
      by,
      rows: [
        { ...far, group: { ...far.group, is_outlying: true } },
        first,
        { ...last, group: { ...last.group, label: '2026-03 (part)', is_part: true } },
      ],
    });
    expect(series === undefined ? '' : describeSeries(series)).toMatch(
      /^2 months, from Feb 2026 to Mar 2026\. Cut off by the period: Mar 2026\. Settled rates go from 10\.0% in Feb 2026/,
    );
  });

  it.each<[string, Month[], string]>([
    [
      'names the lowest and the highest settled rate and what is open',
      [
        [100, 10, 'settled'],
        [100, 20, 'settled'],
        [100, 5, 'open'],
      ],
      '3 months, from Jan 2026 to Mar 2026. Settled rates go from 10.0% in Jan 2026 (likely 5.5–17.4%) to 20.0% in Feb 2026 ' +
        '(likely 13.3–28.9%). 1 month not settled yet: their rates can still rise.',
    ],
    [
      'says of how many it says nothing',
      [
        [19, 19, 'settled'],
        [100, 10, 'settled'],
        [0, 0, 'settled'],
        [1, 1, 'open'],
      ],
      '4 months, from Jan 2026 to Apr 2026. Settled: 10.0% in Feb 2026 (likely 5.5–17.4%). 2 months with too few entries ' +
        'for a rate. All others are settled.',
    ],
    [
      'says that there is nothing to say',
      [[1, 1, 'settled']],
      '1 month, from Jan 2026 to Jan 2026. 1 month with too few entries for a rate. No rate can be told.',
    ],
    [
      'names the only one',
      [[100, 10, 'settled']],
      '1 month, from Jan 2026 to Jan 2026. Settled: 10.0% in Jan 2026 (likely 5.5–17.4%). All are settled.',
    ],
    [
      'says so when none is settled',
      [
        [100, 10, 'open'],
        [100, 3, 'running'],
      ],
      '2 months, from Jan 2026 to Feb 2026. 2 months not settled yet: the rates can still rise.',
    ],
  ])('%s', (_, list, words) => {
    const [series] = seriesOf(months(...list));
    expect(series === undefined ? '' : describeSeries(series)).toBe(words);
  });
});
