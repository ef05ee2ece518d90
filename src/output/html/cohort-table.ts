import type { CohortCell, CohortRow, Cohorts } from '../../report/result.ts';
import { fewEntries, isEnough } from '../../report/rules.ts';
import { formatCount } from '../numbers.ts';
import { groupInWords } from './dates.ts';
import { html, type Markup, named } from './markup.ts';
import { counted, rate as rateOf } from './words.ts';

/** Shades of a cell, from none to the largest rate of the page. */
const shades = 6;

/** Older cohorts are all long settled. */
const most = 12;

/**
 * The triangle of each funnel: a line per month or week of entering, a column per age, the share that had bought. On
 * paper the last `printed` of them.
 */
export function cohortTables({ rows, days, by }: Cohorts, printed: number): Markup | null {
  const byFunnel = [...Map.groupBy(rows, (row) => row.funnel)].filter(([, all]) => all.some((row) => row.entries > 0));
  if (byFunnel.length === 0) return null;
  const largest = Math.max(...rows.flatMap(({ entries, cells }) => cells.map((cell) => known(cell, entries) ?? 0)));
  const left = Math.max(...byFunnel.map(([, all]) => all.length)) - most;
  return html`<section>
<h2>Bought so many days after entering, by ${by}</h2>
<div class="columns">
${byFunnel.map(([funnel, all]) => triangle(funnel, all.slice(-most), { by, days, largest, printed }))}
</div>
<p class="note">Day 0 is the first 24 hours. Blank: the end of that ${by} is not that long ago yet. few: fewer than ${fewEntries} entries.${
    left > 0 ? ` ${counted(left, `earlier ${by}`)} not shown; see: funnels report cohorts` : null
  }</p>
</section>`;
}

function triangle(
  funnel: string,
  rows: readonly CohortRow[],
  { by, days, largest, printed }: Pick<Cohorts, 'by' | 'days'> & { largest: number; printed: number },
): Markup {
  const older = (index: number) => (index < rows.length - printed ? html` class="older"` : null);
  return html`<table class="cohorts">
<caption>${named(funnel)}</caption>
<thead><tr><th scope="col">Entered</th><th scope="col">Entries</th>${days.map((day) => html`<th scope="col">Day ${day}</th>`)}</tr></thead>
<tbody>
${rows.map((row, index) => html`<tr${older(index)}><th scope="row">${groupInWords(by, { ...row, label: row.cohort })}</th><td>${formatCount(row.entries)}</td>${row.cells.map((cell) => cellOf(cell, row.entries, largest))}</tr>\n`)}</tbody>
</table>
`;
}

function cellOf(cell: CohortCell, entries: number, largest: number): Markup {
  if (cell.purchased === null) return html`<td></td>`;
  const rate = known(cell, entries);
  const text = rateOf({ entries, purchased: cell.purchased });
  if (rate === null) return html`<td class="few">${text}</td>`;
  const shade = largest > 0 ? Math.ceil((rate / largest) * shades) : 0;
  return html`<td class="shade-${shade}">${text}</td>`;
}

function known({ rate }: CohortCell, entries: number): number | null {
  return isEnough({ entries }) ? rate : null;
}
