import { formatCount } from './numbers.ts';
import { visible } from './visible.ts';
import { displayWidth } from './width.ts';

export interface Progress {
  /** `done` of `total` units are finished; a total given here replaces the one known before. */
  advance(done: number, total?: number): void;
  /** Shows this text instead of a bar. */
  tell(text: string): void;
  /** Makes room for other lines. */
  clear(): void;
  /** Draws again what `clear` removed. */
  redraw(): void;
  /** Clears the line. Later calls do nothing. */
  finish(): void;
}

export interface ProgressOptions {
  label: string;
  total?: number;
  unicode?: boolean;
  /** milliseconds of any clock that only goes forward */
  now?: () => number;
}

const patienceMs = 1000;
const betweenDrawsMs = 100;
const widestBar = 30;
const narrowestBar = 5;

/**
 * A bar on one line of a terminal, for work that takes longer than a second. Draws only when told to advance, at most
 * ten times a second, and nothing at all where the stream is no terminal, so that logs stay clean.
 */
export function createProgress(
  stream: { isTTY?: boolean; columns?: number; write(text: string): unknown },
  options: ProgressOptions,
): Progress {
  const now = options.now ?? (() => performance.now());
  const label = visible(options.label);
  let total = options.total;
  let nextDraw = now() + patienceMs;
  let drawnWidth = 0;
  let drawn: string | undefined;
  let finished = false;

  const draw = (lineFor: (room: number) => string): void => {
    if (finished || stream.isTTY !== true || now() < nextDraw) return;
    nextDraw = now() + betweenDrawsMs;
    // The last column stays free: writing there moves some terminals to the next line.
    drawn = lineFor((stream.columns || 80) - 1);
    write(drawn);
  };

  const write = (line: string): void => {
    const width = displayWidth(line);
    // Blanks instead of an erase sequence: they work on a dumb terminal too.
    stream.write(`\r${line}${' '.repeat(Math.max(0, drawnWidth - width))}`);
    drawnWidth = width;
  };

  const clear = (): void => {
    if (drawnWidth > 0) stream.write(`\r${' '.repeat(drawnWidth)}\r`);
    drawnWidth = 0;
  };

  return {
    advance(done, newTotal) {
      total = newTotal ?? total;
      draw((room) => progressLine(label, done, total, room, options.unicode === true));
    },
    tell(text) {
      draw((room) => cut(visible(text), room));
    },
    clear,
    redraw() {
      if (!finished && drawn !== undefined) write(drawn);
    },
    finish() {
      finished = true;
      clear();
    },
  };
}

function progressLine(label: string, done: number, total: number | undefined, room: number, unicode: boolean): string {
  if (total === undefined || total <= 0) return cut(`${label}  ${formatCount(done)}`, room);
  const share = Math.min(1, Math.max(0, done / total));
  const numbers = `${String(Math.floor(share * 100)).padStart(3)}%  ${formatCount(done)} / ${formatCount(total)}`;
  const barWidth = Math.min(widestBar, room - displayWidth(label) - numbers.length - 4);
  const bar = barWidth < narrowestBar ? '' : `${drawBar(share, barWidth, unicode)}  `;
  return cut(`${label}  ${bar}${numbers}`, room);
}

function drawBar(share: number, width: number, unicode: boolean): string {
  if (!unicode) return '#'.repeat(Math.floor(share * width)).padEnd(width, '.');
  const eighths = Math.floor(share * width * 8);
  const partial = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8] ?? '';
  return ('█'.repeat(Math.floor(eighths / 8)) + partial).padEnd(width, '░');
}

/** The longest beginning, in whole graphemes, that takes no more than `room` cells. */
function cut(text: string, room: number): string {
  const kept = [...new Intl.Segmenter('en').segment(text)].map(({ segment }) => segment);
  while (displayWidth(kept.join('')) > room) kept.pop();
  return kept.join('');
}
