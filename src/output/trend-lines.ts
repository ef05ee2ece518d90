import { isByTime } from '../report/page-parts.ts';
import type { Breakdown, BreakdownRow } from '../report/result.ts';
import { isEnough } from '../report/rules.ts';
import type { Column } from './columns.ts';
import { formatShare } from './numbers.ts';
import type { Terminal } from './terminal.ts';
import { bar, largestOf, type Point, sparkline } from './trend.ts';
import { visible } from './visible.ts';
import { displayWidth } from './width.ts';

const barWidth = 10;
const indent = '  ';

/** A bar for the conversion of each row, the longest for the largest; none where there are too few entries to say. */
export function barColumn(rows: readonly BreakdownRow[], terminal: Terminal): Column<BreakdownRow> {
  const rate = (row: BreakdownRow) => (isEnough(row) ? (row.conversion ?? 0) : 0);
  const largest = Math.max(0, ...rows.map(rate));
  return { key: 'bar', title: 'Bar', priority: 5, value: (row) => bar(rate(row), largest, barWidth, terminal) || null };
}

/** The settled rates over time as one line of columns per funnel; none for other breakdowns, or where none is known. */
export function trendLines({ by, rows }: Breakdown, terminal: Terminal): string[] {
  const series = isByTime(by) ? [...Map.groupBy(drawn(rows), ({ funnel }) => funnel)] : [];
  const nameWidth = Math.max(0, ...series.map(([funnel]) => displayWidth(visible(funnel))));
  const room = terminal.columns - nameWidth - 2 * indent.length;
  const start = terminal.isTerminal && room > 0 ? -room : 0;
  const lines = series.map(([funnel, moments]) => ({ funnel, points: moments.map(pointOf).slice(start) }));
  const all = lines.flatMap(({ points }) => points);
  if (all.filter((point) => typeof point === 'number').length < 2) return [];
  const largest = largestOf(all);
  const shown = lines[0]?.points.length ?? 0;
  const last = shown < (series[0]?.[1].length ?? 0) ? `, the last ${shown}` : '';
  const parts = series[0]?.[1].slice(start).flatMap(({ group }) => (group.is_part ? [group.key] : [])) ?? [];
  const cut = parts.length === 0 ? '' : `; parts: ${parts.join(', ')}`;
  const open = terminal.unicode ? '·' : '.';
  return [
    `Settled rate by ${by}${last}, from 0 to ${formatShare(largest)} (${open} not settled yet, blank: few${cut}):`,
    ...lines.map(({ funnel, points }) => {
      const name = visible(funnel);
      const padding = ' '.repeat(nameWidth - displayWidth(name));
      return `${indent}${name}${padding}${indent}${sparkline(points, terminal, largest)}`.trimEnd();
    }),
  ];
}

/** What lies years before the rest would leave no room for it. */
function drawn(rows: readonly BreakdownRow[]): BreakdownRow[] {
  return rows.filter(({ group }) => !group.is_outlying);
}

function pointOf({ group, settled }: BreakdownRow): Point {
  if (group.state !== 'settled') return 'open';
  return isEnough(settled) ? settled.rate : null;
}
