import { cellText, type Grid } from './columns.ts';
import { visible } from './visible.ts';

/**
 * Lines of the layout for terminals too narrow for a table: one `Title: value` line per column, a blank line between
 * rows. Nothing is cut: a long value runs on in the terminal's next line and can still be copied as one.
 */
export function recordLines(grid: Grid): string[] {
  return grid.rows.flatMap((row, index) => {
    const lines = grid.headings.map((heading, column) =>
      `${visible(heading.title)}: ${visible(cellText(row[column] ?? null))}`.trimEnd(),
    );
    return index === 0 ? lines : ['', ...lines];
  });
}
