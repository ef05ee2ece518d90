import { showCell } from './clicks-shown.ts';
import { findTime, type TimeFound } from './clicks-time-forms.ts';

/** When somebody clicked: a moment in seconds since 1970, or the wall clock of the database, 'YYYY-MM-DD HH:MM:SS'. */
export type ClickTime = { epoch: number } | { at: string };

/** What every engine's calendar holds as a moment. */
const lastEpoch = 2 ** 31 - 1;

/**
 * Reads when a click was, in one of the forms of `clickTimeForms`. What has no offset is wall clock in `timezone`
 * (IANA or an offset; undefined: the database's own). Fractions of a second are dropped, as `entered_at` has none.
 * Returns the reason as text when it cannot be read.
 */
export function readClickTime(text: string, timezone: string | undefined): ClickTime | string {
  if (text === '') return 'no time';
  const found = findTime(text);
  const time = typeof found === 'object' ? momentOf(found, timezone) : unread[found ?? 'unknown'];
  if (typeof time === 'string') return `the time ${showCell(text)} ${time}`;
  return isInRange(time) ? time : `the time ${showCell(text)} is not between 1970 and 2038`;
}

/** What is said of a time that has none of the forms, or too little of one. */
const unread = {
  'day alone': 'is only a day',
  ambiguous: 'can be read in two ways',
  unknown: 'cannot be read',
} as const;

function momentOf(found: Exclude<TimeFound, string>, timezone: string | undefined): ClickTime | string {
  if ('epoch' in found) return found;
  const { date, time, offset, zone = timezone } = found;
  const instant = offset && orUndefined(() => Temporal.Instant.from(`${date}T${time}${offset}`));
  if (instant) return { epoch: secondsOf(instant) };
  // 31 February, 25 o'clock.
  const local = orUndefined(() => Temporal.PlainDateTime.from(`${date}T${time}`));
  if (local === undefined) return 'does not exist';
  if (offset === undefined && zone === undefined) {
    return { at: local.toString({ smallestUnit: 'second' }).replace('T', ' ') };
  }
  const placed = zone === undefined || offset ? undefined : orUndefined(() => local.toZonedDateTime(zone));
  return placed === undefined ? 'has an unknown time zone' : { epoch: secondsOf(placed) };
}

/** What `make` returns; undefined when calendar or zones do not have it. */
function orUndefined<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
}

function secondsOf({ epochMilliseconds }: { epochMilliseconds: number }): number {
  return Math.floor(epochMilliseconds / 1000);
}

function isInRange(time: ClickTime): boolean {
  if ('epoch' in time) return time.epoch >= 0 && time.epoch <= lastEpoch;
  return time.at >= '1970' && time.at < '2038';
}
