import type { Conversions, FunnelConversion } from '../report/conversions.ts';
import type { Period } from '../report/period.ts';
import type { Column } from './columns.ts';
import { formatPercent } from './numbers.ts';
import { type Format, renderRows } from './render.ts';
import type { Terminal } from './terminal.ts';

/** What is said for a period in which nobody entered. */
export const nobodyEntered = 'No funnel entries found.';

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

/** The report as a table with its period, or in a format for programs (there without the total, which is a sum). */
export function renderConversions(
  report: Conversions,
  options: { format: Format | undefined; terminal: Terminal },
): string {
  const format = options.format ?? (options.terminal.isTerminal ? 'table' : 'tsv');
  const total = { funnel: 'All', ...report.total };
  const rows = format === 'table' ? [...report.funnels, total] : report.funnels;
  return renderRows(rows, columns, {
    ...options,
    format,
    title: `Funnel conversion, ${describePeriod(report.period)}`,
    footer: ['Conversion = purchased / entries; purchased = bought a certificate after entering.'],
  });
}

/** The period in words, with the end spelled out, because an exclusive one is easily misread. */
export function describePeriod({ from, to, toIsNow, timezone }: Period): string {
  const zone = `(${timezone})`;
  if (from === null && to === null) return 'all entries';
  if (to === null) return `entered from ${from} ${zone}`;
  const end = toIsNow ? `up to now, ${to}` : `before ${to}`;
  return from === null ? `entered ${end} ${zone}` : `entered from ${from} ${end} ${zone}`;
}
