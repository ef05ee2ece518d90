import type { Range, TimeToBuy } from '../../report/result.ts';
import { isTypical } from '../../report/rules.ts';
import { percentForPeople, settledForPeople } from '../figures-columns.ts';
import { formatCount, formatRange, formatWait } from '../numbers.ts';

/** `10.7–19.9%`. */
export function range(bounds: Range): string {
  const [low, high] = formatRange(bounds, 1);
  return `${low.slice(0, -1)}–${high}`;
}

/** A rate as people may read it: `14.7%`, `few` when it is of too few, `–` when it is of none. */
export function rate(of: { entries: number; purchased: number }): string {
  return percentForPeople(of) ?? '–';
}

/** The settled rate with what it is of, which is less than all entries: `14.7% of 231`. */
export function settledRate(settled: { entries: number; purchased: number }): string {
  return settledForPeople(settled) ?? '–';
}

/** `1 entry`, `1,204 entries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** The median and the middle half, or null when too few bought to say. */
export function timeToBuy({ buyers, median, p25, p75 }: TimeToBuy): { median: string; half: string } | null {
  if (!isTypical({ buyers }) || median === null || p25 === null || p75 === null) return null;
  return { median: formatWait(median), half: `middle half ${formatWait(p25)} to ${formatWait(p75)}` };
}
