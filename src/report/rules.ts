import type { Sample } from './intervals.ts';
import type { TimeToBuy } from './result.ts';

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
