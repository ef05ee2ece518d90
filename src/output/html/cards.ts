import { type Fragment, html, type Markup, named } from './markup.ts';

/** A row: the name of what it is about, and its cells. */
export interface CardRow {
  name: string;
  cells: readonly Fragment[];
}

/**
 * A table of funnels that becomes a card per row on a narrow screen, each cell below its title. Its parts name their
 * roles, because a browser no longer takes what is not laid out as a table for one. `total` stands apart, at the foot.
 */
export function cards(titles: readonly string[], rows: readonly CardRow[], total: CardRow | null): Markup {
  const row = ({ name, cells }: CardRow) =>
    html`<tr role="row"><th role="rowheader" scope="row">${named(name)}</th>${cells.map(
      (cell, index) => html`<td role="cell" data-title="${titles[index]}">${cell}</td>`,
    )}</tr>\n`;
  return html`<table class="cards" role="table">
<thead role="rowgroup"><tr role="row">${['Funnel', ...titles].map(columnTitle)}</tr></thead>
<tbody role="rowgroup">
${rows.map(row)}</tbody>
${total === null ? null : html`<tfoot role="rowgroup">\n${row(total)}</tfoot>\n`}</table>`;
}

export function columnTitle(title: string): Markup {
  return html`<th role="columnheader" scope="col">${title}</th>`;
}
