import { describe, expect, it } from 'vitest';
import { renderRows } from '../../src/output/render.ts';
import { barColumn, trendLines } from '../../src/output/trend-lines.ts';
import type { BreakdownRow, PeriodState } from '../../src/report/result.ts';
import { bySource, figures } from './html/sample.ts';
import { pipe, screen } from './terminals.ts';

/** One week of a funnel: how many entered, how many bought. */
function week(number: number, funnel: string, entries: number, purchased: number, state: PeriodState): BreakdownRow {
  const label = `2026-W${number}`;
  return {
    group: { key: label, label, folded: 0, from: null, to: null, state, is_part: false, is_outlying: false },
    funnel,
    ...figures(entries, purchased, state === 'settled' ? 0 : entries - purchased),
  };
}

const rows = [
  week(40, 'language', 100, 20, 'settled'),
  week(40, '漢字', 100, 10, 'settled'),
  week(41, 'language', 19, 19, 'settled'),
  week(41, '漢字', 50, 0, 'settled'),
  week(42, 'language', 100, 5, 'open'),
  week(42, '漢字', 0, 0, 'running'),
];

describe('trendLines', () => {
  it('draws all funnels on one scale, few entries as nothing, what is open as a dot', () => {
    expect(trendLines({ by: 'week', rows }, screen)).toEqual([
      'Settled rate by week, from 0 to 20.0% (· not settled yet, blank: few):',
      '  language  █ ·',
      '  漢字      ▅▁·',
    ]);
    expect(trendLines({ by: 'week', rows }, { ...pipe, unicode: false }).slice(1)).toEqual([
      '  language  # .',
      '  漢字      =_.',
    ]);
  });

  it('keeps the latest that fit a terminal, and says so; a pipe gets all', () => {
    const many = Array.from({ length: 200 }, (_, index) => week(index + 100, 'language', 50, 5, 'settled'));
    const [title, line = ''] = trendLines({ by: 'week', rows: many }, screen);
    expect(title).toBe('Settled rate by week, the last 68, from 0 to 10.0% (· not settled yet, blank: few):');
    expect(line).toBe(`  language  ${'█'.repeat(68)}`);
    expect(trendLines({ by: 'week', rows: many }, pipe)[1]).toBe(`  language  ${'█'.repeat(200)}`);
  });

  it('names what the period cuts off, and leaves out what lies years before', () => {
    const part = (row: BreakdownRow) => ({ ...row, group: { ...row.group, is_part: true } });
    const far = week(1, 'language', 50, 50, 'settled');
    const shown = [
      { ...far, group: { ...far.group, is_outlying: true } },
      part(week(40, 'language', 100, 20, 'settled')),
      week(41, 'language', 100, 10, 'settled'),
      part(week(42, 'language', 100, 5, 'open')),
    ];
    expect(trendLines({ by: 'week', rows: shown }, screen)).toEqual([
      'Settled rate by week, from 0 to 20.0% (· not settled yet, blank: few; parts: 2026-W40, 2026-W42):',
      '  language  █▅·',
    ]);
  });

  it('draws nothing where there is no time, or nothing to compare', () => {
    expect(trendLines(bySource(['a', 'b']), screen)).toEqual([]);
    expect(trendLines({ by: 'week', rows: rows.slice(0, 1) }, screen)).toEqual([]);
    expect(trendLines({ by: 'week', rows: [] }, screen)).toEqual([]);
  });
});

describe('barColumn', () => {
  const draw = (terminal: typeof pipe) => renderRows(rows, [barColumn(rows, terminal)], { format: 'tsv', terminal });

  it('is longest for the largest conversion; too few entries get none', () => {
    expect(draw(pipe)).toBe('██████████\n█████\n\n\n██▌\n\n');
    expect(draw({ ...pipe, unicode: false })).toBe('##########\n#####\n\n\n###\n\n');
  });
});
