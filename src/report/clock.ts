import type { Session, Statement } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { zoneAt } from './zone-abbreviation.ts';

/** Moments on the database's wall clock, 'YYYY-MM-DD HH:MM:SS': what its DATETIME columns hold. */
export type Moment = string;

/** The report's clock: which moment it shows, and how its zone's days and times lie on the database's clock. */
export interface ReportClock {
  /** the moment whose knowledge the report shows, on the database's clock and in the report's zone */
  asOf: Moment;
  asOfHere: string;
  asOfUtc: string | null;
  /** the second after the present one on the database's clock, whatever `asOf`: what is dated from it on is ahead */
  nextSecond: Moment;
  /** the day of `asOf` in the report's zone */
  today: Temporal.PlainDate;
  /** the zone's name for people */
  timezone: string;
  /** the first moments of these days in the report's zone, on the database's clock */
  startsOf(days: readonly Temporal.PlainDate[]): Promise<Moment[]>;
  /** moments of the database's clock as the report's zone shows them */
  shown(moments: readonly Moment[]): Promise<string[]>;
  /** the same moments in UTC, ISO 8601; null for those the database's clock cannot place */
  utcOf(moments: readonly Moment[]): Promise<(string | null)[]>;
}

const zoneName: Statement = {
  mysql: `SELECT IF(@@session.time_zone = 'SYSTEM', @@system_time_zone, @@session.time_zone) AS zone,
    CURRENT_TIMESTAMP AS moment`,
  sqlite: `SELECT 'UTC' AS zone, CURRENT_TIMESTAMP AS moment`,
};

// The database knows its own zone and its daylight saving time; nothing else does.
const wallClocks: Statement = {
  mysql: `SELECT FROM_UNIXTIME(j.epoch) AS moment
    FROM JSON_TABLE(?, '$[*]' COLUMNS (position FOR ORDINALITY, epoch BIGINT PATH '$')) j ORDER BY j.position`,
  sqlite: `SELECT datetime(value, 'unixepoch') AS moment FROM json_each(?) ORDER BY key`,
};

const epochs: Statement = {
  mysql: `SELECT UNIX_TIMESTAMP(j.moment) AS epoch
    FROM JSON_TABLE(?, '$[*]' COLUMNS (position FOR ORDINALITY, moment DATETIME PATH '$')) j ORDER BY j.position`,
  sqlite: `SELECT unixepoch(value) AS epoch FROM json_each(?) ORDER BY key`,
};

/** As far as a moment counts: the server adds a fraction to some. */
const seconds = 'YYYY-MM-DD HH:MM:SS'.length;

/** What --as-of says: a time in the report's zone, or a moment wherever. */
export type AsOf = Temporal.PlainDateTime | Temporal.Instant;

const asOfPattern = /^\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?$/i;
const instantPattern = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|[+-]\d{2}:?\d{2})$/i;

/**
 * Reads --as-of: a date (its first moment) or a date and a time in the report's zone, or with Z or an offset as in the
 * `as_of_utc` of a report. Fractions of a second are dropped. A usage Problem otherwise.
 */
export function readAsOf(text: string): AsOf {
  const given = text.trim();
  try {
    const [, day, time, offset] = instantPattern.exec(given) ?? [];
    if (offset !== undefined) return Temporal.Instant.from(`${day}T${time}${offset}`).round(toTheSecond);
    if (asOfPattern.test(given)) {
      return Temporal.PlainDateTime.from(given.replace(' ', 'T'), { overflow: 'reject' }).round(toTheSecond);
    }
  } catch {
    // Not in the calendar; told below.
  }
  throw new Problem('usage', `--as-of ${JSON.stringify(text)}: a moment is written YYYY-MM-DD HH:MM, or YYYY-MM-DD.`, {
    hint: 'For example: --as-of "2024-02-29 18:00", or --as-of 2024-02-29T16:00:00Z',
  });
}

const toTheSecond = { smallestUnit: 'second', roundingMode: 'floor' } as const;

/**
 * The clock of a report that shows now, or `asOf`. `timezone` (IANA, or an offset such as +02:00) undefined: the
 * database's own zone. Throws a usage Problem when `asOf` has not come yet.
 */
export async function readClock(
  session: Session,
  timezone: string | undefined,
  asOf: AsOf | undefined,
): Promise<ReportClock> {
  const [row] = await session.query<{ zone: string; moment: string }>(zoneName);
  if (row === undefined) throw new Error('The database did not tell the time.');
  const now = row.moment.slice(0, seconds);
  const startsOf: ReportClock['startsOf'] = (days) =>
    placed(
      session,
      timezone,
      days.map((day) => day.toPlainDateTime()),
    );
  const utcOf: ReportClock['utcOf'] = async (moments) =>
    (await epochsOf(session, moments)).map((epoch) => (epoch === null ? null : instant(epoch).toString()));
  const shown: ReportClock['shown'] = async (moments) => {
    if (timezone === undefined) return moments.map((moment) => moment.slice(0, seconds));
    const known = await epochsOf(session, moments);
    return moments.map((moment, index) => inZone(known[index] ?? null, timezone) ?? moment.slice(0, seconds));
  };
  const shownAsOf = asOf === undefined ? now : ((await momentOf(session, timezone, asOf)) ?? now);
  const zone = timezone ?? zoneAt(row.zone, await offsetAt(session, shownAsOf));
  if (shownAsOf > now) {
    const told = asOf instanceof Temporal.PlainDateTime ? written(asOf) : (asOf ?? now);
    throw new Problem('usage', `--as-of ${told} has not come yet (${zone}).`, {
      hint: 'Leave --as-of out to see what is known now.',
    });
  }
  const asOfHere = (await shown([shownAsOf]))[0] ?? shownAsOf;
  return {
    asOf: shownAsOf,
    asOfHere,
    asOfUtc: (await utcOf([shownAsOf]))[0] ?? null,
    nextSecond: movedBy(now, { seconds: 1 }),
    today: toPlain(asOfHere).toPlainDate(),
    timezone: zone,
    startsOf,
    shown,
    utcOf,
  };
}

async function momentOf(session: Session, timezone: string | undefined, asOf: AsOf): Promise<Moment | undefined> {
  if (asOf instanceof Temporal.PlainDateTime) return (await placed(session, timezone, [asOf]))[0];
  const [row] = await onItsClock(session, [Math.floor(asOf.epochMilliseconds / 1000)]);
  return row ?? written(asOf.toZonedDateTimeISO('UTC').toPlainDateTime());
}

/** How many minutes the database's clock is ahead of UTC at a moment of it; undefined when it cannot place it. */
async function offsetAt(session: Session, moment: Moment): Promise<number | undefined> {
  const [epoch] = await epochsOf(session, [moment]);
  if (epoch === undefined || epoch === null) return undefined;
  return (toPlain(moment).toZonedDateTime('UTC').epochMilliseconds / 1000 - epoch) / 60;
}

/**
 * The day of the calendar in whose order a moment stands. Servers may accept others: a month or day of zero lies before
 * the first of its year or month, so it is the day before that; 30 February is the last day of the month. A data Problem
 * for text that is no date at all, which SQLite takes too.
 */
export function toDay(moment: string): Temporal.PlainDate {
  const [, year, month, day] = (/^(\d{4})-(\d\d)-(\d\d)/.exec(moment) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) {
    throw new Problem('data', `An entry is dated ${JSON.stringify(moment)}, which is no date.`, {
      hint: 'Correct entered_at in funnel_entries: YYYY-MM-DD HH:MM:SS',
    });
  }
  if (month === 0) return Temporal.PlainDate.from({ year: year - 1, month: 12, day: 31 });
  if (day === 0) return Temporal.PlainDate.from({ year, month, day: 1 }).subtract({ days: 1 });
  return Temporal.PlainDate.from({ year, month, day });
}

/** A moment some time later (earlier, when negative) on the same clock. */
export function movedBy(moment: Moment, duration: Temporal.DurationLike): Moment {
  return written(toPlain(moment).add(duration));
}

/**
 * Times of the zone on the database's clock. Those that its clock cannot hold (before 1970, on some servers after 2038)
 * are taken for its own: nobody enters a funnel then, and such bounds mean "from the beginning" or "for ever".
 */
async function placed(
  session: Session,
  timezone: string | undefined,
  times: readonly Temporal.PlainDateTime[],
): Promise<Moment[]> {
  if (timezone === undefined) return times.map(written);
  const numbers = times.map((time) => Math.floor(time.toZonedDateTime(timezone).epochMilliseconds / 1000));
  const moments = await onItsClock(session, numbers);
  return times.map((time, index) => moments[index] ?? written(time));
}

/** Seconds since 1970 on the database's clock; undefined for those it cannot hold. */
async function onItsClock(session: Session, epochSeconds: readonly number[]): Promise<(Moment | undefined)[]> {
  const rows = await session.query<{ moment: string | null }>(wallClocks, [JSON.stringify(epochSeconds)]);
  return rows.map(({ moment }) => moment?.slice(0, seconds));
}

async function epochsOf(session: Session, moments: readonly Moment[]): Promise<(number | null)[]> {
  const rows = await session.query<{ epoch: number | string | null }>(epochs, [JSON.stringify(moments)]);
  // The server answers 0 for what it cannot place.
  return rows.map(({ epoch }) => (epoch === null || Number(epoch) === 0 ? null : Math.floor(Number(epoch))));
}

function inZone(epoch: number | null, timezone: string): string | null {
  return epoch === null ? null : written(instant(epoch).toZonedDateTimeISO(timezone).toPlainDateTime());
}

function instant(epochSeconds: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(epochSeconds * 1000);
}

function toPlain(moment: Moment): Temporal.PlainDateTime {
  return Temporal.PlainDateTime.from(moment.replace(' ', 'T'));
}

function written(time: Temporal.PlainDateTime): Moment {
  return time.toString({ smallestUnit: 'second' }).replace('T', ' ');
}
