import type { Decision } from '../funnel/decision.ts';
import type { Column } from './columns.ts';
import { type Format, renderRows } from './render.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './visible.ts';

const columns: Column<Decision>[] = [
  { key: 'outcome', title: 'Outcome', value: (row) => row.outcome },
  { key: 'finishedAt', title: 'Finished at', value: (row) => row.finishedAt },
  { key: 'resultId', title: 'Result', value: (row) => row.resultId },
  { key: 'testId', title: 'Test', value: (row) => row.testId },
  { key: 'funnel', title: 'Funnel', value: (row) => row.funnel },
  { key: 'email', title: 'Address', value: (row) => row.email },
  { key: 'detail', title: 'Detail', value: (row) => row.detail },
];

/** Widths that fit nearly all values; a longer one pushes the rest of its line to the right. */
const widths = [22, 19, 8, 6, 12];

/** One line of `sync --explain`: in columns where the summary is a table, tab-separated elsewhere. */
export function renderDecision(
  decision: Decision,
  { format, terminal }: { format: Format | undefined; terminal: Terminal },
): string {
  const isAligned = format === undefined ? terminal.isTerminal : format === 'table';
  if (!isAligned) return renderRows([decision], columns, { format: 'tsv', terminal });
  const cells = columns.map(({ value }) => visible(String(value(decision) ?? '')));
  return `${cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('  ')
    .trimEnd()}\n`;
}
