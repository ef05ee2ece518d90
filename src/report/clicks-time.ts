import { showValue } from '../config/given.ts';

/** When somebody clicked: a moment in seconds since 1970, or the wall clock of the database, 'YYYY-MM-DD HH:MM:SS'. */
export type ClickTime = { epoch: number } | { at: string };

const day = String.raw`\d{4}-\d\d-\d\d`;
const wallClock = new RegExp(String.raw`^(${day})[T ](\d\d:\d\d(?::\d\d)?)(?:[.,]\d{1,9})?$`, 'i');
const moment = new RegExp(
  String.raw`^(${day})[T ](\d\d:\d\d(?::\d\d)?)(?:[.,]\d{1,9})? ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)$`,
  'i',
);
const dayAlone = new RegExp(`^${day}$`);

/** What every engine's calendar holds as a moment. */
const lastEpoch = 2 ** 31 - 1;

/**
 * Reads when a click was: ISO 8601 with an offset, Z or UTC, or `YYYY-MM-DD HH:MM[:SS]` without, which is wall clock in
 * `timezone` (IANA; undefined: the database's own). Fractions of a second are dropped, as `entered_at` has none. Returns
 * the reason as text when it cannot be read.
 */
export function readClickTime(text: string, timezone: string | undefined): ClickTime | string {
  try {
    const time = read(text, timezone);
    if (time !== undefined && isInRange(time)) return time;
  } catch (error) {
    // 31 February, 25 o'clock.
    if (!(error instanceof RangeError)) throw error;
  }
  if (text === '') return 'no time';
  if (dayAlone.test(text)) return `the time ${showValue(text)} is only a day`;
  return `the time ${showValue(text)} cannot be read`;
}

function read(text: string, timezone: string | undefined): ClickTime | undefined {
  const [, date, time, offset] = moment.exec(text) ?? [];
  if (offset !== undefined) {
    const zone = /^[a-z]/i.test(offset) ? 'Z' : offset;
    return { epoch: secondsOf(Temporal.Instant.from(`${date}T${time}${zone}`)) };
  }
  const [, wallDate, wallTime] = wallClock.exec(text) ?? [];
  if (wallDate === undefined) return undefined;
  const local = Temporal.PlainDateTime.from(`${wallDate}T${wallTime}`);
  if (timezone !== undefined) return { epoch: secondsOf(local.toZonedDateTime(timezone)) };
  return { at: local.toString({ smallestUnit: 'second' }).replace('T', ' ') };
}

function secondsOf({ epochMilliseconds }: { epochMilliseconds: number }): number {
  return Math.floor(epochMilliseconds / 1000);
}

function isInRange(time: ClickTime): boolean {
  if ('epoch' in time) return time.epoch >= 0 && time.epoch <= lastEpoch;
  return time.at >= '1970' && time.at < '2038';
}
