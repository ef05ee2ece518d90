import type { Comparison, Figures, ReportedPeriod, ReportHead } from './result.ts';

/** What makes the numbers less than they seem, in sentences; the most important first. */
export function warningsFor({
  head,
  totals,
  today,
  comparison,
}: {
  head: ReportHead;
  totals: Figures;
  today: Temporal.PlainDate;
  comparison: Comparison | null;
}): string[] {
  const { period, definitions } = head;
  const { window_days: window } = definitions;
  const isFuture = period.from !== null && Temporal.PlainDate.compare(Temporal.PlainDate.from(period.from), today) > 0;
  const isRunning =
    !isFuture && period.to !== null && Temporal.PlainDate.compare(Temporal.PlainDate.from(period.to), today) > 0;
  return [
    ...(isFuture ? [`The period has not begun yet: today is ${today} (${head.timezone}).`] : []),
    ...(isRunning ? [`The period is not over yet: today is ${today} (${head.timezone}).`] : []),
    ...(totals.entries > 0 && totals.settled.entries === 0
      ? [`No entry is ${days(window)} old yet, so no rate is settled.${comparison === null ? '' : shorter(period)}`]
      : []),
    ...(comparison !== null && totals.settled.entries > 0 && comparison.totals.before.settled.entries === 0
      ? ['There is nothing to compare with: the other period has no settled entries.']
      : []),
    ...(totals.undatable > 0
      ? [
          `${totals.undatable} of the purchases ${totals.undatable === 1 ? 'has' : 'have'} no date, or one before the entry: counted as purchased, but not in the settled rate, the times and the cohorts.`,
        ]
      : []),
  ];
}

/** How to have something to compare after all. */
function shorter({ name }: ReportedPeriod): string {
  return ` To compare rates, choose a shorter --window${name === 'this-month' ? ', or --period last-month' : ' or an earlier period'}.`;
}

function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}
