import { type Cell, cellText, type Grid } from './columns.ts';
import { visible } from './visible.ts';

/**
 * Lines of RFC 4180 with the column keys as header. Text that a spreadsheet would run as a formula (it starts with = + - @
 * tab or carriage return) gets a leading apostrophe; numbers never do.
 */
export function csvLines(grid: Grid, isTerminal: boolean): string[] {
  const field = (cell: Cell) => quote(isTerminal ? visibleLines(guard(cell)) : guard(cell));
  const keys = grid.headings.map((heading) => quote(heading.key));
  const records = [keys, ...grid.rows.map((row) => row.map(field))];
  // A record of one empty field would be an empty line, which readers skip.
  return records.map((fields) => fields.join(',') || '""');
}

function guard(cell: Cell): string {
  return typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cellText(cell);
}

/** Line feeds are part of the format and harmless on a terminal; the rest is not. */
function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

function quote(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
