import type { Grid } from './columns.ts';

/**
 * A pretty-printed array of one object per row, by column key. What JSON.stringify leaves as it is but a terminal would
 * obey or hide (DEL, C1, bidi overrides, zero-width characters) is written as `\uXXXX`, which means the same.
 */
export function jsonText(grid: Grid): string {
  const objects = grid.rows.map((row) =>
    Object.fromEntries(grid.headings.map((heading, index) => [heading.key, row[index] ?? null])),
  );
  return JSON.stringify(objects, null, 2).replace(/(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, codeUnits);
}

function codeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
