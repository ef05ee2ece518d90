import { cellText, type Grid } from './columns.ts';
import { visible } from './visible.ts';

/** What Markdown, GitHub's included, takes for more than a character; `_` only where it can open or close emphasis. */
const special = /[\\|`*[<&~$]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;

/**
 * Lines of a GitHub table: titles, alignment, rows. Cells show their characters and never become HTML, emphasis or
 * formulas; of links, only a bare address that GitHub links everywhere.
 */
export function markdownLines(grid: Grid): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(grid.headings.map((heading) => literal(heading.title))),
    line(grid.headings.map((heading) => (heading.align === 'right' ? '---:' : '---'))),
    ...grid.rows.map((row) => line(row.map((cell) => literal(cellText(cell))))),
  ];
}

function literal(text: string): string {
  return text
    .split(/\r\n|\n|\r/)
    .map((part) => visible(part.replace(special, '\\$&')))
    .join('<br>');
}
