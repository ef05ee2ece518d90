import { Problem } from '../errors.ts';
import { readDate } from '../read-date.ts';
import { type NamedPeriod, readNamedPeriod, type Step } from './named-period.ts';
import type { ComparisonName } from './result.ts';

/** The days a report covers: `from` inclusive, `to` exclusive (analytics guide, "Date Filtering"). */
export interface Days {
  from: Temporal.PlainDate | undefined;
  to: Temporal.PlainDate | undefined;
}

/** What the command line says about the period. */
export interface PeriodWords {
  from?: string | undefined;
  to?: string | undefined;
  name?: string | undefined;
}

/** A period as it was asked for: its days may depend on which day it is. */
export interface AskedPeriod {
  name: string | null;
  step: Step;
  daysAt: (today: Temporal.PlainDate) => Days;
}

/** Reads dates or name of a period. A usage Problem when one is wrong, both are given, or no day would be left. */
export function readPeriod({ from, to, name }: PeriodWords): AskedPeriod {
  if (name !== undefined) {
    if (from === undefined && to === undefined) return readNamedPeriod(name) satisfies NamedPeriod;
    throw new Problem('usage', '--period cannot be combined with --from-date and --to-date.', {
      hint: 'Give either a period or dates.',
    });
  }
  const first = from === undefined ? undefined : readDate(from, '--from-date');
  const end = to === undefined ? undefined : readDate(to, '--to-date');
  if (first !== undefined && end !== undefined && Temporal.PlainDate.compare(first, end) >= 0) {
    throw new Problem('usage', `--from-date ${from} is not before --to-date ${to}: no day would be left.`, {
      hint: `--to-date is exclusive. For the day ${from} alone: --from-date ${from} --to-date ${first.add({ days: 1 })}`,
    });
  }
  return { name: null, step: 'own length', daysAt: () => ({ from: first, to: end }) };
}

/**
 * The days to compare with: the period before, of the same kind however it was written (months before whole months, the
 * same stretch of the month or year before one that runs up to today) or else of as many days; or the same days a year
 * earlier. A usage Problem for a period without a first day, which nothing lies before.
 */
export function comparedDays(
  asked: AskedPeriod,
  today: Temporal.PlainDate,
  comparison: ComparisonName,
): Required<Days> {
  const { from, to = today.add({ days: 1 }) } = asked.daysAt(today);
  if (from === undefined) {
    throw new Problem('usage', '--compare needs a period with a first day.', {
      hint: 'For example: --period last-month --compare previous',
    });
  }
  const step = asked.name === null ? kindOf({ from, to }, today) : asked.step;
  const back = comparison === 'last-year' ? { years: 1 } : step === 'own length' ? from.until(to) : step;
  // The last day moves, not the one after it: 28 March has 28 February before it, which the day after would miss. Only
  // whole months stay whole, however long.
  const isWhole = from.day === 1 && to.day === 1;
  const end = isWhole ? to.subtract(back) : to.subtract({ days: 1 }).subtract(back).add({ days: 1 });
  return { from: from.subtract(back), to: end };
}

/**
 * What dates are, though no name was given: the present week, month, quarter or year up to and including today, the
 * shortest of them; whole months (a quarter and a year are such); or days.
 */
function kindOf({ from, to }: Record<keyof Days, Temporal.PlainDate>, today: Temporal.PlainDate): Step {
  if (to.equals(today.add({ days: 1 }))) {
    const first = today.with({ day: 1 });
    const toDate: [Temporal.PlainDate, Step][] = [
      [today.subtract({ days: today.dayOfWeek - 1 }), { days: 7 }],
      [first, { months: 1 }],
      [first.subtract({ months: (first.month - 1) % 3 }), { months: 3 }],
      [first.with({ month: 1 }), { years: 1 }],
    ];
    const [, step] = toDate.find(([start]) => start.equals(from)) ?? [];
    if (step !== undefined) return step;
  }
  if (from.day !== 1 || to.day !== 1) return 'own length';
  return { months: from.until(to, { largestUnit: 'months' }).months };
}
