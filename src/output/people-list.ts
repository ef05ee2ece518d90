import type { PeopleHead } from '../report/people.ts';
import type { Person } from '../report/result.ts';
import type { Column } from './columns.ts';
import { titleOf } from './conversions-words.ts';
import { formatCount } from './numbers.ts';
import { type Format, renderRows } from './render.ts';
import type { Terminal } from './terminal.ts';

const columns: Column<Person>[] = [
  { key: 'email', title: 'Address', value: ({ email }) => email },
  { key: 'funnel', title: 'Funnel', priority: 2, value: ({ funnel }) => funnel },
  { key: 'entered_at', title: 'Entered', value: (person) => person.entered_at },
  { key: 'purchased_at', title: 'Purchased', value: (person) => person.purchased_at },
  { key: 'test_id', title: 'Test', align: 'right', priority: 3, value: (person) => person.test_id },
  { key: 'source', title: 'Source', priority: 4, value: ({ source }) => source },
  { key: 'entry_id', title: 'Entry', align: 'right', priority: 2, value: (person) => person.entry_id },
];

const names = {
  bought: 'Entries that bought',
  open: 'Entries that may still buy',
  lapsed: 'Entries that did not buy',
  'bought-before': 'Bought before entering',
  refunded: 'Entries whose purchase was refunded',
  'paid-before-entering': 'Entries paid for between the test and entering',
} as const;

/** Purchases before entering belong to the period in which they were paid. */
function titleOfList(head: PeopleHead): string {
  return titleOf(names[head.state], head, head.state === 'bought-before' ? 'purchases' : 'entries');
}

interface Options {
  format: Format | undefined;
  terminal: Terminal;
  /** for csv: as Excel wants it */
  excel?: boolean;
  /** with `excel`: for one whose decimals have a comma */
  decimalComma?: boolean;
}

/**
 * Renders a list page by page: the title only once, and so the names of the columns for programs. In a table these stand
 * above each page, whose columns are as wide as its own rows need, and may be others when the terminal is narrow.
 */
export class PeopleList {
  readonly #options: Options;
  #listed = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  page(people: readonly Person[], head: PeopleHead): string {
    const isFirst = this.#listed === 0;
    this.#listed += people.length;
    const format = this.#format;
    const title = isFirst ? { title: titleOfList(head) } : {};
    const text = renderRows(people, columns, { ...this.#options, format, ...title });
    const headLines = isFirst ? 0 : { csv: 1, markdown: 2, tsv: 0, json: 0, table: 0 }[format];
    return text.split('\n').slice(headLines).join('\n');
  }

  /** What follows the last page: for people, how many there are and how to get the rest; the head if nothing else came. */
  end(head: PeopleHead): string {
    if (this.#format !== 'table') return this.#listed === 0 ? this.page([], head) : '';
    const notes = head.warnings.map((warning) => `Note: ${warning}\n`).join('');
    if (head.total === 0) return `${titleOfList(head)}\n\nNone.\n${notes}`;
    return `\n${this.remark(head) ?? `${formatCount(head.total)} in all.`}\n${notes}`;
  }

  /** Said when the list is cut. */
  remark({ total }: PeopleHead): string | undefined {
    if (this.#listed >= total) return undefined;
    return `${formatCount(this.#listed)} of ${formatCount(total)} are listed. For all: --limit ${total}`;
  }

  get #format(): Format {
    return this.#options.format ?? (this.#options.terminal.isTerminal ? 'table' : 'tsv');
  }
}
