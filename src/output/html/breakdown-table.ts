import type { Breakdown, BreakdownRow, Conversions, Dimension } from '../../report/result.ts';
import { isEnough } from '../../report/rules.ts';
import { formatCount } from '../numbers.ts';
import { columnTitle } from './cards.ts';
import { groupInWords } from './dates.ts';
import { html, type Markup, named } from './markup.ts';
import { isFolded, shownRows } from './sheet.ts';
import { counted, range, rate, settledRate } from './words.ts';

const headings = { day: 'Day', week: 'Week from', month: 'Month', test: 'Test', source: 'Source' } as const;

const titles = ['Entries', 'Purchased', 'Conversion', 'Settled rate', 'Open'];

/** Every group of a breakdown in figures; folded when there are many, or when a chart has drawn them already. */
export function breakdownTable(breakdown: Breakdown, report: Conversions): Markup | null {
  const { by } = breakdown;
  const rows = shownRows(breakdown);
  if (rows.length === 0) return null;
  const groups = [...Map.groupBy(rows, ({ group }) => group.label).values()];
  const table = html`<table class="cards breakdown" role="table">
<thead role="rowgroup"><tr role="row">${columnTitle(headings[by])}<th role="columnheader" scope="col" class="text">Funnel</th>${titles.map(columnTitle)}</tr></thead>
${groups.map((group) => groupRows(group, by))}</table>`;
  if (!isFolded(breakdown, report)) return html`<section>\n<h2>By ${by}</h2>\n${table}\n</section>`;
  return html`<details>
<summary>By ${by}, in figures <span class="aside">(${counted(rows.length, 'row')})</span></summary>
${table}
</details>`;
}

function groupRows(rows: readonly BreakdownRow[], by: Dimension): Markup {
  const group = rows[0]?.group;
  const state = group?.state ?? null;
  const note = state === 'open' || state === 'running' ? html` <span class="aside">not settled</span>` : null;
  const heading = html`<th role="rowheader" scope="rowgroup" rowspan="${rows.length}">${named(group === undefined ? '' : groupInWords(by, group))}${note}</th>`;
  return html`<tbody role="rowgroup">
${rows.map((row, index) => html`<tr role="row">${index === 0 ? heading : null}${figures(row)}</tr>\n`)}</tbody>
`;
}

function figures({ funnel, entries, purchased, settled, open }: BreakdownRow): Markup {
  const bounds = isEnough(settled) ? settled.likely : null;
  const likely = bounds === null ? null : html` <span class="aside">${range(bounds)}</span>`;
  const cells = [
    formatCount(entries),
    formatCount(purchased),
    rate({ entries, purchased }),
    html`${settledRate(settled)}${likely}`,
    formatCount(open),
  ];
  return html`<td role="cell" class="text">${named(funnel)}</td>${cells.map(
    (cell, index) => html`<td role="cell" data-title="${titles[index]}">${cell}</td>`,
  )}`;
}
