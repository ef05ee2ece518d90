import type { Moment } from './clock.ts';
import type { Sample } from './intervals.ts';
import type { Days } from './period.ts';
import type { PeriodState, TimeToBuy } from './result.ts';

/** Below this many entries a percentage says less than it seems to, and none is shown to people. */
export const fewEntries = 20;

/** Fewer times than these are not called typical. */
export const fewBuyers = 5;

/** Whether there are enough entries for a percentage of them to be shown, drawn, said or judged. */
export function isEnough({ entries }: Pick<Sample, 'entries'>): boolean {
  return entries >= fewEntries;
}

/** Whether enough have bought for their times to be called typical. */
export function isTypical({ buyers }: Pick<TimeToBuy, 'buyers'>): boolean {
  return buyers >= fewBuyers;
}

/** Fewer entries than these may be outlying. */
export const mostOutlying = 19;

/** Whether so long passed from one entry to the next that the few before it are mistakes, or of another time. */
export function isApart(day: Temporal.PlainDate, next: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(day.add({ years: 3 }), next) < 0;
}

/** With more parts than these, those without entries get no row. */
export const mostEmptyParts = 366;

/**
 * How a period stands that ends at `ends` (not included): running while its days are not over, open while an entry of
 * its last second would be less than a window old, else settled.
 */
export function stateOf(ends: Moment, { asOf, settledUntil }: { asOf: Moment; settledUntil: Moment }): PeriodState {
  if (ends > asOf) return 'running';
  return ends > settledUntil ? 'open' : 'settled';
}

/** The first day of a week or month, and the first one after it. */
export interface Whole {
  from: Temporal.PlainDate;
  to: Temporal.PlainDate;
}

/**
 * Whether a period has only a part of a week or month: it begins later, or ends earlier although the rest of it has come.
 * One that is merely not over yet is running instead.
 */
export function isPartOf(whole: Whole, days: Days, today: Temporal.PlainDate): boolean {
  const { compare } = Temporal.PlainDate;
  const begins = days.from !== undefined && compare(whole.from, days.from) < 0 && compare(days.from, whole.to) < 0;
  const ends = days.to !== undefined && compare(days.to, whole.to) < 0 && compare(whole.from, days.to) < 0;
  return begins || (ends && days.to !== undefined && compare(days.to, today) <= 0);
}
