import type { Session, Statement } from '../database/database.ts';
import { Problem } from '../errors.ts';

/** The days a report covers: `from` inclusive, `to` exclusive (analytics guide, "Date Filtering"). */
export interface Days {
  from: Temporal.PlainDate | undefined;
  to: Temporal.PlainDate | undefined;
}

/** The period resolved to the database's wall clock: entries with from <= entered_at < to, both 'YYYY-MM-DD HH:MM:SS'. */
export interface Period {
  /** null: from the first entry on */
  from: string | null;
  /** null: up to the last entry. The current moment when only `from` was given; that moment then counts */
  to: string | null;
  toIsNow: boolean;
  timezone: string;
}

const datePattern = /^\d{4}-\d{2}-\d{2}$/;

const wallClock: Statement = {
  mysql: 'SELECT FROM_UNIXTIME(?) AS moment',
  sqlite: "SELECT datetime(CAST(? AS INTEGER), 'unixepoch') AS moment",
};

const now = 'SELECT CURRENT_TIMESTAMP AS moment';

const zoneName: Statement = {
  mysql: `SELECT IF(@@session.time_zone = 'SYSTEM', @@system_time_zone, @@session.time_zone) AS zone`,
  sqlite: `SELECT 'UTC' AS zone`,
};

/** Reads the two dates of the command line. A usage Problem when one is wrong or `from` is not before `to`. */
export function checkPeriod(from: string | undefined, to: string | undefined): Days {
  const first = from === undefined ? undefined : readDate(from, '--from-date');
  const end = to === undefined ? undefined : readDate(to, '--to-date');
  if (first !== undefined && end !== undefined && Temporal.PlainDate.compare(first, end) >= 0) {
    throw new Problem('usage', `--from-date ${from} is not before --to-date ${to}: no day would be left.`, {
      hint: `--to-date is exclusive. For the day ${from} alone: --from-date ${from} --to-date ${first.add({ days: 1 })}`,
    });
  }
  return { from: first, to: end };
}

function readDate(text: string, flag: string): Temporal.PlainDate {
  const isDate = datePattern.test(text);
  try {
    if (isDate) return Temporal.PlainDate.from(text, { overflow: 'reject' });
  } catch {
    // Not in the calendar; told below, with the form that was expected.
  }
  const reason = isDate ? 'there is no such day' : 'a date is written YYYY-MM-DD';
  throw new Problem('usage', `${flag} ${JSON.stringify(text)}: ${reason}.`, {
    hint: `For example: ${flag} 2024-02-29`,
  });
}

/** Resolves the days of a report to the database's clock. `timezone` (IANA) undefined: the database's own zone. */
export async function resolvePeriod(
  session: Session,
  { from, to }: Days,
  timezone: string | undefined,
): Promise<Period> {
  const [zone] = await session.query<{ zone: string }>(zoneName);
  const moment = (day: Temporal.PlainDate): Promise<string> => startOfDay(session, day, timezone);
  const toIsNow = from !== undefined && to === undefined;
  return {
    from: from === undefined ? null : await moment(from),
    to: to === undefined ? (toIsNow ? await currentMoment(session) : null) : await moment(to),
    toIsNow,
    timezone: timezone ?? zone?.zone ?? 'unknown',
  };
}

/** A day's first moment in `timezone` as the database's clock shows it; the database knows its own zone and its DST. */
async function startOfDay(session: Session, day: Temporal.PlainDate, timezone: string | undefined): Promise<string> {
  if (timezone === undefined) return `${day.toString()} 00:00:00`;
  const epochSeconds = Math.floor(day.toZonedDateTime(timezone).epochMilliseconds / 1000);
  const [row] = await session.query<{ moment: string }>(wallClock, [epochSeconds]);
  return secondsOf(row?.moment);
}

async function currentMoment(session: Session): Promise<string> {
  const [row] = await session.query<{ moment: string }>(now);
  return secondsOf(row?.moment);
}

/** The server adds a fraction to moments it computes from a parameter. */
function secondsOf(moment: string | undefined): string {
  if (moment === undefined) throw new Error('The database did not tell the time.');
  return moment.slice(0, 19);
}
