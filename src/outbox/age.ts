import { Problem } from '../errors.ts';

const daysIn: Readonly<Record<string, number>> = { d: 1, w: 7 };

/** a century: beyond it dates before the year 1 come near */
const mostDays = 36_500;

/** Reads an age given as 90d or 12w, in days. A usage Problem that names `flag` when it is written otherwise or below 1 day. */
export function readAge(text: string, flag: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6})([dw])$/.exec(text) ?? [];
  const days = Number(number) * (daysIn[unit] ?? 0);
  if (days < 1 || days > mostDays) {
    throw new Problem('usage', `${flag} ${JSON.stringify(text.slice(0, 100))} is not an age.`, {
      hint: `Give days or weeks, from 1d to ${mostDays}d, for example: ${flag} 90d`,
    });
  }
  return days;
}
