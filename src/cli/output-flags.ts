import { extname } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { Problem } from '../errors.ts';
import { type Format, formats } from '../output/render.ts';
import type { Terminal } from '../output/terminal.ts';

/** For csv that people open in a spreadsheet. */
export const excelFlag = {
  excel: Flags.boolean({
    description: 'With --format csv: so that Excel shows every letter right (byte order mark, CR LF).',
  }),
  'decimal-comma': Flags.boolean({
    description: 'With --excel: for an Excel whose decimals have a comma, instead of report.decimalComma.',
    allowNo: true,
    dependsOn: ['excel'],
  }),
};

/** The flags of a report that can also be a page. */
export const outputFlags = {
  format: Flags.option({
    options: [...formats, 'plain', 'html'] as const,
    description: 'Print as table, tsv, csv, markdown, json, plain text or html; table on a terminal, else tsv.',
  })(),
  output: Flags.string({
    description: 'Write to this file instead of printing (- prints); its ending says the format if --format does not.',
    helpValue: 'FILE',
  }),
  ...excelFlag,
};

/** What those flags come to. */
export interface Output {
  format: Format | 'plain' | 'html' | undefined;
  excel: boolean;
  /** the file to write; undefined: stdout */
  path: string | undefined;
  /** what may be assumed of the place the text goes to */
  terminal: Terminal;
}

/** What a report may be asked for beside its rows. */
type Extras = Partial<Record<'by' | 'compare' | 'clicks', string | undefined>>;

const endings: Record<string, Output['format']> = {
  '.html': 'html',
  '.htm': 'html',
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.md': 'markdown',
};

/** Reads those flags before anything is asked of the database. A usage Problem when they do not go together. */
export function readOutput(
  flags: { format?: Output['format']; output?: string | undefined; excel?: boolean } & Extras,
  { terminal, asJson }: { terminal: Terminal; asJson: boolean },
): Output {
  checkPlain(flags);
  const path = flags.output === '-' ? undefined : flags.output;
  const format = flags.format ?? (path === undefined ? undefined : formatOfFile(path, asJson));
  checkExcel({ format, excel: flags.excel });
  if (path !== undefined && asJson) {
    throw new Problem('usage', '--output does not go with JSON, which is always printed.', {
      hint: 'The shell can send it to a file: --json > FILE',
    });
  }
  if (format === 'html' && flags.output === undefined && terminal.isTerminal) {
    throw new Problem('usage', 'A page of HTML cannot be read in a terminal.', {
      hint: 'Name a file for it: --output report.html (--output - prints it all the same)',
    });
  }
  const place = path === undefined ? terminal : { ...terminal, isTerminal: false, color: false };
  return { format, excel: flags.excel === true, path, terminal: place };
}

/** A usage Problem when --excel is given without CSV. */
export function checkExcel(flags: { format?: Output['format']; excel?: boolean | undefined }): void {
  if (flags.excel !== true || flags.format === 'csv') return;
  throw new Problem('usage', '--excel is about CSV alone.', { hint: 'Add: --format csv' });
}

/** A usage Problem when something is asked for that the text of the analytics guide has no place for. */
function checkPlain(flags: { format?: Output['format'] } & Extras): void {
  if (flags.format !== 'plain') return;
  for (const [name, what] of [
    ['by', 'the rows of --by'],
    ['compare', 'the comparison of --compare'],
    ['clicks', 'the clicks of --clicks'],
  ] as const) {
    if (flags[name] === undefined) continue;
    throw new Problem('usage', `--format plain has no place for ${what}.`, {
      hint: 'Leave --format out, or choose another one.',
    });
  }
}

function formatOfFile(path: string, asJson: boolean): Output['format'] {
  const format = endings[extname(path).toLowerCase()];
  if (format !== undefined || asJson) return format;
  throw new Problem('usage', `--output ${path}: its ending does not say which format it shall have.`, {
    hint: `Add --format, or choose one of these endings: ${Object.keys(endings).join(' ')}`,
  });
}
