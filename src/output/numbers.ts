const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0, signDisplay: 'negative' });

/** A whole number with commas between thousands: 1204 is `1,204`. */
export function formatCount(n: number | bigint): string {
  return grouped.format(n);
}

/**
 * `part` of `whole`, both whole numbers not below zero, with `digits` decimals, half up: `30.00%`. Calculated in
 * integers, so that no rate is off by a float's error; 0 when whole is 0. Throws RangeError for fractions (a bug of the
 * caller).
 */
export function formatPercent(part: number | bigint, whole: number | bigint, digits = 2): string {
  const divisor = BigInt(whole);
  const scale = 10n ** BigInt(digits);
  const units = divisor === 0n ? 0n : (BigInt(part) * 200n * scale + divisor) / (2n * divisor);
  const decimals = digits === 0 ? '' : `.${String(units % scale).padStart(digits, '0')}`;
  return `${units / scale}${decimals}%`;
}

/** A fraction as a percentage with `digits` decimals: 0.1473 is `14.7%`. */
export function formatShare(fraction: number, digits = 1): string {
  return `${(fraction * 100).toFixed(digits)}%`;
}

/** A difference of two fractions in percentage points, with its sign: 0.052 is `+5.2`. */
export function formatPoints(difference: number): string {
  const text = (difference * 100).toFixed(1);
  return /^-?0\.0$/.test(text) ? '0.0' : difference > 0 ? `+${text}` : text;
}

/** Seconds as people speak of waiting: `25 min`, `13 h`, `4.2 days`, `31 days`. */
export function formatWait(seconds: number): string {
  // The unit is that of the rounded number: 59.9 minutes are an hour.
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(seconds / 3600);
  if (hours < 48) return `${hours} h`;
  const tenths = Math.round(seconds / 8640);
  return `${tenths < 100 ? (tenths / 10).toFixed(1) : Math.round(seconds / 86_400)} days`;
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
