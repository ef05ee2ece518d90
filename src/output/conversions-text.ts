import type { Conversions, FunnelConversion } from '../report/conversions.ts';
import type { Period } from '../report/period.ts';
import type { Column } from './columns.ts';
import { formatCount, formatPercent } from './numbers.ts';
import { type Format, renderRows } from './render.ts';
import type { Terminal } from './terminal.ts';

/** What is said for a period in which nobody entered. */
const nobodyEntered = 'No funnel entries found.';

/** People get thousands separated, programs plain digits. */
const columnsFor = (format: Format): Column<FunnelConversion>[] => [
  { key: 'funnel', title: 'Funnel', value: (row) => row.funnel },
  { key: 'entries', title: 'Entries', align: 'right', value: (row) => numberFor(format, row.entries) },
  { key: 'purchased', title: 'Purchased', align: 'right', value: (row) => numberFor(format, row.purchased) },
  {
    key: 'conversion',
    title: 'Conversion',
    align: 'right',
    value: (row) => (row.entries === 0 ? null : formatPercent(row.purchased, row.entries)),
  },
];

/** The report exactly as the analytics guide, 3, shows it. */
export function renderPlain({ funnels, total }: Conversions): string {
  if (total.entries === 0) return `${nobodyEntered}\n`;
  const lines = funnels.map(
    ({ funnel, entries, purchased }) =>
      `${funnel}: entries=${entries}, purchased=${purchased}, conversion=${formatPercent(purchased, entries)}`,
  );
  return `${['Funnel conversion report', '------------------------', ...lines].join('\n')}\n`;
}

/**
 * The report as a table with its period, or in a format for programs (there without the total, which is a sum). A table
 * without entries only says so; programs get their rows of zeros.
 */
export function renderConversions(
  report: Conversions,
  options: { format: Format | undefined; terminal: Terminal },
): string {
  const format = formatOf(options);
  const title = `Funnel conversion, ${describePeriod(report.period)}`;
  if (format !== 'table') return renderRows(report.funnels, columnsFor(format), { ...options, format });
  if (report.total.entries === 0) {
    return renderRows([], columnsFor(format), { ...options, format, title, footer: [nobodyEntered] });
  }
  const rows = [...report.funnels, { funnel: 'All', ...report.total }];
  const footer = ['Conversion = purchased / entries; purchased = bought a certificate after entering.'];
  return renderRows(rows, columnsFor(format), { ...options, format, title, footer });
}

function numberFor(format: Format, count: number): string | number {
  return format === 'table' ? formatCount(count) : count;
}

/** What is to be said beside the result: that there is nothing, where the text itself does not say so. */
export function remarkOn(
  report: Conversions,
  options: { format: Format | undefined; terminal: Terminal },
): string | undefined {
  return report.total.entries === 0 && formatOf(options) !== 'table' ? nobodyEntered : undefined;
}

function formatOf({ format, terminal }: { format: Format | undefined; terminal: Terminal }): Format {
  return format ?? (terminal.isTerminal ? 'table' : 'tsv');
}

/** The period in words; the last day that counts is named, because an exclusive end is easily misread. */
export function describePeriod({ fromDay, toDay, timezone }: Period): string {
  const lastDay = toDay === null ? null : Temporal.PlainDate.from(toDay).subtract({ days: 1 }).toString();
  if (fromDay === null && lastDay === null) return 'all entries';
  if (fromDay === null) return `entered up to ${lastDay}, that day included (${timezone})`;
  if (lastDay === null) return `entered from ${fromDay} up to now (${timezone})`;
  if (fromDay === lastDay) return `entered on ${fromDay} (${timezone})`;
  return `entered from ${fromDay} to ${lastDay}, both days included (${timezone})`;
}
