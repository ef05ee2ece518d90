import type { ClickLines, ClickStage, FunnelClicks } from '../report/clicks-result.ts';
import { campaignsInWords, timeFormsInWords } from '../report/clicks-warnings.ts';
import type { Column } from './columns.ts';
import { type Counter, renderCounters } from './counters.ts';
import { percentForPeople } from './figures-columns.ts';
import { formatCount } from './numbers.ts';
import { renderRows } from './render.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './visible.ts';

const columns: Column<FunnelClicks>[] = [
  { key: 'funnel', title: 'Funnel', value: (row) => row.funnel },
  { key: 'entries', title: 'Entries', align: 'right', value: (row) => formatCount(row.entries) },
  { key: 'clicked', title: 'Clicked', align: 'right', value: (row) => formatCount(row.clicked) },
  {
    key: 'clicked_share',
    title: 'Of entries',
    align: 'right',
    priority: 2,
    value: (row) => percentForPeople({ entries: row.entries, purchased: row.clicked }),
  },
  { key: 'purchased', title: 'Purchased', align: 'right', value: (row) => formatCount(row.purchased) },
  {
    key: 'purchased_after_click',
    title: 'After a click',
    align: 'right',
    value: (row) => formatCount(row.purchased_after_click),
  },
  {
    key: 'purchased_share',
    title: 'Of clicked',
    align: 'right',
    priority: 2,
    value: (row) => percentForPeople({ entries: row.clicked, purchased: row.purchased_after_click }),
  },
];

const outcomes: [Exclude<keyof ClickLines, 'read'>, string][] = [
  ['counted', 'counted'],
  ['before_entering', 'from before the person entered'],
  ['not_in_report', 'by people without such an entry in this report'],
  ['after_as_of', 'from after the moment of this report'],
  ['other_campaign', 'of other campaigns, not counted'],
  ['rejected', 'that cannot be used'],
];

/** The stage between entering and buying for people: a table, what became of every line, the first unusable ones. */
export function renderClicks(stage: ClickStage, terminal: Terminal): string {
  const { file, campaigns, rows, totals, lines } = stage;
  const rendered = renderRows(rows.length > 1 ? [...rows, { funnel: 'All', ...totals }] : rows, columns, {
    format: 'table',
    terminal,
    title: `Clicks on links with utm_campaign ${campaigns.language} (language), ${campaigns.non_language} (non_language)`,
    footer: [
      'Clicked = a click of the person, for that funnel, at or after entering; an entry counts once.',
      'After a click = bought at or after such a click.',
    ],
  });
  const counters = outcomes
    .filter(([outcome]) => lines[outcome] > 0)
    .map(([outcome, label]): Counter => ({ label, count: lines[outcome], ...noteOn(outcome, stage) }));
  const total: Counter = { label: 'read', count: lines.read, total: true };
  return `${rendered}\nLines of ${visible(file)}\n${renderCounters([...counters, total], terminal)}${rejections(stage)}${timeForms(stage)}`;
}

/** The lines that cannot be used, when there are several: a single one is named among the report's notes. */
function rejections({ lines, rejected_lines }: ClickStage): string {
  if (rejected_lines.length < 2) return '';
  const isAll = rejected_lines.length === lines.rejected;
  const heading = isAll
    ? 'Not usable'
    : `Not usable, the first ${rejected_lines.length} of ${formatCount(lines.rejected)}`;
  return `${[heading, ...rejected_lines.map(({ line, reason }) => `    line ${line}: ${visible(reason)}`)].join('\n')}\n`;
}

function timeForms(stage: ClickStage): string {
  const forms = timeFormsInWords(stage);
  return forms === undefined ? '' : `${forms}\n`;
}

/** What a row of a report gets for programs, by its funnel; nothing without --clicks. */
export function clicksForPrograms<Row extends { funnel: string }>(stage: ClickStage | null): Column<Row>[] {
  if (stage === null) return [];
  const figure = (row: Row, key: 'clicked' | 'purchased_after_click'): number | null =>
    stage.rows.find(({ funnel }) => funnel === row.funnel)?.[key] ?? null;
  return [
    { key: 'clicked', title: 'Clicked', align: 'right', value: (row) => figure(row, 'clicked') },
    {
      key: 'purchased_after_click',
      title: 'Purchased after a click',
      align: 'right',
      value: (row) => figure(row, 'purchased_after_click'),
    },
  ];
}

function noteOn(outcome: keyof ClickLines, stage: ClickStage): { note: string } | undefined {
  return outcome === 'other_campaign' ? { note: campaignsInWords(stage.other_campaigns) } : undefined;
}
