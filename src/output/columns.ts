/** null means "not applicable": blank in every text format, null in json. Zero is a value and printed as 0. */
export type Cell = string | number | null;

/** One column of a result, whatever the format it ends up in. */
export interface Column<Row> {
  /** the name in csv and json; stays the same for as long as scripts read it */
  key: string;
  /** the name people see */
  title: string;
  /** right when every value is a number, else left */
  align?: 'left' | 'right';
  /** 1 is never dropped; the larger, the earlier it goes when the terminal is narrow. 1 when not given. */
  priority?: number;
  value: (row: Row) => Cell;
}

/** A column whose open questions are answered. */
export interface Heading {
  key: string;
  title: string;
  align: 'left' | 'right';
  priority: number;
}

/** Rows of cells, each as long as `headings`: what the formats are made from. */
export interface Grid {
  headings: readonly Heading[];
  rows: readonly (readonly Cell[])[];
}

/** Evaluates every cell once. */
export function toGrid<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Grid {
  const cells = rows.map((row) => columns.map((column) => column.value(row)));
  const headings = columns.map((column, index) => ({
    key: column.key,
    title: column.title,
    align: column.align ?? (isNumeric(cells, index) ? 'right' : 'left'),
    priority: column.priority ?? 1,
  }));
  return { headings, rows: cells };
}

/** The cell as text: numbers without grouping, blank for null. */
export function cellText(cell: Cell): string {
  return cell === null ? '' : String(cell);
}

function isNumeric(rows: readonly (readonly Cell[])[], index: number): boolean {
  const present = rows.map((row) => row[index]).filter((cell) => cell !== null);
  return present.length > 0 && present.every((cell) => typeof cell === 'number');
}
