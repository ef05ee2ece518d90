import { Problem } from '../errors.ts';
import type { Days } from './period.ts';

/** How far a period lies from the one before it; a period of days moves by its own length. */
export type Step = { months: number } | { years: number } | 'own length';

/** A period that was asked for by name, for any today; `step` leads to the one before. */
export interface NamedPeriod {
  name: string;
  step: Step;
  daysAt: (today: Temporal.PlainDate) => Required<Days>;
}

type Given = (text: string) => Omit<NamedPeriod, 'name'> | undefined;

const examples = 'today, yesterday, last-7d, this-month, last-month, 2026-10, 2026-W43 or 2026';

const month = (first: Temporal.PlainDate): Required<Days> => ({ from: first, to: first.add({ months: 1 }) });

const relative: Readonly<Record<string, Omit<NamedPeriod, 'name'>>> = {
  today: { step: 'own length', daysAt: (today) => ({ from: today, to: today.add({ days: 1 }) }) },
  yesterday: { step: 'own length', daysAt: (today) => ({ from: today.subtract({ days: 1 }), to: today }) },
  // The same stretch of the month before is what a running month can be compared with.
  'this-month': {
    step: { months: 1 },
    daysAt: (today) => ({ from: today.with({ day: 1 }), to: today.add({ days: 1 }) }),
  },
  'last-month': { step: { months: 1 }, daysAt: (today) => month(today.with({ day: 1 }).subtract({ months: 1 })) },
};

/** Whether a period is so many days counted back from today: however long one waits, its first day stays as young. */
export function isCountedBack(name: string): boolean {
  return name === 'today' || name === 'yesterday' || lastDays.test(name);
}

const lastDays = /^last-([1-9]\d{0,3})d$/;

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
    if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return undefined;
    return { step: { months: 1 }, daysAt: () => month(Temporal.PlainDate.from(`${text}-01`)) };
  },
  (text) => {
    const monday = mondayOf(text);
    if (monday === undefined) return undefined;
    return { step: 'own length', daysAt: () => ({ from: monday, to: monday.add({ days: 7 }) }) };
  },
  (text) => {
    if (!/^\d{4}$/.test(text)) return undefined;
    const first = Temporal.PlainDate.from(`${text}-01-01`);
    return { step: { years: 1 }, daysAt: () => ({ from: first, to: first.add({ years: 1 }) }) };
  },
];

/** The first day of an ISO week written 2026-W43; undefined when it is not one. */
function mondayOf(text: string): Temporal.PlainDate | undefined {
  const [, year, week] = /^(\d{4})-W(\d{2})$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  // 4 January is always in week 1.
  const fourth = Temporal.PlainDate.from(`${year}-01-04`);
  const monday = fourth.subtract({ days: fourth.dayOfWeek - 1 }).add({ weeks: Number(week) - 1 });
  return monday.yearOfWeek === Number(year) && monday.weekOfYear === Number(week) ? monday : undefined;
}

/**
 * Reads the name of a period: today, yesterday, last-7d (any number of days, today the last of them), this-month (up to
 * and including today), last-month, 2026-10, 2026-W43 (ISO week), 2026. A usage Problem for anything else.
 */
export function readNamedPeriod(text: string): NamedPeriod {
  for (const read of readers) {
    const found = read(text);
    if (found !== undefined) return { name: text, ...found };
  }
  throw new Problem('usage', `--period ${JSON.stringify(text)}: there is no such period.`, {
    hint: `For example: --period ${examples}`,
  });
}
