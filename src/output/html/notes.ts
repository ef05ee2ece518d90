import { basename } from 'node:path';
import type { ComparedFunnel, Comparison, Conversions, Difference } from '../../report/result.ts';
import { noteLines } from '../conversions-words.ts';
import { formatDifference } from '../numbers.ts';
import { type CardRow, cards } from './cards.ts';
import { periodInWords, withDaysInWords } from './dates.ts';
import { html, type Markup } from './markup.ts';
import { rate } from './words.ts';

/** The other period, with its dates, and what has changed since. */
export function comparisonTable({ period, rows, totals }: Comparison, asOf: string): Markup {
  const cardOf = (name: string, { before, settled }: Omit<ComparedFunnel, 'funnel'>): CardRow => ({
    name,
    cells: [rate(before.settled), points(settled), settled.words],
  });
  return html`<section>
<h2>Against ${periodInWords(period, asOf)}</h2>
${cards(
  ['Settled rate then', 'Change', 'In words'],
  rows.map((row) => cardOf(row.funnel, row)),
  rows.length > 1 ? cardOf('All', totals) : null,
)}
</section>`;
}

/** `+5.2 points (-0.3 to +11.1)`. */
function points({ difference, likely, verdict }: Difference): Markup | string {
  if (difference === null || likely === null || verdict === 'too_few') return '–';
  const { points, low, high } = formatDifference(difference, likely);
  return html`${points} points <span class="aside">(${low} to ${high})</span>`;
}

/** What is not in the numbers, whether they can still change, and what makes them less than they seem. */
export function notes(report: Conversions): Markup {
  const lines = noteLines(report).map((line) => withDaysInWords(withoutFolder(line, report.clicks?.file)));
  return html`<ul class="notes">${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

/** A page is for others: where a file lies on this machine is none of their business. */
export function withoutFolder(text: string, file: string | undefined): string {
  return file === undefined ? text : text.replaceAll(file, basename(file));
}

/** What each number means, and how to have this page again. */
export function definitionList({ definitions, totals, as_of: asOf }: Conversions): Markup {
  // Room on the sheet is scarce: what there is none of needs no words.
  const isAbsent = (term: string): boolean =>
    (term === 'refunded' || term === 'paid_before_entering') && totals[term] === 0;
  const terms = Object.entries(definitions.terms).filter(([term]) => !isAbsent(term));
  return html`<footer>
<h2>What the numbers mean</h2>
<dl class="terms">
${terms.map(([term, sentence]) => html`<div><dt>${term.replaceAll('_', ' ')}</dt><dd>${sentence}</dd></div>\n`)}</dl>
<p class="note">Made by funnels. The same page at another time: --as-of "${asOf}"</p>
</footer>`;
}
