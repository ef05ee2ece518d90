import { Problem } from '../errors.ts';
import type { Days } from './period.ts';

/** How far a period lies from the one before it; a period of days moves by its own length. */
export type Step = { days: number } | { months: number } | { years: number } | 'own length';

/** A period that was asked for by name, for any today; `step` leads to the one before. */
export interface NamedPeriod {
  name: string;
  step: Step;
  daysAt: (today: Temporal.PlainDate) => Required<Days>;
}

type Given = (text: string) => Omit<NamedPeriod, 'name'> | undefined;

/** The names there are, for people. */
export const periodNames =
  'today, yesterday, last-7d, this-week, last-week (or month, quarter, year), 2026-10-05, 2026-W43, 2026-10, 2026-Q3 or 2026';

const stretch = (first: Temporal.PlainDate, length: Exclude<Step, 'own length'>): Required<Days> => ({
  from: first,
  to: first.add(length),
});

/** Weeks, months, quarters and years, by how long they are and where the one that holds a day begins. */
const kinds = {
  week: { length: { days: 7 }, firstOf: (day: Temporal.PlainDate) => day.subtract({ days: day.dayOfWeek - 1 }) },
  month: { length: { months: 1 }, firstOf: (day: Temporal.PlainDate) => day.with({ day: 1 }) },
  quarter: {
    length: { months: 3 },
    firstOf: (day: Temporal.PlainDate) => day.with({ day: 1, month: day.month - ((day.month - 1) % 3) }),
  },
  year: { length: { years: 1 }, firstOf: (day: Temporal.PlainDate) => day.with({ day: 1, month: 1 }) },
} as const;

const relative: Readonly<Record<string, Omit<NamedPeriod, 'name'>>> = {
  today: { step: 'own length', daysAt: (today) => ({ from: today, to: today.add({ days: 1 }) }) },
  yesterday: { step: 'own length', daysAt: (today) => ({ from: today.subtract({ days: 1 }), to: today }) },
};

/** Whether a period is so many days counted back from today: however long one waits, its first day stays as young. */
export function isCountedBack(name: string): boolean {
  return name === 'today' || name === 'yesterday' || lastDays.test(name);
}

const lastDays = /^(?:last-)?([1-9]\d{0,3})d$/;

const readers: readonly Given[] = [
  (text) => relative[text],
  (text) => {
    const days = Number(lastDays.exec(text)?.[1]);
    if (Number.isNaN(days)) return undefined;
    return {
      step: 'own length',
      daysAt: (today) => ({ from: today.subtract({ days: days - 1 }), to: today.add({ days: 1 }) }),
    };
  },
  (text) => {
    const [, which, kind] = /^(this|last)-(week|month|quarter|year)$/.exec(text) ?? [];
    if (kind === undefined) return undefined;
    const { length, firstOf } = kinds[kind as keyof typeof kinds];
    if (which === 'last') return { step: length, daysAt: (today) => stretch(firstOf(today).subtract(length), length) };
    // The same stretch of the one before is what one that still runs can be compared with.
    return { step: length, daysAt: (today) => ({ from: firstOf(today), to: today.add({ days: 1 }) }) };
  },
  (text) => {
    if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return undefined;
    return calendar(Temporal.PlainDate.from(`${text}-01`), 'month');
  },
  (text) => {
    const day = dayOf(text);
    return day && { step: 'own length', daysAt: () => stretch(day, { days: 1 }) };
  },
  (text) => {
    const [, year, quarter] = /^(\d{4})-q([1-4])$/.exec(text) ?? [];
    if (quarter === undefined) return undefined;
    return calendar(new Temporal.PlainDate(Number(year), Number(quarter) * 3 - 2, 1), 'quarter');
  },
  (text) => {
    const monday = mondayOf(text);
    return monday === undefined ? undefined : calendar(monday, 'week');
  },
  (text) => (/^\d{4}$/.test(text) ? calendar(Temporal.PlainDate.from(`${text}-01-01`), 'year') : undefined),
];

function calendar(first: Temporal.PlainDate, kind: keyof typeof kinds): Omit<NamedPeriod, 'name'> {
  const { length } = kinds[kind];
  return { step: length, daysAt: () => stretch(first, length) };
}

/** A day written 2026-10-05; undefined when it is not one. */
function dayOf(text: string): Temporal.PlainDate | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  try {
    return Temporal.PlainDate.from(text);
  } catch {
    return undefined;
  }
}

/** The first day of an ISO week written 2026-w43; undefined when it is not one. */
function mondayOf(text: string): Temporal.PlainDate | undefined {
  const [, year, week] = /^(\d{4})-w(\d{2})$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  // 4 January is always in week 1.
  const fourth = Temporal.PlainDate.from(`${year}-01-04`);
  const monday = fourth.subtract({ days: fourth.dayOfWeek - 1 }).add({ weeks: Number(week) - 1 });
  return monday.yearOfWeek === Number(year) && monday.weekOfYear === Number(week) ? monday : undefined;
}

/**
 * Reads the name of a period, in capitals or not: today, yesterday, last-7d or 7d (any number of days, today the last of
 * them), this-week, -month, -quarter or -year (up to and including today), last-week and so on, 2026-10-05, 2026-10,
 * 2026-Q3, 2026-W43 (ISO week), 2026. A usage Problem for anything else.
 */
export function readNamedPeriod(text: string): NamedPeriod {
  const name = text.trim().toLowerCase();
  for (const read of readers) {
    const found = read(name);
    if (found !== undefined) return { name: /^\d{4}-/.test(name) ? name.toUpperCase() : name, ...found };
  }
  throw new Problem('usage', `--period ${JSON.stringify(text)}: there is no such period.`, {
    hint: `For example: --period ${periodNames}`,
  });
}
