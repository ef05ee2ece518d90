import { Problem } from './errors.ts';

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60 };

/** Reads a time given as 90s or 5m, in seconds. A usage Problem that names `flag` when it is written otherwise. */
export function readDuration(text: string, flag: string): number {
  const [, number = '', unit = ''] = /^(\d{1,5})([sm])$/.exec(text) ?? [];
  const seconds = Number(number) * (secondsIn[unit] ?? Number.NaN);
  if (number !== '' && Number.isFinite(seconds)) return seconds;
  throw new Problem('usage', `${flag} ${JSON.stringify(text.slice(0, 100))} is not a time.`, {
    hint: `Give seconds or minutes, for example: ${flag} 60s, or: ${flag} 5m`,
  });
}
