const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0, signDisplay: 'negative' });

/** A whole number with commas between thousands: 1204 is `1,204`. */
export function formatCount(n: number | bigint): string {
  return grouped.format(n);
}

/**
 * `part` of `whole`, both whole numbers not below zero, with `digits` decimals, half up: `30.00%`. Some are never shown as
 * none, nor nearly all as all: such a rate gets as many decimals as that takes, 25,000 of 25,001 is `99.996%`. Calculated
 * in integers, so that no rate is off by a float's error; 0 when whole is 0. Throws RangeError for fractions (a bug of
 * the caller).
 */
export function formatPercent(part: number | bigint, whole: number | bigint, digits = 2): string {
  const [some, all] = [BigInt(part), BigInt(whole)];
  const isBetween = some > 0n && some < all;
  for (let decimals = digits; ; decimals += 1) {
    const text = roundPercent(some, all, decimals);
    if (!isBetween || !looksExtreme(text)) return text;
  }
}

/** The same with just so many decimals, whatever becomes of the ends: as the analytics guide's script prints it. */
export function roundPercent(part: number | bigint, whole: number | bigint, digits: number): string {
  const divisor = BigInt(whole);
  const scale = 10n ** BigInt(digits);
  const units = divisor === 0n ? 0n : (BigInt(part) * 200n * scale + divisor) / (2n * divisor);
  const decimals = digits === 0 ? '' : `.${String(units % scale).padStart(digits, '0')}`;
  return `${units / scale}${decimals}%`;
}

/** Beyond so many decimals a fraction is as good as 0 or 1: calculating with floats leaves no more of it. */
const mostDecimals = 12;

/** A fraction as a percentage with `digits` decimals: 0.1473 is `14.7%`; more where it would look like 0 or 100 %. */
export function formatShare(fraction: number, digits = 1): string {
  const text = (decimals: number) => `${(fraction * 100).toFixed(decimals)}%`;
  return text(decimalsFor(digits, (decimals) => !isHidden(fraction, text(decimals))));
}

/** Both ends of a range with as many decimals as it takes that they differ, and that neither only looks like 0 or 100 %. */
export function formatRange({ low, high }: { low: number; high: number }, digits: number): [string, string] {
  const ends = (decimals: number): [string, string] => [
    `${(low * 100).toFixed(decimals)}%`,
    `${(high * 100).toFixed(decimals)}%`,
  ];
  const isTold = (decimals: number): boolean => {
    const [from, to] = ends(decimals);
    return (from !== to || low === high) && !isHidden(low, from) && !isHidden(high, to);
  };
  return ends(decimalsFor(digits, isTold));
}

/** A difference of two fractions in percentage points, with its sign: 0.052 is `+5.2`. */
export function formatPoints(difference: number, digits = 1): string {
  const text = (difference * 100).toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : difference > 0 ? `+${text}` : text;
}

/**
 * A difference and its range, with as many decimals as it takes that the ends differ, that a range beside 0 does not seem
 * to hold it, and that nothing only looks like 100 points.
 */
export function formatDifference(
  difference: number,
  { low, high }: { low: number; high: number },
): { points: string; low: string; high: string } {
  const texts = (decimals: number) => ({
    points: formatPoints(difference, decimals),
    low: formatPoints(low, decimals),
    high: formatPoints(high, decimals),
  });
  const looksWhole = (value: number, text: string) => Math.abs(value) < 1 && Math.abs(Number(text)) === 100;
  const isTold = (decimals: number): boolean => {
    const shown = texts(decimals);
    const nearest = low > 0 ? shown.low : high < 0 ? shown.high : undefined;
    const isWhole = looksWhole(difference, shown.points) || looksWhole(low, shown.low) || looksWhole(high, shown.high);
    return (shown.low !== shown.high || low === high) && (nearest === undefined || Number(nearest) !== 0) && !isWhole;
  };
  return texts(decimalsFor(1, isTold));
}

function decimalsFor(digits: number, isTold: (decimals: number) => boolean): number {
  let decimals = digits;
  while (decimals < mostDecimals && !isTold(decimals)) decimals += 1;
  return decimals;
}

/** Whether a share is some, but looks like none or all. */
function isHidden(fraction: number, text: string): boolean {
  return fraction > 0 && fraction < 1 && looksExtreme(text);
}

function looksExtreme(percent: string): boolean {
  return /^(?:0|100)(?:\.0+)?%$/.test(percent);
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
