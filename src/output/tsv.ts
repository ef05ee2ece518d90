import { type Cell, cellText, type Grid } from './columns.ts';
import { visible } from './visible.ts';

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/**
 * One line per row and no header, for cut, awk and while-read. A tab, line break or backslash inside a cell is written as
 * `\t`, `\n`, `\r`, `\\`; everything else is the raw value, unless a terminal would obey it.
 */
export function tsvLines(grid: Grid, isTerminal: boolean): string[] {
  const escaped = (cell: Cell) => cellText(cell).replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character);
  return grid.rows.map((row) => {
    const cells = row.map(escaped);
    return (isTerminal ? cells.map(visible) : cells).join('\t');
  });
}
