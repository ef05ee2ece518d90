import Table from 'cli-table3';
import { cellText, type Grid, type Heading } from './columns.ts';
import { fitColumns, gap } from './fit-columns.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './visible.ts';
import { displayWidth } from './width.ts';
import { wrapCell, wrapWords } from './wrap.ts';

/** cli-table3 takes time in the square of the rows (5,000 rows: 1.5 s at once, a fraction of that in pieces). */
const rowsPerPiece = 50;

/**
 * Lines of an aligned table of the columns that fit, long texts wrapped, and below it the names of the others. Null when
 * not even those fit that must stay.
 */
export function tableLines(grid: Grid, terminal: Terminal): string[] | null {
  const texts = grid.rows.map((row) => row.map((cell) => visible(cellText(cell))));
  const wanted = grid.headings.map((heading, index) => {
    const title = Math.max(1, displayWidth(visible(heading.title)));
    const values = texts.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? '')), 0);
    return {
      priority: heading.priority,
      title,
      // At least one cell: cli-table3 knows no narrower column.
      width: Math.max(title, values),
      isText: heading.align === 'left',
      isEmpty: values === 0,
    };
  });
  const all = { shown: [...wanted.keys()], widths: wanted.map(({ width }) => width) };
  const fitted = terminal.isTerminal ? fitColumns(wanted, terminal.columns) : all;
  if (fitted === null) return null;
  const hidden = grid.headings.filter((_, index) => !fitted.shown.includes(index));
  const empty = hidden.filter((heading) => wanted[grid.headings.indexOf(heading)]?.isEmpty);
  const wrapped = texts.map((row) =>
    fitted.shown.map((column, index) => wrapCell(row[column] ?? '', fitted.widths[index] ?? 1).join('\n')),
  );
  const shown = fitted.shown.flatMap((index) => grid.headings[index] ?? []);
  const note = hiddenNote(hidden, empty).flatMap((line) => wrapWords(line, terminal.columns));
  return [...draw(shown, wrapped, fitted.widths, terminal), ...(note.length > 0 ? ['', ...note] : [])];
}

/** What is not shown, by name, and how to see it. */
function hiddenNote(hidden: readonly Heading[], empty: readonly Heading[]): string[] {
  const names = (headings: readonly Heading[]): string => headings.map(({ title }) => visible(title)).join(', ');
  const others = hidden.filter((heading) => !empty.includes(heading));
  return [
    ...(others.length > 0
      ? [`Hidden for lack of room: ${names(others)}. To see them: --json, or a wider terminal.`]
      : []),
    ...(empty.length > 0 ? [`Hidden because they are empty: ${names(empty)}.`] : []),
  ];
}

function draw(
  headings: readonly Heading[],
  texts: readonly (readonly string[])[],
  widths: readonly number[],
  terminal: Terminal,
): string[] {
  const bold = (text: string) => (terminal.color && text !== '' ? `\x1b[1m${text}\x1b[22m` : text);
  const head = headings.map(({ title }) => bold(visible(title)));
  const lines: string[] = [];
  for (let start = 0; start < texts.length; start += rowsPerPiece) {
    const piece = new Table({
      head: start === 0 ? head : [],
      chars: charactersFor(terminal),
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
      colWidths: [...widths],
      colAligns: headings.map(({ align }) => align),
    });
    for (const row of texts.slice(start, start + rowsPerPiece)) piece.push([...row]);
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
