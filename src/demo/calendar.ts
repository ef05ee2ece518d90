/** The first day of the sample, in days before today. */
export const oldestDay = 90;
/**
 * The day on which the 30 days that `sync` looks back begin. Nothing of the sample falls on it, nor on today, nor on
 * the hours around midnight: so the time of day at which the demo is run changes none of its numbers.
 */
export const edgeDay = 30;
/** The predecessor ran until this many days ago. */
export const switchOffDay = 25;

const openingSecond = 6 * 3600;
const closingSecond = 20 * 3600;

/** A point in time, counted from today's midnight backwards and from that day's midnight forwards. */
export interface Moment {
  daysAgo: number;
  secondOfDay: number;
}

/** A time of day at which the site's visitors are awake; a few hours are left for what follows on the same day. */
export function timeOfDay(random: { whole(least: number, most: number): number }): number {
  return random.whole(openingSecond, closingSecond);
}

/** A day from `most` to `least` days ago, never the edge of the period that `sync` looks at. */
export function dayBetween(
  random: { whole(least: number, most: number): number },
  least: number,
  most: number,
): number {
  const day = random.whole(least, most);
  if (day !== edgeDay) return day;
  return day < most ? day + 1 : day - 1;
}

/** The moment as databases write it, 'YYYY-MM-DD HH:MM:SS'; `today` is 'YYYY-MM-DD' or longer. */
export function wallClock(today: string, { daysAgo, secondOfDay }: Moment): string {
  const pad = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const time = [secondOfDay / 3600, (secondOfDay / 60) % 60, secondOfDay % 60].map(pad).join(':');
  return `${dateOf(today, daysAgo)} ${time}`;
}

/** The date that many days before `today`, as 'YYYY-MM-DD'. */
export function dateOf(today: string, daysAgo: number): string {
  return Temporal.PlainDate.from(today.slice(0, 10)).subtract({ days: daysAgo }).toString();
}
