import type { Decision, PaymentDecision } from '../funnel/decision.ts';
import type { Cell, Column } from './columns.ts';
import { jsonLine } from './json.ts';
import { type Format, renderRows } from './render.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './visible.ts';

/** A decision about a finished test, or about a payment. */
type Line = Partial<Omit<Decision, 'outcome'> & Omit<PaymentDecision, 'outcome'>> &
  Pick<Decision | PaymentDecision, 'outcome'>;

const columns: Column<Line>[] = [
  { key: 'outcome', title: 'Outcome', value: (row) => row.outcome },
  { key: 'finished_at', title: 'Finished at', value: (row) => row.finishedAt ?? null },
  { key: 'result_id', title: 'Result', value: (row) => row.resultId ?? null },
  { key: 'test_id', title: 'Test', value: (row) => row.testId ?? null },
  { key: 'funnel', title: 'Funnel', value: (row) => row.funnel ?? null },
  { key: 'email', title: 'Address', value: (row) => row.email ?? null },
  { key: 'detail', title: 'Detail', value: (row) => row.detail ?? null },
  { key: 'payment_id', title: 'Payment', value: (row) => row.paymentId ?? null },
  { key: 'paid_at', title: 'Paid at', value: (row) => row.paidAt ?? null },
];

/** Widths that fit nearly all values; a longer one pushes the rest of its line to the right. */
const widths = [22, 19, 8, 6, 12];
const paymentWidths = [22, 19, 16, 12];

/**
 * The lines of `sync --explain`, one for each decision, about a finished test or a payment, as it is made: in columns where the summary is a table, as NDJSON
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

  line(decision: Line): string {
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

  #rows(decisions: readonly Line[]): string {
    return renderRows(decisions, columns, { format: this.#format, terminal: this.#terminal, headless: this.#hasHead });
  }
}

function aligned(line: Line): string {
  const { outcome, funnel, email, detail } = line;
  const isPayment = line.paymentId !== undefined;
  // A payment has one number, which takes the place of the two of a result.
  const numbers = isPayment
    ? [line.paidAt, `payment ${line.paymentId}`]
    : [line.finishedAt, line.resultId, line.testId];
  const cells = [outcome, ...numbers, funnel, email, detail].map((cell) => visible(String(cell ?? '')));
  const cellWidths = isPayment ? paymentWidths : widths;
  return `${cells
    .map((cell, index) => cell.padEnd(cellWidths[index] ?? 0))
    .join('  ')
    .trimEnd()}\n`;
}

/** Without the keys of the other kind of line. */
function objectOf(line: Line): Record<string, Cell> {
  const isPayment = line.paymentId !== undefined;
  const foreign = isPayment ? ['finished_at', 'result_id', 'test_id'] : ['payment_id', 'paid_at'];
  const own = columns.filter(({ key }) => !foreign.includes(key));
  return Object.fromEntries(own.map(({ key, value }) => [key, value(line)]));
}
