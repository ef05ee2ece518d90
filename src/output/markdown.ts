import { cellText, type Grid } from './columns.ts';
import { visible } from './visible.ts';

/** Lines of a GitHub table: titles, alignment, rows. Cells show their characters; they never become links or HTML. */
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
    .map((part) => visible(part.replace(/[\\|`*[<&]/g, '\\$&')))
    .join('<br>');
}
