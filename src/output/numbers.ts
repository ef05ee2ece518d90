const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0, signDisplay: 'negative' });

/** A whole number with commas between thousands: 1204 is `1,204`. */
export function formatCount(n: number | bigint): string {
  return grouped.format(n);
}

/**
 * `part` of `whole`, both whole numbers not below zero, with two decimals, half up: `30.00%`. Calculated in integers, so
 * that no rate is off by a float's error; `0.00%` when whole is 0. Throws RangeError for fractions (a bug of the caller).
 */
export function formatPercent(part: number | bigint, whole: number | bigint): string {
  const divisor = BigInt(whole);
  if (divisor === 0n) return '0.00%';
  const hundredths = (BigInt(part) * 20_000n + divisor) / (2n * divisor);
  return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')}%`;
}

/** Milliseconds as people say them: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 07 min`. A time below zero is shown as none. */
export function formatDuration(ms: number): string {
  const tenths = Math.max(0, Math.round(ms / 100));
  if (tenths < 100) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${formatCount(Math.floor(minutes / 60))} h ${twoDigits(minutes % 60)} min`;
}
