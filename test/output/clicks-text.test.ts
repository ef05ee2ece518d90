import { describe, expect, it } from 'vitest';
import { clicksForPrograms, renderClicks } from '../../src/output/clicks-text.ts';
import { remarksBeside } from '../../src/output/conversions-output.ts';
import { renderRows } from '../../src/output/render.ts';
import type { ClickFigures, ClickStage } from '../../src/report/clicks-result.ts';
import { clickWarnings } from '../../src/report/clicks-warnings.ts';
import { reportOn } from './html/sample.ts';
import { isHarmless, pipe } from './terminals.ts';

const figures = (entries: number, clicked: number, purchased: number, after: number): ClickFigures => ({
  entries,
  clicked,
  click_rate: clicked / entries,
  purchased,
  purchased_after_click: after,
  conversion_after_click: after / clicked,
});

const stage: ClickStage = {
  file: 'clicks.csv',
  campaigns: { language: 'language_funnel', non_language: 'non_language_funnel' },
  rows: [
    { funnel: 'language', ...figures(1312, 120, 41, 30) },
    { funnel: 'non_language', ...figures(12, 3, 2, 1) },
  ],
  totals: figures(1324, 123, 43, 31),
  lines: {
    read: 1500,
    counted: 400,
    before_entering: 20,
    not_in_report: 60,
    after_as_of: 0,
    other_campaign: 1017,
    rejected: 3,
  },
  other_campaigns: ['newsletter', null],
  time_forms: [],
  rejected_lines: [
    { line: 3, reason: 'no address' },
    { line: 9, reason: 'the time "\u202enow" cannot be read' },
    { line: 10, reason: 'no address' },
  ],
};
const nothing = {
  ...stage.lines,
  read: 0,
  counted: 0,
  not_in_report: 0,
  before_entering: 0,
  other_campaign: 0,
  rejected: 0,
};

describe('the clicks of a report for people', () => {
  it('are a table, the fate of every line, and the lines that cannot be used', () => {
    expect(renderClicks(stage, pipe)).toBe(
      [
        'Clicks on links with utm_campaign language_funnel (language), non_language_funnel (non_language)',
        '',
        'Funnel        Entries  Clicked  Of entries  Purchased  After a click  Of clicked',
        '─'.repeat(80),
        'language        1,312      120        9.1%         41             30       25.0%',
        'non_language       12        3         few          2              1         few',
        'All             1,324      123        9.3%         43             31       25.2%',
        '',
        'Clicked = a click of the person, for that funnel, at or after entering; an entry counts once.',
        'After a click = bought at or after such a click.',
        '',
        'Lines of clicks.csv',
        '      400  counted',
        '       20  from before the person entered',
        '       60  by people without such an entry in this report',
        '    1,017  of other campaigns, not counted  newsletter, (none)',
        '        3  that cannot be used',
        '    1,500  read',
        'Not usable',
        '    line 3: no address',
        '    line 9: the time "\\u202enow" cannot be read',
        '    line 10: no address',
        '',
      ].join('\n'),
    );
  });

  it('name the file as a terminal may show it, and how many more lines cannot be used', () => {
    const text = renderClicks({ ...stage, file: 'a\x1b[2J.csv', lines: { ...stage.lines, rejected: 1200 } }, pipe);
    expect(isHarmless(text)).toBe(true);
    expect(text).toContain('Not usable, the first 3 of 1,200\n');
  });

  it('have no row for all of them when there is one funnel', () => {
    expect(renderClicks({ ...stage, rows: stage.rows.slice(0, 1) }, pipe)).not.toMatch(/^All/m);
  });
});

describe('the clicks of a report for programs', () => {
  it('are two more columns of its rows, and none without an export', () => {
    const rows = [{ funnel: 'language' }, { funnel: 'webinar' }];
    expect(renderRows(rows, clicksForPrograms(stage), { format: 'csv', terminal: pipe })).toBe(
      'clicked,purchased_after_click\n120,30\n,\n',
    );
    expect(clicksForPrograms(null)).toEqual([]);
  });
});

describe('times that cannot be read', () => {
  const unread = { ...stage, time_forms: ['2026-10-03 14:12 (ISO 8601)', '03.10.2026 14:12'] };
  const list = 'Times are read in these forms:\n    2026-10-03 14:12 (ISO 8601)\n    03.10.2026 14:12';

  it('have the forms that can below the table, and on stderr beside everything else', () => {
    expect(renderClicks(unread, pipe).endsWith(`${list}\n`)).toBe(true);
    expect(renderClicks(stage, pipe)).not.toContain('Times are read');
    const report = { ...reportOn([['language', 30, 3, 0]]), clicks: unread };
    const beside = (format: 'html' | 'csv' | 'table') =>
      remarksBeside(report, { format, excel: false, terminal: pipe }).filter((remark) => remark.startsWith('Times'));
    expect([beside('html'), beside('csv'), beside('table')]).toEqual([[list], [list], []]);
  });
});

describe('the warnings about an export', () => {
  it.each<[string, Partial<ClickStage>, string[]]>([
    ['all is well', { rejected_lines: [], lines: { ...stage.lines, rejected: 0 } }, []],
    ['lines cannot be used', {}, ['3 lines of clicks.csv cannot be used; the first is line 3: no address.']],
    ['there is no line', { rejected_lines: [], lines: nothing }, ['clicks.csv holds no clicks.']],
    [
      'all campaigns are others',
      { rejected_lines: [], lines: { ...nothing, read: 9, other_campaign: 9 } },
      [
        'No line of clicks.csv is of the campaigns language_funnel and non_language_funnel, but of newsletter, (none). ' +
          'If the links carry other names, set utm.campaigns.',
      ],
    ],
    [
      'nobody is known',
      { rejected_lines: [], lines: { ...nothing, read: 9, not_in_report: 9 } },
      ["No click of clicks.csv belongs to an entry of this report: compare its period with the export's."],
    ],
  ])('say that %s', (_, changes, warnings) => {
    expect(clickWarnings({ ...stage, ...changes })).toEqual(warnings);
  });
});
