import { type Cell, cellText, type Grid } from './columns.ts';
import { visible } from './visible.ts';

/** The first characters that make a spreadsheet take text for a formula, or look behind them for one (OWASP ASVS 1.2.10). */
const formulaStart = /^[=+\-@\t\r\n\0]/;
const numberText = /^[+-]?\d+(\.\d+)?%?$/;

/**
 * Records of RFC 4180 with the column keys as header. Text that a spreadsheet would run as a formula (it starts with
 * = + - @ or a control character) gets a leading apostrophe; numbers never do, whether or not they come as text. With
 * `decimalComma` numbers have one and columns are separated by semicolons, as spreadsheets of most of Europe want it.
 */
export function csvLines({ headings, rows }: Grid, isTerminal: boolean, decimalComma = false): string[] {
  const separator = decimalComma ? ';' : ',';
  const field = (cell: Cell, index: number) => {
    const isNumber = typeof cell === 'number' || headings[index]?.align === 'right';
    const text = decimalComma && isNumber ? withComma(guard(cell)) : guard(cell);
    return quote(isTerminal ? visibleLines(text) : text, separator);
  };
  const keys = headings.map((heading) => quote(heading.key, separator));
  const records = [keys, ...rows.map((row) => row.map(field))];
  // A record of one empty field would be an empty line, which readers skip.
  return records.map((fields) => fields.join(separator) || '""');
}

function withComma(text: string): string {
  return numberText.test(text) ? text.replace('.', ',') : text;
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

function quote(text: string, separator: ',' | ';'): string {
  return /["\n\r]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text;
}
