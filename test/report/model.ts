import { wilson } from '../../src/report/intervals.ts';
import type { Figures, TimeToBuy } from '../../src/report/result.ts';

/** An entry of a model world; moments in UTC, 'YYYY-MM-DD HH:MM:SS'. `boughtAt` null: not bought, '': on no known date. */
export interface ModelEntry {
  email: string;
  funnel: string;
  test: number;
  source: string | null;
  at: string;
  boughtAt: string | null;
  /** when the purchase was found refunded; null: not, or not bought */
  refundedAt: string | null;
  /** null: nothing was paid between finishing the test and entering */
  paidBeforeAt: string | null;
}

export interface ModelPayment {
  email: string;
  funnel: string;
  at: string;
}

/** What the model needs to know of a request. */
export interface ModelRequest {
  /** null: now, and everything counts */
  asOf: string | null;
  now: string;
  windowDays: number;
}

/** The day of a moment in a zone, told by the moment; the report goes the other way, from days to moments. */
export function dayIn(moment: string, timezone: string): string {
  return Temporal.Instant.from(`${moment.replace(' ', 'T')}Z`)
    .toZonedDateTimeISO(timezone)
    .toPlainDate()
    .toString();
}

/** The same moment on the clocks of a zone. */
export function timeIn(moment: string, timezone: string): string {
  const time = Temporal.Instant.from(`${moment.replace(' ', 'T')}Z`)
    .toZonedDateTimeISO(timezone)
    .toPlainDateTime();
  return time.toString({ smallestUnit: 'second' });
}

function epoch(moment: string): number {
  return Date.parse(`${moment.replace(' ', 'T')}Z`) / 1000;
}

function timesOf(seconds: readonly number[]): TimeToBuy {
  const sorted = seconds.toSorted((one, other) => one - other);
  const rank = (percent: number): number | null => sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? null;
  return { buyers: sorted.length, p10: rank(10), p25: rank(25), median: rank(50), p75: rank(75), p90: rank(90) };
}

/** The figures of these entries, told one by one. */
export function modelFigures(entries: readonly ModelEntry[], { asOf, now, windowDays }: ModelRequest): Figures {
  const age = (entry: ModelEntry): number => epoch(asOf ?? now) - epoch(entry.at);
  const window = windowDays * 86_400;
  const isKnown = (moment: string): boolean => moment <= (asOf ?? now);
  const known = entries.filter(({ at }) => isKnown(at));
  const isRefunded = ({ boughtAt, refundedAt }: ModelEntry): boolean =>
    boughtAt !== null && refundedAt !== null && isKnown(refundedAt);
  const hasBought = (entry: ModelEntry): boolean =>
    entry.boughtAt !== null && !isRefunded(entry) && (entry.boughtAt === '' || isKnown(entry.boughtAt));
  const isPaidBefore = (entry: ModelEntry): boolean =>
    entry.paidBeforeAt !== null && !hasBought(entry) && !isRefunded(entry);
  const isUndecided = (entry: ModelEntry): boolean => !hasBought(entry) && !isRefunded(entry) && !isPaidBefore(entry);
  const bought = known.filter(hasBought);
  const timed = bought
    .filter(({ boughtAt, at }) => boughtAt !== null && boughtAt !== '' && boughtAt >= at)
    .map((entry) => ({ entry, seconds: epoch(entry.boughtAt ?? '') - epoch(entry.at) }));
  const open = known.filter((entry) => isUndecided(entry) && age(entry) < window).length;
  const settledBuyers = timed.filter(({ entry }) => age(entry) >= window);
  const settledEntries =
    settledBuyers.length + known.filter((entry) => !hasBought(entry) && age(entry) >= window).length;
  const settledPurchased = settledBuyers.filter(({ seconds }) => seconds <= window).length;
  return {
    entries: known.length,
    people: new Set(known.map(({ email }) => email)).size,
    purchased: bought.length,
    conversion: known.length === 0 ? null : bought.length / known.length,
    likely: wilson(bought.length, known.length),
    settled: {
      entries: settledEntries,
      purchased: settledPurchased,
      rate: settledEntries === 0 ? null : settledPurchased / settledEntries,
      likely: wilson(settledPurchased, settledEntries),
    },
    open,
    lapsed: known.filter((entry) => isUndecided(entry) && age(entry) >= window).length,
    refunded: known.filter(isRefunded).length,
    paid_before_entering: known.filter(isPaidBefore).length,
    undatable: bought.length - timed.length,
    time_to_buy: timesOf(timed.map(({ seconds }) => seconds)),
  };
}
