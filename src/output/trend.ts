import type { Terminal } from './terminal.ts';

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const levels = { unicode: [...'▁▂▃▄▅▆▇█'], ascii: [...'_-~=+*#'] };

/** One place of a sparkline: its value, 'open' for a period that is not over, null where there is nothing to show. */
export type Point = number | 'open' | null;

/**
 * A horizontal bar, `width` cells long for `max`: in eighths of a cell, or in `#` where the locale is not UTF-8. Nothing
 * for zero; the least there is for anything above it, so that one buyer never looks like none.
 */
export function bar(value: number, max: number, width: number, terminal: Pick<Terminal, 'unicode'>): string {
  if (!(value > 0 && max > 0 && width > 0)) return '';
  const cells = Math.min(1, value / max) * Math.floor(width);
  if (!terminal.unicode) return '#'.repeat(Math.max(1, Math.round(cells)));
  const parts = Math.max(1, Math.round(cells * 8));
  return '█'.repeat(Math.floor(parts / 8)) + eighths[parts % 8];
}

/** The largest value of some points, 0 when there is none. */
export function largestOf(points: readonly Point[]): number {
  return points.reduce<number>((largest, point) => (typeof point === 'number' ? Math.max(largest, point) : largest), 0);
}

/**
 * A line of columns, one cell per point, on a scale from zero to `largest` (lines to be compared share it); `·` for open
 * periods, whose value is not known yet. Blank where there is nothing to show.
 */
export function sparkline(
  points: readonly Point[],
  terminal: Pick<Terminal, 'unicode'>,
  largest = largestOf(points),
): string {
  const steps = terminal.unicode ? levels.unicode : levels.ascii;
  const step = (value: number) => (largest > 0 ? Math.round((value / largest) * (steps.length - 1)) : 0);
  return points
    .map((point) => {
      if (point === null) return ' ';
      return point === 'open' ? (terminal.unicode ? '·' : '.') : (steps[step(point)] ?? '');
    })
    .join('');
}
