import { showCell } from './clicks-shown.ts';
import { findTime } from './clicks-time-forms.ts';

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
  const found = findTime(text);
  try {
    const time = typeof found === 'object' ? momentOf(found, timezone) : undefined;
    if (time !== undefined && isInRange(time)) return time;
  } catch (error) {
    // 31 February, 25 o'clock, a zone that does not exist.
    if (!(error instanceof RangeError)) throw error;
  }
  if (text === '') return 'no time';
  if (found === 'day alone') return `the time ${showCell(text)} is only a day`;
  if (found === 'ambiguous') return `the time ${showCell(text)} can be read in two ways`;
  return `the time ${showCell(text)} cannot be read`;
}

function momentOf(found: Exclude<ReturnType<typeof findTime>, string | undefined>, timezone: string | undefined) {
  if ('epoch' in found) return found;
  const { date, time, offset, zone = timezone } = found;
  if (offset !== undefined) return { epoch: secondsOf(Temporal.Instant.from(`${date}T${time}${offset}`)) };
  const local = Temporal.PlainDateTime.from(`${date}T${time}`);
  if (zone !== undefined) return { epoch: secondsOf(local.toZonedDateTime(zone)) };
  return { at: local.toString({ smallestUnit: 'second' }).replace('T', ' ') };
}

function secondsOf({ epochMilliseconds }: { epochMilliseconds: number }): number {
  return Math.floor(epochMilliseconds / 1000);
}

function isInRange(time: ClickTime): boolean {
  if ('epoch' in time) return time.epoch >= 0 && time.epoch <= lastEpoch;
  return time.at >= '1970' && time.at < '2038';
}
