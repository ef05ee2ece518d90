import type { Conversions, FunnelConversion } from '../report/conversions.ts';
import type { Period } from '../report/period.ts';
import type { Column } from './columns.ts';
import { formatPercent } from './numbers.ts';
import { type Format, renderRows } from './render.ts';
import type { Terminal } from './terminal.ts';

/** What is said for a period in which nobody entered. */
const nobodyEntered = 'No funnel entries found.';

const columns: Column<FunnelConversion>[] = [
  { key: 'funnel', title: 'Funnel', priority: 1, value: (row) => row.funnel },
  { key: 'entries', title: 'Entries', align: 'right', priority: 1, value: (row) => row.entries },
  { key: 'purchased', title: 'Purchased', align: 'right', priority: 1, value: (row) => row.purchased },
  {
    key: 'conversion',
    title: 'Conversion',
    align: 'right',
    priority: 1,
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
  if (format !== 'table') return renderRows(report.funnels, columns, { ...options, format });
  if (report.total.entries === 0) {
    return renderRows([], columns, { ...options, format, title, footer: [nobodyEntered] });
  }
  const rows = [...report.funnels, { funnel: 'All', ...report.total }];
  const footer = ['Conversion = purchased / entries; purchased = bought a certificate after entering.'];
  return renderRows(rows, columns, { ...options, format, title, footer });
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

/** The period in words, with the end spelled out, because an exclusive one is easily misread. */
export function describePeriod({ from, to, toIsNow, timezone }: Period): string {
  const zone = `(${timezone})`;
  if (from === null && to === null) return 'all entries';
  if (to === null) return `entered from ${from} ${zone}`;
  const end = toIsNow ? `up to now, ${to}` : `before ${to}`;
  return from === null ? `entered ${end} ${zone}` : `entered from ${from} ${end} ${zone}`;
}
