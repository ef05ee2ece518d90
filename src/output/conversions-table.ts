import { clickWarnings, timeFormsInWords } from '../report/clicks-warnings.ts';
import type { Breakdown, BreakdownRow, Conversions, Figures, FunnelRow } from '../report/result.ts';
import { clicksForPrograms, renderClicks } from './clicks-text.ts';
import type { Column } from './columns.ts';
import { nobodyEntered } from './conversions-plain.ts';
import { betweenLines, comparisonLines, definitionLines, noteLines, titleOf } from './conversions-words.ts';
import { figuresForPeople, figuresForPrograms, oddityColumns } from './figures-columns.ts';
import { type Format, renderRows } from './render.ts';
import type { Terminal } from './terminal.ts';
import { barColumn, trendLines } from './trend-lines.ts';

interface Options {
  format: Format | undefined;
  terminal: Terminal;
  /** for csv: as Excel wants it */
  excel?: boolean;
  /** with `excel`: for one whose decimals have a comma */
  decimalComma?: boolean;
}

function funnelColumn<Row extends { funnel: string }>(): Column<Row> {
  return { key: 'funnel', title: 'Funnel', value: ({ funnel }) => funnel };
}

const headings = { day: 'Day', week: 'Week', month: 'Month', test: 'Test', source: 'Source' } as const;

/**
 * The report as tables with all that belongs to their numbers, or in a format for programs: there the rows alone, those
 * of the breakdown when there is one, without the total. A table without entries only says so.
 */
export function renderConversions(report: Conversions, options: Options): string {
  const figures = renderFigures(report, options);
  if (report.clicks === null || formatOf(options) !== 'table') return figures;
  return `${figures}\n${renderClicks(report.clicks, options.terminal)}`;
}

function renderFigures(report: Conversions, options: Options): string {
  const format = formatOf(options);
  const { breakdown, clicks, rows, totals } = report;
  if (format !== 'table') {
    if (breakdown === null) {
      const columns = [funnelColumn<FunnelRow>(), ...figuresForPrograms<FunnelRow>(), ...clicksForPrograms(clicks)];
      return renderRows(rows, columns, { ...options, format });
    }
    return renderRows(breakdown.rows, breakdownForPrograms(breakdown.by), { ...options, format });
  }
  const title = titleOf('Funnel conversion', report);
  const words = [comparisonLines(report), betweenLines(report), noteLines(report)];
  if (totals.entries === 0) {
    const rest = [...comparisonLines(report), ...noteLines(report)];
    return renderRows([], [funnelColumn()], { ...options, format, title, footer: [nobodyEntered, ...rest] });
  }
  const lines = [...definitionLines(report), ...words.flatMap((part) => (part.length === 0 ? [] : ['', ...part]))];
  const all = { funnel: 'All', ...totals };
  const columns = [funnelColumn<FunnelRow>(), ...figuresForPeople<FunnelRow>()];
  const shown = rows.length === 1 ? rows : [...rows, all];
  if (breakdown === null) return renderRows(shown, columns, { ...options, format, title, footer: lines });
  const parts = shownOf(breakdown);
  const trend = trendLines(breakdown, options.terminal);
  const footer = trend.length === 0 ? lines : [...trend, '', ...lines];
  return [
    renderRows(shown, columns, { ...options, format, title }),
    renderRows(parts, breakdownForPeople(breakdown.by, parts, options.terminal), { ...options, format, footer }),
  ].join('\n');
}

/** A day without entries says something; a funnel that never had a test or a source does not. */
function shownOf({ by, rows }: Breakdown): BreakdownRow[] {
  return by === 'test' || by === 'source' ? rows.filter(({ entries }) => entries > 0) : rows;
}

/** What is to be said beside the result, where the text itself does not: that there is nothing, what the rows lack. */
export function remarksOn({ totals, clicks, breakdown, comparison }: Conversions, options: Options): string[] {
  if (formatOf(options) === 'table') return [];
  return [
    ...(totals.entries === 0 ? [nobodyEntered] : []),
    ...(clicks === null ? [] : [...clickWarnings(clicks), timeFormsInWords(clicks)].filter((one) => one !== undefined)),
    ...(comparison === null
      ? []
      : ['The rows hold no comparison: use --format table or html, or --json, to see what --compare found.']),
    ...(clicks === null || breakdown === null
      ? []
      : ['The rows of --by hold no clicks: leave --by out, or use --json.']),
  ];
}

function breakdownForPeople(
  by: keyof typeof headings,
  rows: readonly BreakdownRow[],
  terminal: Terminal,
): Column<BreakdownRow>[] {
  const isTime = by === 'day' || by === 'week' || by === 'month';
  return [
    { key: by, title: headings[by], value: ({ group }) => group.label },
    funnelColumn(),
    ...figuresForPeople<BreakdownRow & Figures>().filter(({ key }) => key !== 'middle_half'),
    ...(isTime ? [stateColumn] : []),
    barColumn(rows, terminal),
  ];
}

/** Blank is settled: only what can still change is marked. */
const stateColumn: Column<BreakdownRow> = {
  key: 'state',
  title: 'State',
  value: ({ group }) => (group.state === 'settled' ? null : group.state),
};

function breakdownForPrograms(by: keyof typeof headings): Column<BreakdownRow>[] {
  return [
    { key: by, title: headings[by], value: ({ group }) => group.key ?? group.label },
    funnelColumn(),
    ...figuresForPrograms<BreakdownRow>(),
    { key: 'from', title: 'From', value: ({ group }) => group.from },
    { key: 'to', title: 'To (not included)', value: ({ group }) => group.to },
    { key: 'state', title: 'State', value: ({ group }) => group.state },
    ...oddityColumns<BreakdownRow>(({ group }) => group),
  ];
}

function formatOf({ format, terminal }: Options): Format {
  return format ?? (terminal.isTerminal ? 'table' : 'tsv');
}
