import { isByTime } from '../../report/page-parts.ts';
import type { Breakdown, BreakdownRow, Cohorts, Conversions } from '../../report/result.ts';
import { betweenLines, noteLines } from '../conversions-words.ts';

/** How much stands on the page, so that it is set small enough to stay one sheet of paper: style.ts has the sizes. */
export type SheetSize = 's' | 'm' | 'l' | 'xl';

/** The rows of a breakdown that say something: an empty day does, a funnel that never had a test or a source does not. */
export function shownRows({ by, rows }: Breakdown): readonly BreakdownRow[] {
  return isByTime(by) ? rows : rows.filter(({ entries }) => entries > 0);
}

/** Whether a breakdown is folded away: it has a chart, or it would take the sheet for itself. What is folded is not printed. */
export function isFolded(breakdown: Breakdown, { comparison, clicks }: Conversions): boolean {
  const room = comparison === null && clicks === null ? 12 : 6;
  return isByTime(breakdown.by) || shownRows(breakdown).length > room;
}

/** Notes for which there is room beside the figures at any size. */
const usualNotes = 3;

/** The lines on the page, those of the cohorts left out; a heading is worth three. */
function tableLines(report: Conversions): number {
  const { rows, comparison, clicks, breakdown } = report;
  return (
    rows.length +
    Math.max(0, noteLines(report).length - usualNotes) +
    betweenLines(report).length +
    (comparison === null ? 0 : comparison.rows.length + 3) +
    (clicks === null ? 0 : clicks.rows.length + 4) +
    (breakdown === null || isFolded(breakdown, report) ? 0 : shownRows(breakdown).length)
  );
}

/** How many cohorts of a funnel have room beside all that on paper: 3 to 12. */
export function printedCohorts(report: Conversions): number {
  return Math.max(3, Math.min(12, 22 - tableLines(report)));
}

/** The size for a page with so many lines of tables. */
export function sheetSize(report: Conversions, cohorts: Cohorts): SheetSize {
  const perFunnel = [...Map.groupBy(cohorts.rows, (row) => row.funnel).values()].map((rows) => rows.length);
  // Only so small do three triangles stand beside each other.
  if (perFunnel.length > 2) return 'xl';
  const lines = tableLines(report) + Math.min(printedCohorts(report), Math.max(0, ...perFunnel));
  if (lines > 19) return 'xl';
  if (lines > 15) return 'l';
  return lines > 6 ? 'm' : 's';
}
