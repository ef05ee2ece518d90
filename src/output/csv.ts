import { type Cell, cellText, type Grid } from './columns.ts';
import { visible } from './visible.ts';

/** The first characters that make a spreadsheet take text for a formula, or look behind them for one (OWASP ASVS 1.2.10). */
const formulaStart = /^[=+\-@\t\r\n\0]/;
const numberText = /^[+-]?\d+(\.\d+)?%?$/;

/**
 * Records of RFC 4180 with the column keys as header. Text that a spreadsheet would run as a formula (it starts with
 * = + - @ or a control character) gets a leading apostrophe; numbers never do, whether or not they come as text.
 */
export function csvLines(grid: Grid, isTerminal: boolean): string[] {
  const field = (cell: Cell) => quote(isTerminal ? visibleLines(guard(cell)) : guard(cell));
  const keys = grid.headings.map((heading) => quote(heading.key));
  const records = [keys, ...grid.rows.map((row) => row.map(field))];
  // A record of one empty field would be an empty line, which readers skip.
  return records.map((fields) => fields.join(',') || '""');
}

/** Records as the file Excel opens with every letter right: a byte order mark, and CR LF at the end of each. */
export function forExcel(records: readonly string[]): string {
  return `\ufeff${records.map((record) => `${record}\r\n`).join('')}`;
}

function guard(cell: Cell): string {
  const text = cellText(cell);
  return typeof cell === 'string' && formulaStart.test(text) && !numberText.test(text) ? `'${text}` : text;
}

/** Line feeds are part of the format and harmless on a terminal; the rest is not. */
function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

function quote(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
