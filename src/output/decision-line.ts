import type { Decision } from '../funnel/decision.ts';
import type { Cell, Column } from './columns.ts';
import { jsonLine } from './json.ts';
import { type Format, renderRows } from './render.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './visible.ts';

const columns: Column<Decision>[] = [
  { key: 'outcome', title: 'Outcome', value: (row) => row.outcome },
  { key: 'finished_at', title: 'Finished at', value: (row) => row.finishedAt },
  { key: 'result_id', title: 'Result', value: (row) => row.resultId },
  { key: 'test_id', title: 'Test', value: (row) => row.testId },
  { key: 'funnel', title: 'Funnel', value: (row) => row.funnel },
  { key: 'email', title: 'Address', value: (row) => row.email },
  { key: 'detail', title: 'Detail', value: (row) => row.detail },
];

/** Widths that fit nearly all values; a longer one pushes the rest of its line to the right. */
const widths = [22, 19, 8, 6, 12];

/**
 * The lines of `sync --explain`, one for each decision as it is made: in columns where the summary is a table, as NDJSON
 * (one object a line, by column key) where it is json, else as rows of the format, whose column names stand once above.
 */
export class DecisionLines {
  readonly #format: Format;
  readonly #terminal: Terminal;
  #hasHead = false;

  constructor({ format, terminal }: { format: Format | undefined; terminal: Terminal }) {
    this.#format = format ?? (terminal.isTerminal ? 'table' : 'tsv');
    this.#terminal = terminal;
  }

  line(decision: Decision): string {
    if (this.#format === 'table') return aligned(decision);
    if (this.#format === 'json') return `${jsonLine(objectOf(decision))}\n`;
    const text = this.#rows([decision]);
    this.#hasHead = true;
    return text;
  }

  /** What follows the last line: the names of the columns if there was none, so that the file has its form all the same. */
  end(): string {
    return this.#hasHead || !['csv', 'markdown'].includes(this.#format) ? '' : this.#rows([]);
  }

  #rows(decisions: readonly Decision[]): string {
    return renderRows(decisions, columns, { format: this.#format, terminal: this.#terminal, headless: this.#hasHead });
  }
}

function aligned(decision: Decision): string {
  const cells = columns.map(({ value }) => visible(String(value(decision) ?? '')));
  return `${cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('  ')
    .trimEnd()}\n`;
}

function objectOf(decision: Decision): Record<string, Cell> {
  return Object.fromEntries(columns.map(({ key, value }) => [key, value(decision)]));
}
