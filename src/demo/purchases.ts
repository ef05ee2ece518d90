import { dayBetween, edgeDay, type Moment, oldestDay, switchOffDay, timeOfDay } from './calendar.ts';
import { copiedEntries, type OldEntry } from './old-entries.ts';
import { type Person, typed } from './people.ts';
import type { Random } from './random.ts';
import type { Result } from './results.ts';

/** A certificate of the site with its payment; `type` is the site's: 1 for language tests, 2 for all others. */
export interface Payment extends Moment {
  id: number;
  email: string | null;
  type: 1 | 2;
  /** 2 is paid; 1 is waiting for the money */
  status: 1 | 2;
}

type Draft = Omit<Payment, 'id'>;

const typeOf = { language: 1, non_language: 2 } as const;

/**
 * The site's payments, oldest first, numbered from 1: by people of the predecessor's entries after they were entered (what
 * it still saw is marked in `entries`, the rest it missed), by others before their test, after it, or not at all.
 */
export function makePayments(results: readonly Result[], entries: readonly OldEntry[], random: Random): Payment[] {
  const drafts: Draft[] = [];
  const entered = new Set(entries.map(({ userId }) => userId));
  const copied = copiedEntries(entries);
  for (const entry of entries) {
    if (copied.has(entry)) continue;
    const payment = paymentAfterEntry(entry, random);
    if (payment === null) continue;
    drafts.push(payment);
    if (payment.daysAgo >= switchOffDay) entry.purchasedAt = payment;
    else if (random.chance(0.1)) drafts.push({ ...payment, secondOfDay: payment.secondOfDay + 900 });
  }
  for (const result of results) {
    const { person, funnel } = result;
    if (person === null || funnel === null || entered.has(result.id)) continue;
    const payment = paymentFor(result, person, typeOf[funnel], random);
    if (payment !== null) drafts.push(payment);
  }
  drafts.push({ email: null, type: 1, status: 2, daysAgo: 12, secondOfDay: timeOfDay(random) });
  drafts.push({ email: 'paid by phone', type: 2, status: 2, daysAgo: 8, secondOfDay: timeOfDay(random) });
  drafts.sort((a, b) => b.daysAgo - a.daysAgo || a.secondOfDay - b.secondOfDay);
  return drafts.map((draft, index) => ({ id: index + 1, ...draft }));
}

function paymentAfterEntry(entry: OldEntry, random: Random): Draft | null {
  const { person } = entry.result;
  if (person === null || !random.chance(0.15)) return null;
  const type = typeOf[entry.funnel];
  return {
    email: typed(person, random),
    type,
    status: 2,
    daysAgo: dayBetween(random, 1, entry.daysAgo - 1),
    secondOfDay: timeOfDay(random),
  };
}

function paymentFor(result: Result, person: Person, type: 1 | 2, random: Random): Draft | null {
  const draft = (status: 1 | 2, least: number, most: number): Draft => ({
    email: typed(person, random),
    type,
    status,
    daysAgo: dayBetween(random, least, most),
    secondOfDay: timeOfDay(random),
  });
  const dice = random.next();
  if (dice < 0.07 && result.daysAgo > 1) return draft(2, 1, result.daysAgo - 1);
  if (dice < 0.1 && result.daysAgo < edgeDay) return draft(2, result.daysAgo + 1, oldestDay);
  return dice > 0.92 ? draft(1, 1, result.daysAgo) : null;
}
