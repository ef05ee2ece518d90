import { type Cell, type Column, type Grid, toGrid } from './columns.ts';
import { csvLines, forExcel } from './csv.ts';
import { jsonText } from './json.ts';
import { markdownLines } from './markdown.ts';
import { recordLines } from './records.ts';
import { tableLines } from './table.ts';
import type { Terminal } from './terminal.ts';
import { tsvLines } from './tsv.ts';
import { visible } from './visible.ts';
import { wrapWords } from './wrap.ts';

export const formats = ['table', 'tsv', 'csv', 'markdown', 'json'] as const;
export type Format = (typeof formats)[number];

/** `title` and `footer` belong to people: they are printed in format table only. */
export interface RenderOptions {
  /** table on a terminal, else tsv */
  format?: Format | undefined;
  terminal: Terminal;
  /** for csv: as Excel wants it, with a byte order mark and CR LF; a terminal is spared both */
  excel?: boolean;
  /** with `excel`: for one that has commas in decimals, and so semicolons between columns */
  decimalComma?: boolean;
  /** for csv and markdown: leaves out the names of the columns, when they stand above rows printed before */
  headless?: boolean;
  title?: string;
  footer?: readonly string[];
}

/**
 * The rows in one of the formats, as text that ends with exactly one newline, or '' when there is nothing to print. Only
 * a table on a terminal is fitted to its width; whatever goes elsewhere is complete.
 */
export function renderRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], options: RenderOptions): string {
  const { terminal } = options;
  const grid = toGrid(rows, columns);
  const format = options.format ?? (terminal.isTerminal ? 'table' : 'tsv');
  if (format === 'json') return `${jsonText(toObjects(grid))}\n`;
  if (format === 'table') return toText(withWords(grid, options));
  if (columns.length === 0) return '';
  if (format === 'csv') {
    const decimalComma = options.excel === true && options.decimalComma === true;
    const records = csvLines(grid, terminal.isTerminal, decimalComma).slice(options.headless === true ? 1 : 0);
    return options.excel === true && !terminal.isTerminal ? forExcel(records) : toText(records);
  }
  if (format === 'tsv') return toText(tsvLines(grid, terminal.isTerminal));
  return toText(markdownLines(grid).slice(options.headless === true ? 2 : 0));
}

/** One object per row, by column key. */
function toObjects(grid: Grid): Record<string, Cell>[] {
  return grid.rows.map((row) =>
    Object.fromEntries(grid.headings.map((heading, index) => [heading.key, row[index] ?? null])),
  );
}

/** Title, table and footer, those there are, with a blank line between them. */
function withWords(grid: Grid, options: RenderOptions): string[] {
  const { terminal } = options;
  const isEmpty = grid.rows.length === 0 || grid.headings.length === 0;
  const parts = [
    wordLines(options.title === undefined ? [] : [options.title], terminal),
    isEmpty ? [] : (tableLines(grid, terminal) ?? recordLines(grid)),
    wordLines(options.footer ?? [], terminal),
  ].filter((lines) => lines.length > 0);
  return parts.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function wordLines(texts: readonly string[], terminal: Terminal): string[] {
  const lines = texts.flatMap((text) => text.split('\n')).map(visible);
  return terminal.isTerminal ? lines.flatMap((line) => wrapWords(line, terminal.columns)) : lines;
}

function toText(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
