import { oddDateWarnings } from '../report/odd-date-words.ts';
import type { CohortCell, CohortRow, Cohorts } from '../report/result.ts';
import { fewEntries } from '../report/rules.ts';
import type { Column } from './columns.ts';
import { nobodyEntered } from './conversions-plain.ts';
import { titleOf } from './conversions-words.ts';
import { oddityColumns, percentForPeople } from './figures-columns.ts';
import { formatCount, formatPercent } from './numbers.ts';
import { type Format, renderRows } from './render.ts';
import type { Terminal } from './terminal.ts';

interface Options {
  format: Format | undefined;
  terminal: Terminal;
}

/** Cohorts as a table of cumulative rates, or for programs with the counts beside them. What is not over is blank. */
export function renderCohorts(report: Cohorts, options: Options): string {
  const format = formatOf(options);
  const first: Column<CohortRow>[] = [
    { key: report.by, title: report.by === 'month' ? 'Month' : 'Week', value: ({ cohort }) => cohort },
    { key: 'funnel', title: 'Funnel', value: ({ funnel }) => funnel },
  ];
  if (format !== 'table') {
    return renderRows(report.rows, [...first, ...forPrograms(report.days), ...oddityColumns<CohortRow>((row) => row)], {
      ...options,
      format,
    });
  }
  const rows = report.rows.map((row) => ({ ...row, cohort: cohortLabel(row) }));
  const isEmpty = rows.every(({ entries, undatable }) => entries + undatable === 0);
  return renderRows(isEmpty ? [] : rows, [...first, ...forPeople(report.days)], {
    ...options,
    format,
    title: titleOf('Cohorts', report),
    footer: [
      ...(isEmpty
        ? [nobodyEntered]
        : [
            'Share of the entries that had bought so many days after entering; day 0 is the first 24 hours.',
            `Blank: the end of the row is not that long ago yet. few = fewer than ${fewEntries} entries.`,
          ]),
      ...report.warnings.map((warning) => `Note: ${warning}`),
    ],
  });
}

/**
 * What is to be said beside the cohorts, because rows for programs have no place for it; odd dates apart, which are said
 * beside JSON too.
 */
export function cohortRemarks({ warnings, odd_dates: odd }: Cohorts, options: Options): string[] {
  const told = oddDateWarnings(odd);
  return formatOf(options) === 'table' ? [] : warnings.filter((warning) => !told.includes(warning));
}

/** A month or week as people read it, marked where the period has only a part of it. */
export function cohortLabel({ cohort, is_part: isPart }: Pick<CohortRow, 'cohort' | 'is_part'>): string {
  return isPart ? `${cohort} (part)` : cohort;
}

function formatOf({ format, terminal }: Options): Format {
  return format ?? (terminal.isTerminal ? 'table' : 'tsv');
}

function forPeople(days: readonly number[]): Column<CohortRow>[] {
  return [
    { key: 'entries', title: 'Entries', align: 'right', value: ({ entries }) => formatCount(entries) },
    ...days.map(
      (age, index): Column<CohortRow> => ({
        key: `day_${age}`,
        title: `Day ${age}`,
        align: 'right',
        value: ({ cells, entries }) => rate(cells[index], entries),
      }),
    ),
  ];
}

function rate(cell: CohortCell | undefined, entries: number): string | null {
  if (cell === undefined || cell.purchased === null) return null;
  return percentForPeople({ entries, purchased: cell.purchased });
}

function forPrograms(days: readonly number[]): Column<CohortRow>[] {
  return [
    { key: 'entries', title: 'Entries', align: 'right', value: ({ entries }) => entries },
    ...days.flatMap((age, index): Column<CohortRow>[] => [
      {
        key: `purchased_${age}`,
        title: `Purchased by day ${age}`,
        align: 'right',
        value: ({ cells }) => cells[index]?.purchased ?? null,
      },
      {
        key: `rate_${age}`,
        title: `Rate by day ${age}`,
        align: 'right',
        value: ({ cells, entries }) => {
          const purchased = cells[index]?.purchased ?? null;
          return purchased === null || entries === 0 ? null : formatPercent(purchased, entries);
        },
      },
    ]),
  ];
}
