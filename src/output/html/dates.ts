import { isByTime } from '../../report/page-parts.ts';
import type { Dimension, ReportedPeriod } from '../../report/result.ts';

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `2026-10-01` as `1 October 2026`. */
export function dayInWords(day: string): string {
  const { day: number, month, year } = Temporal.PlainDate.from(day);
  return `${number} ${months[month - 1]} ${year}`;
}

/** A moment `2026-11-22 11:40:07` as `22 November 2026, 11:40:07`. */
export function momentInWords(moment: string): string {
  const [day = '', time = ''] = moment.split(/[ T]/);
  return time === '' ? dayInWords(day) : `${dayInWords(day)}, ${time}`;
}

/** The days that count, both ends named: `1–31 October 2026`, `28 September – 4 October 2026`, `1 May 2026 until 22 November 2026, 11:40:07`. */
export function periodInWords({ from, last_day: last }: ReportedPeriod, asOf: string): string {
  if (from === null) return last === null ? 'All entries' : `Up to ${dayInWords(last)}`;
  if (last === null) return `${dayInWords(from)} until ${momentInWords(asOf)}`;
  if (from === last) return dayInWords(from);
  const [first, end] = [Temporal.PlainDate.from(from), Temporal.PlainDate.from(last)];
  if (first.year !== end.year) return `${dayInWords(from)} – ${dayInWords(last)}`;
  if (first.month !== end.month) return `${first.day} ${months[first.month - 1]} – ${dayInWords(last)}`;
  return `${first.day}–${dayInWords(last)}`;
}

/** A group of a breakdown, or a cohort. */
interface Group {
  label: string;
  from: string | null;
  to: string | null;
  is_part: boolean;
  is_outlying: boolean;
}

/**
 * A day, week (by its first day) or month as a table names it: `3 Oct 2026`, `Oct 2026 (part)`, `before Oct 2026`; other
 * groups by their label.
 */
export function groupInWords(by: Dimension, { label, from, to, is_part, is_outlying }: Group): string {
  if (from === null || !isByTime(by)) return label;
  if (is_outlying && to !== null) return `before ${stretchInWords(by, to)}`;
  return `${stretchInWords(by, from)}${is_part ? ' (part)' : ''}`;
}

/** The day, week or month that begins on `from`, without a mark. */
export function stretchInWords(by: Dimension, from: string): string {
  const { day, month, year } = Temporal.PlainDate.from(from);
  const name = `${shortMonth(month)} ${year}`;
  return by === 'month' ? name : `${day} ${name}`;
}

/** A sentence with its days written as the rest of the page writes them; those behind a flag are for copying. */
export function withDaysInWords(text: string): string {
  return text.replace(
    /(?<!--[a-z-]+[ =]["']?)(?<![\w-])(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}(?::\d{2})?))?(?![\w-])/g,
    (found, day: string, time: string | undefined) => {
      try {
        return momentInWords(time === undefined ? day : `${day} ${time}`);
      } catch {
        // Not in the calendar: a zero date, say.
        return found;
      }
    },
  );
}

function shortMonth(month: number): string {
  return months[month - 1]?.slice(0, 3) ?? '';
}

/** The label under an axis for a day, week or month that begins on `from`; the year only where it is new. */
export function tickLabel(by: Dimension, from: string, previous: string | undefined): { text: string; year: string } {
  const date = Temporal.PlainDate.from(from);
  const isNewYear = previous === undefined || Temporal.PlainDate.from(previous).year !== date.year;
  const month = shortMonth(date.month);
  return { text: by === 'month' ? month : `${date.day} ${month}`, year: isNewYear ? `${date.year}` : '' };
}
