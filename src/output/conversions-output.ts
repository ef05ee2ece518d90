import { timeFormsInWords } from '../report/clicks-warnings.ts';
import { oddDateWarnings } from '../report/odd-date-words.ts';
import type { PageParts } from '../report/page-parts.ts';
import type { Conversions, ReportHead } from '../report/result.ts';
import { renderPlain } from './conversions-plain.ts';
import { remarksOn, renderConversions } from './conversions-table.ts';
import type { Format } from './render.ts';
import type { Terminal } from './terminal.ts';

interface Options {
  format: Format | 'plain' | 'html' | undefined;
  excel: boolean;
  terminal: Terminal;
}

interface Look extends Options {
  /** with `excel`: for one whose decimals have a comma */
  decimalComma: boolean;
  /** stands on a page */
  siteName: string | undefined;
}

/** What is to be said on stderr, because the text has no place for it. */
export function remarksBeside(report: Conversions, { format, terminal }: Options): string[] {
  if (format === 'html') {
    // Whoever gets the page did not export the clicks.
    const forms = report.clicks === null ? undefined : timeFormsInWords(report.clicks);
    return forms === undefined ? [] : [forms];
  }
  return format === 'plain' ? [] : remarksOn(report, { format, terminal });
}

/**
 * What is odd about dates, to be said on stderr whatever the format: the plain text and rows have no place for it, and
 * files and JSON are read by somebody else. A printed table says it itself.
 */
export function oddDatesBeside(
  { odd_dates: odd }: ReportHead,
  { format, terminal }: Pick<Options, 'format' | 'terminal'>,
  isFile: boolean,
): string[] {
  const isTable = format === 'table' || (format === undefined && terminal.isTerminal);
  return isTable && !isFile ? [] : oddDateWarnings(odd);
}

/** The report as text of any format; as html together with `parts`, which nothing else needs. */
export async function renderAs(report: Conversions, parts: PageParts | undefined, options: Look): Promise<string> {
  const { format } = options;
  if (format === 'plain') return renderPlain(report);
  if (format !== 'html') return renderConversions(report, { ...options, format });
  if (parts === undefined) throw new Error('A page was asked for without its parts.');
  // Loaded when it is needed: a page is rare, and what draws it takes longer to load than a table to print.
  const { renderHtml } = await import('./html/page.ts');
  return renderHtml(report, parts, { siteName: options.siteName });
}
