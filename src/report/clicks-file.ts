import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { whyUnreadable } from '../config/place.ts';
import { Problem } from '../errors.ts';
import { Decoder, encodingOf, unifiedText } from './clicks-text.ts';

/** An export of clicks; `name` is how messages call it. */
export interface ClickSource {
  name: string;
  /** Its bytes from the beginning. Throws a Problem when they have been read before and cannot be read again. */
  open(): AsyncIterable<Uint8Array>;
}

/** One line of the export, and its number in the file, from 1. */
export interface ExportLine {
  cells: string[];
  line: number;
}

/** A line longer than this is a quote that nobody closed. Bytes. */
const longestLine = 1_000_000;

/** The export in the file `path`, or on `stdin` for `-`. A usage Problem when the file cannot be read. */
export async function findClicks(path: string, stdin: AsyncIterable<Uint8Array>): Promise<ClickSource> {
  if (path === '-') return readOnce('standard input', () => stdin);
  const isFile = await access(path, constants.R_OK)
    .then(() => stat(path))
    .then((stats) => {
      if (stats.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
      return stats.isFile();
    })
    .catch((cause: unknown) => {
      const message = `The file of clicks ${path} cannot be read: ${whyUnreadable(cause)}.`;
      throw new Problem('usage', message, { cause, hint: 'Correct --clicks, or give - to read standard input.' });
    });
  return isFile ? { name: path, open: () => createReadStream(path) } : readOnce(path, () => createReadStream(path));
}

function readOnce(name: string, open: () => AsyncIterable<Uint8Array>): ClickSource {
  let isRead = false;
  return {
    name,
    open() {
      if (isRead) {
        const message = `The connection to the database was lost while ${name} was read, which cannot be read twice.`;
        throw new Problem('temporary', message, { hint: 'Run it again.' });
      }
      isRead = true;
      return open();
    },
  };
}

/**
 * The lines of a CSV export as they come, the header first; memory stays flat. The separator is what a first line such
 * as `sep=;` says, or else comma, semicolon, tab or bar, whichever the header has most of; UTF-8 or UTF-16, with a byte
 * order mark or without; any line ends, mixed too. Blank lines, and lines that begin with # before the header, are left
 * out. A data Problem for what is no such file.
 */
export async function* readExport(source: ClickSource): AsyncGenerator<ExportLine> {
  const { start, bytes } = await peek(source);
  refuseOtherFormats(start, source.name);
  const parser = parse({
    delimiter: delimiterOf(linesOf(`${textOf(start)}\n`)),
    info: true,
    max_record_size: longestLine,
    record_delimiter: '\n',
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  // The parser ends with whatever error the bytes end with; the loop below throws it.
  pipeline(Readable.from(unifiedText(bytes, encodingOf(start))), parser, () => undefined);
  let header: string[] | undefined;
  let last = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      last = info.lines;
      const cells = record.map((cell) => cell.trim());
      if (cells.every((cell) => cell === '') || (header === undefined && isBeforeHeader(cells))) continue;
      header ??= cells;
      yield { cells, line: info.lines };
    }
  } catch (error) {
    throw error instanceof CsvError ? unreadable(source.name, last, error) : error;
  }
  if (header === undefined) throw new Problem('data', `${source.name} is empty.`, { hint: wanted });
}

/** Whether a line is a comment, or the one that tells Excel its separator. */
function isBeforeHeader(cells: readonly string[]): boolean {
  const [first = ''] = cells;
  return first.startsWith('#') || (/^sep=/i.test(first) && separatorLine.test(cells.join(' ')));
}

const wanted = 'A CSV file with a header is needed, with the columns email, time and campaign.';

function unreadable(name: string, lastLine: number, cause: CsvError): Problem {
  const message = `${name} cannot be read on after line ${lastLine}: a quote is opened there that is never closed.`;
  return new Problem('data', message, { cause, hint: 'Correct that line, or export the clicks again.' });
}

/** The beginning of the file, with the whole header unless that is enormous, and all of its bytes. */
async function peek(source: ClickSource): Promise<{ start: Buffer; bytes: AsyncGenerator<Uint8Array> }> {
  const iterator = wholly(source)[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  let ended = false;
  while (!ended && start.length < longestLine && !hasHeader(start)) {
    const { value, done } = await iterator.next();
    if (done === true) ended = true;
    else start = Buffer.concat([start, value]);
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield start;
    if (!ended) yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { start, bytes: all() };
}

/** The bytes of the source; a data Problem when it breaks off. */
async function* wholly(source: ClickSource): AsyncGenerator<Uint8Array> {
  const bytes = source.open();
  try {
    yield* bytes;
  } catch (cause) {
    const message = `${source.name} cannot be read to its end: ${whyUnreadable(cause)}.`;
    throw new Problem('data', message, { cause, hint: 'Export the clicks again.' });
  }
}

/**
 * Whether the header has come to its end; three more bytes make sure that its line end is whole, in any encoding, and
 * so the encoding known.
 */
function hasHeader(start: Buffer): boolean {
  return headerOf(linesOf(textOf(start.subarray(0, -3)))) !== undefined;
}

/** The lines that have come to their end. */
function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/).slice(0, -1);
}

// A spreadsheet may have added separators of its own.
const separatorLine = /^ *"?sep=(.?)"?[ ,;\t|]*$/i;

/** The first line that is neither blank nor a comment nor names the separator. */
function headerOf(lines: readonly string[]): string | undefined {
  return lines.find((line) => line.trim() !== '' && !/^\s*"?#/.test(line) && !separatorLine.test(line));
}

function delimiterOf(lines: readonly string[]): string {
  const header = headerOf(lines);
  const before = header === undefined ? lines : lines.slice(0, lines.indexOf(header));
  const told = before.map((line) => separatorLine.exec(line)?.[1]).find((one) => one !== undefined);
  if (told !== undefined && !['', ' ', '"'].includes(told)) return told;
  const unquoted = (header ?? '').replace(/"[^"]*"/g, '');
  const count = (delimiter: string): number => unquoted.split(delimiter).length;
  return [',', ';', '\t', '|'].toSorted((one, other) => count(other) - count(one))[0] ?? ',';
}

function textOf(start: Uint8Array): string {
  return new Decoder(encodingOf(start)).decode(start);
}

/** What people take for CSV: how its bytes begin, in hexadecimal, what it is, and what to do. */
const otherFormats: readonly (readonly [beginning: RegExp, what: string, hint: string])[] = [
  [/^1f8b/, 'compressed (gzip)', 'For example: zcat FILE | funnels report conversions --clicks -'],
  [/^504b0304/, 'a spreadsheet or a ZIP archive', 'Save it as CSV.'],
  [/^d0cf11e0/, 'a spreadsheet', 'Save it as CSV.'],
  [/^25504446/, 'a PDF', 'Export the clicks as CSV.'],
  [/^(?:fffe0000|0000feff|(?!00)..000000|000000(?!00)..)/, 'text in UTF-32', 'Save it as CSV in UTF-8.'],
];
const markup = /^\s*<(?:!doctype|html|\?xml)/i;

function refuseOtherFormats(start: Buffer, name: string): void {
  const beginning = start.subarray(0, 4).toString('hex');
  const found =
    otherFormats.find(([pattern]) => pattern.test(beginning)) ??
    (markup.test(textOf(start))
      ? ([markup, 'a page of HTML or XML', 'Export the clicks as CSV.'] as const)
      : undefined);
  if (found === undefined) return;
  const [, what, hint] = found;
  throw new Problem('data', `${name} is ${what}, not a CSV file.`, { hint });
}
