import type { Difference, Range, Verdict } from './result.ts';
import { isEnough } from './rules.ts';

/** The normal quantile of 95 %. */
const z = 1.959964;

/** `part` / `whole`; null when `whole` is 0. */
export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/**
 * The 95 % score interval of a share, without continuity correction (Wilson 1927; method 3 of Newcombe, Statistics in
 * Medicine 1998; 17:857-872). Unlike the textbook's p ± 1.96 SE it holds for small numbers, 0 and 100 %. null when
 * `whole` is 0.
 */
export function wilson(part: number, whole: number): Range | null {
  if (whole === 0) return null;
  const p = part / whole;
  const centre = p + z ** 2 / (2 * whole);
  const halfWidth = z * Math.sqrt((p * (1 - p)) / whole + z ** 2 / (4 * whole ** 2));
  const scale = 1 + z ** 2 / whole;
  return {
    low: part === 0 ? 0 : (centre - halfWidth) / scale,
    high: part === whole ? 1 : (centre + halfWidth) / scale,
  };
}

/** How many bought of how many. */
export interface Sample {
  purchased: number;
  entries: number;
}

/** The words for each verdict. */
export type Words = Readonly<Record<Verdict, string>>;

/**
 * One share minus another with its 95 % interval, built from the two Wilson intervals (method 10 of Newcombe, Statistics
 * in Medicine 1998; 17:873-890). The verdict is clear when the interval does not hold 0.
 */
export function difference(one: Sample, other: Sample, words: Words): Difference {
  const likely = newcombe(one, other);
  const verdict = judge(likely, Math.min(one.entries, other.entries));
  return {
    difference: likely === null ? null : one.purchased / one.entries - other.purchased / other.entries,
    likely,
    verdict,
    words: words[verdict],
  };
}

function newcombe(one: Sample, other: Sample): Range | null {
  const first = wilson(one.purchased, one.entries);
  const second = wilson(other.purchased, other.entries);
  if (first === null || second === null) return null;
  const p1 = one.purchased / one.entries;
  const p2 = other.purchased / other.entries;
  return {
    low: p1 - p2 - Math.hypot(p1 - first.low, second.high - p2),
    high: p1 - p2 + Math.hypot(first.high - p1, p2 - second.low),
  };
}

function judge(likely: Range | null, fewest: number): Verdict {
  if (likely === null || !isEnough({ entries: fewest })) return 'too_few';
  if (likely.low > 0) return 'higher';
  return likely.high < 0 ? 'lower' : 'no_clear_change';
}
