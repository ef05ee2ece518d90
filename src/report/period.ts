import type { Session, Statement } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { readDate } from '../read-date.ts';

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
  /** the days as they were asked for, in `timezone`; `toDay` is the first that no longer counts */
  fromDay: string | null;
  toDay: string | null;
  timezone: string;
}

const wallClock: Statement = {
  mysql: 'SELECT FROM_UNIXTIME(?) AS moment',
  sqlite: "SELECT datetime(CAST(? AS INTEGER), 'unixepoch') AS moment",
};

/** As far as a moment counts: the server adds a fraction to moments it computes from a parameter. */
const seconds = 'YYYY-MM-DD HH:MM:SS'.length;

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
    fromDay: from?.toString() ?? null,
    toDay: to?.toString() ?? null,
    timezone: timezone ?? zone?.zone ?? 'unknown',
  };
}

/**
 * A day's first moment in `timezone` as the database's clock shows it; the database knows its own zone and its DST.
 * Days that its clock cannot hold (before 1970, on some servers after 2038) begin at their own midnight: nobody enters
 * a funnel in those hours, and such bounds mean "from the beginning" or "for ever".
 */
async function startOfDay(session: Session, day: Temporal.PlainDate, timezone: string | undefined): Promise<string> {
  if (timezone === undefined) return midnight(day);
  const epochSeconds = Math.floor(day.toZonedDateTime(timezone).epochMilliseconds / 1000);
  const [row] = await session.query<{ moment: string | null }>(wallClock, [epochSeconds]);
  return row?.moment?.slice(0, seconds) ?? midnight(day);
}

async function currentMoment(session: Session): Promise<string> {
  const [row] = await session.query<{ moment: string }>(now);
  if (row === undefined) throw new Error('The database did not tell the time.');
  return row.moment.slice(0, seconds);
}

function midnight(day: Temporal.PlainDate): string {
  return `${day.toString()} 00:00:00`;
}
