import { formatCount } from './numbers.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './visible.ts';
import { displayWidth } from './width.ts';
import { wrapWords } from './wrap.ts';

/** One line of a summary. `total` marks the line the others add up to. */
export interface Counter {
  label: string;
  count: number;
  /** what the count is made of */
  note?: string;
  total?: boolean;
}

const indent = 4;
const gap = 2;
/** Notes start here at the earliest, so that summaries of several commands look alike. */
const narrowestLabels = 20;

/**
 * A summary in lines: counts right-aligned with commas, labels, notes in a column of their own, totals bold where there
 * is colour. A note too wide for a terminal goes on below its label. Ends with one newline; '' for no lines.
 */
export function renderCounters(lines: readonly Counter[], terminal: Terminal): string {
  const counts = lines.map((line) => formatCount(line.count));
  const countWidth = Math.max(0, ...counts.map((count) => count.length));
  const labelWidth = Math.max(
    narrowestLabels,
    ...lines.map((line) => (line.note === undefined ? 0 : displayWidth(visible(line.label)))),
  );
  const bold = (text: string) => (terminal.color ? `\x1b[1m${text}\x1b[22m` : text);
  return lines
    .map((line, index) => {
      const label = visible(line.label);
      const start = `${' '.repeat(indent)}${(counts[index] ?? '').padStart(countWidth)}${' '.repeat(gap)}`;
      const [head = '', ...rest] = withNote(
        start + label,
        start.length,
        start.length + labelWidth,
        line.note,
        terminal,
      );
      return `${[line.total === true ? bold(head) : head, ...rest].join('\n')}\n`;
    })
    .join('');
}

/** `text` begins its label at column `labelAt`; the notes of all lines begin `gap` cells after column `labelEnd`. */
function withNote(
  text: string,
  labelAt: number,
  labelEnd: number,
  note: string | undefined,
  terminal: Terminal,
): string[] {
  if (note === undefined || note === '') return [text];
  const beside = `${text}${' '.repeat(labelEnd + gap - displayWidth(text))}${visible(note)}`;
  if (!terminal.isTerminal || displayWidth(beside) <= terminal.columns) return [beside];
  return [text, ...wrapWords(`${' '.repeat(labelAt + gap)}${visible(note)}`, terminal.columns)];
}
