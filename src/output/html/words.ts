import type { Range, TimeToBuy } from '../../report/result.ts';
import { fewBuyers, percentForPeople } from '../figures-columns.ts';
import { formatCount, formatShare, formatWait } from '../numbers.ts';

/** `10.7–19.9%`. */
export function range({ low, high }: Range): string {
  return `${formatShare(low).slice(0, -1)}–${formatShare(high)}`;
}

/** A rate as people may read it: `14.7%`, `few` when it is of too few, `–` when it is of none. */
export function rate(of: { entries: number; purchased: number }): string {
  return percentForPeople(of) ?? '–';
}

/** `1 entry`, `1,204 entries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** The median and the middle half, or null when too few bought to say. */
export function timeToBuy({ buyers, median, p25, p75 }: TimeToBuy): { median: string; half: string } | null {
  if (buyers < fewBuyers || median === null || p25 === null || p75 === null) return null;
  return { median: formatWait(median), half: `middle half ${formatWait(p25)} to ${formatWait(p75)}` };
}
