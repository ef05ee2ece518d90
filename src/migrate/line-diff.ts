/**
 * The lines of both texts in order, with '  ' before those in both, '- ' before those only in `before` and '+ ' before
 * those only in `after`: the longest common subsequence. Takes time and memory in the product of the lengths, so it is
 * for short texts. Lines that differ in white space only are the same.
 */
export function diffLines(before: readonly string[], after: readonly string[]): string[] {
  const same = (i: number, j: number): boolean => fold(before[i]) === fold(after[j]);
  // common[i][j]: how many lines the rests from i and from j on have in common
  const common = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = common[i] as number[];
      row[j] = same(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && same(i, j)) {
      lines.push(`  ${after[j]}`);
      i += 1;
      j += 1;
    } else if (i < before.length && (j >= after.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`- ${before[i]}`);
      i += 1;
    } else {
      lines.push(`+ ${after[j]}`);
      j += 1;
    }
  }
  return lines;
}

function fold(line: string | undefined): string {
  return (line ?? '').replace(/\s+/g, ' ').trim();
}
