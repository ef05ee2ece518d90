import type { Progress } from '../output/progress.ts';

let shown: Progress | undefined;

/** Whatever is written to the terminal makes room for this line first; the returned function ends that, and the line. */
export function showStatusLine(line: Progress): () => void {
  shown = line;
  return () => {
    line.finish();
    if (shown === line) shown = undefined;
  };
}

/** Does `write`, which may write to the terminal, above the line that is shown there. */
export function aboveStatusLine(write: () => void): void {
  shown?.clear();
  write();
  shown?.redraw();
}
