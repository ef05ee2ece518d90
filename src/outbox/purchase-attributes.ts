/** Attributes as a payload holds them, by name. */
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

type Converted = { ok: true; attributes: Attributes } | { ok: false; name: string; reason: string };

/** How one attribute is read: null stands for what cannot be understood. */
interface Reader {
  name: string;
  read: (value: unknown) => string | boolean | null;
  reason: string;
}

const flag: Reader = { name: 'CERTIFICATE_PURCHASED', read: truthOf, reason: 'is neither true nor false' };
const date: Reader = { name: 'CERTIFICATE_PURCHASED_AT', read: dayOf, reason: 'is not a date' };

const truths: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['0', false],
]);

/** A date as a database, Python or JavaScript writes it, with or without a time of day and its zone. */
const isoDate = /^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?Z| ?[+-]\d{2}(?::?\d{2})?)?)?$/i;

/** From 2001 to 2100, in seconds: a number that can only be meant as a Unix time. */
const unixTimes = { first: 978_307_200, last: 4_102_444_800 };

/**
 * The attributes with those of a purchase in the types that Brevo has for them: true or false, and the day alone, for it
 * drops 1 and a moment of time, which the predecessor sent, without a word. `purchasedAt`, when given, fills in what is
 * missing. A value that cannot be understood is named.
 */
export function withPurchaseTypes(attributes: Attributes, isPurchase: boolean, purchasedAt: unknown): Converted {
  const boughtOn = isPurchase ? dayOf(purchasedAt) : null;
  const result: Record<string, Attributes[string]> = { ...attributes };
  for (const { name, read, reason } of [flag, date]) {
    const value = result[name];
    const missing = boughtOn === null ? null : name === date.name ? boughtOn : true;
    const isEmpty = typeof value === 'string' && value.trim() === '';
    if (value === undefined || value === null || (isEmpty && (missing !== null || !isPurchase))) {
      result[name] = missing;
      continue;
    }
    // A Unix time says no zone; purchased_at is the same moment by the site's clock.
    const meant = name === date.name && isUnixTime(value) ? (boughtOn ?? read(value)) : read(value);
    if (meant === null) return { ok: false, name, reason: `${JSON.stringify(value)} ${reason}` };
    result[name] = meant;
  }
  return { ok: true, attributes: result };
}

function truthOf(value: unknown): boolean | null {
  return truths.get(String(value).trim().toLowerCase()) ?? null;
}

function dayOf(value: unknown): string | null {
  if (isUnixTime(value)) return dayOfUnixTime(Number(value));
  const day = typeof value === 'string' ? isoDate.exec(value.trim())?.[1] : undefined;
  if (day === undefined) return null;
  try {
    return Temporal.PlainDate.from(day).toString();
  } catch {
    return null;
  }
}

function isUnixTime(value: unknown): boolean {
  const isNumber = typeof value === 'number' || (typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value));
  return isNumber && inSeconds(Number(value)) !== null;
}

function inSeconds(time: number): number | null {
  const seconds = time > unixTimes.last ? time / 1000 : time;
  return seconds >= unixTimes.first && seconds <= unixTimes.last ? seconds : null;
}

/** In UTC. */
function dayOfUnixTime(time: number): string | null {
  const seconds = inSeconds(time);
  return seconds === null ? null : new Date(seconds * 1000).toISOString().slice(0, 10);
}
