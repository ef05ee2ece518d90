import Table from 'cli-table3';
import { cellText, type Grid, type Heading } from './columns.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './visible.ts';
import { displayWidth } from './width.ts';

const gap = 2;

/** cli-table3 takes time in the square of the rows (5,000 rows: 1.5 s at once, a fraction of that in pieces). */
const rowsPerPiece = 50;

/** Lines of an aligned table of all columns that fit, or null when not even those that must stay do. */
export function tableLines(grid: Grid, terminal: Terminal): string[] | null {
  const texts = grid.rows.map((row) => row.map((cell) => visible(cellText(cell))));
  const widths = grid.headings.map((heading, index) => columnWidth(heading, texts, index));
  const shown = terminal.isTerminal ? fitting(grid.headings, widths, terminal.columns) : [...widths.keys()];
  if (shown === null) return null;
  const hidden = widths.length - shown.length;
  const note = `(${hidden === 1 ? '1 column is' : `${hidden} columns are`} hidden: the terminal is too narrow)`;
  return [...draw(grid.headings, texts, widths, shown, terminal), ...(hidden > 0 ? ['', note] : [])];
}

function columnWidth(heading: Heading, texts: readonly (readonly string[])[], index: number): number {
  // At least one cell: cli-table3 knows no narrower column.
  return texts.reduce(
    (widest, row) => Math.max(widest, displayWidth(row[index] ?? '')),
    Math.max(1, displayWidth(visible(heading.title))),
  );
}

/** Indexes of the columns that stay: the largest priority goes first, of equals the rightmost. */
function fitting(headings: readonly Heading[], widths: readonly number[], limit: number): number[] | null {
  const shown = [...widths.keys()];
  const priority = (index: number) => headings[index]?.priority ?? 1;
  const total = () => shown.reduce((sum, index) => sum + (widths[index] ?? 0), gap * (shown.length - 1));
  while (total() > limit) {
    const last = shown.reduce((worst, index) => (priority(index) >= priority(worst) ? index : worst), shown[0] ?? 0);
    if (priority(last) <= 1) return null;
    shown.splice(shown.indexOf(last), 1);
  }
  return shown;
}

function draw(
  headings: readonly Heading[],
  texts: readonly (readonly string[])[],
  widths: readonly number[],
  shown: readonly number[],
  terminal: Terminal,
): string[] {
  const bold = (text: string) => (terminal.color && text !== '' ? `\x1b[1m${text}\x1b[22m` : text);
  const head = shown.map((index) => bold(visible(headings[index]?.title ?? '')));
  const lines: string[] = [];
  for (let start = 0; start < texts.length; start += rowsPerPiece) {
    const piece = new Table({
      head: start === 0 ? head : [],
      chars: charactersFor(terminal),
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
      colWidths: shown.map((index) => widths[index] ?? 1),
      colAligns: shown.map((index) => headings[index]?.align ?? 'left'),
    });
    for (const row of texts.slice(start, start + rowsPerPiece)) piece.push(shown.map((index) => row[index] ?? ''));
    for (const line of piece.toString().split('\n')) lines.push(line.replace(/ +$/, ''));
  }
  return lines;
}

/** One rule under the header and nothing else: no frame, no vertical lines. */
function charactersFor(terminal: Terminal) {
  const rule = terminal.unicode ? '─' : '-';
  return {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: rule,
    'mid-mid': rule.repeat(gap),
    right: '',
    'right-mid': '',
    middle: ' '.repeat(gap),
  };
}
