import * as v from 'valibot';
import { readMoment } from '../read-date.ts';
import { type DatabaseLocation, UrlFault } from './database-url.ts';

/**
 * The rules settings are built from. Their messages follow the setting's name ("must be …"). One that ends in a full
 * stop is the whole sentence; to any other the reader adds what was given instead, where that can be no secret.
 */

export function wholeNumber(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
}

export function numberUpTo(most: number) {
  const message = `must be a number above 0 and at most ${most}`;
  return v.pipe(v.number(message), v.gtValue(0, message), v.maxValue(most, message));
}

export function trueOrFalse() {
  return v.boolean('must be true or false');
}

/** A text that matches `pattern`; `what` completes "must be …". */
export function text(what: string, pattern: RegExp) {
  return v.pipe(v.string(`must be ${what}`), v.regex(pattern, `must be ${what}`));
}

export function oneOf<const Choices extends readonly string[]>(choices: Choices) {
  return v.picklist(choices, `must be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`);
}

/** Part of a table's or schema's name, put into SQL between quotes: so nothing that could end the quotes. */
export function tableNamePart(least: 0 | 1) {
  return text('made of letters, digits, _, $ and - only, 64 at most', new RegExp(`^[A-Za-z0-9_$-]{${least},64}$`));
}

/** Whether the runtime knows an IANA time zone of that name; offsets are none. */
function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

/** A zone of the IANA time zone database, as the runtime's Intl knows them, or an offset. */
export function zoneNameOrOffset() {
  const message =
    'must be the name of a time zone such as Europe/Kyiv, or an offset from -13:59 to +14:00 such as +02:00';
  return v.pipe(v.string(message), v.check(isZoneOrOffset, message));
}

/** Whether the text names a zone, or is an offset from -13:59 to +14:00, as MariaDB and MySQL know them. */
export function isZoneOrOffset(text: string): boolean {
  return /^([+-](0\d|1[0-3]):[0-5]\d|\+14:00)$/.test(text) || isZone(text);
}

/** An address requests are sent below; comes out without slashes at its end. */
export function webAddress() {
  const message = 'must be an address such as https://host/path, without user, password, ? and #';
  const isAddress = (value: string) => /^https?:\/\/[^\s?#@]+$/.test(value) && URL.canParse(value);
  return v.pipe(
    v.string(message),
    v.check(isAddress, message),
    v.transform((value) => value.replace(/\/+$/, '')),
  );
}

/**
 * A day, which stands for its beginning, or a day with a time, by the database's clock. Comes out as the database writes
 * dates: 'YYYY-MM-DD HH:MM:SS'.
 */
export function wallClockMoment() {
  const message =
    'must be a day such as 2026-12-01 or a day and a time such as "2026-12-01 08:30", by the database\'s clock and without a zone';
  return v.pipe(
    v.string(message),
    v.check((value) => readMoment(value) !== null, message),
    v.transform((value) => readMoment(value) ?? value),
  );
}

/** The path of a file. */
export function path() {
  return text('the path of a file', /^[^\0\n]*\S[^\0\n]*$/);
}

/** A database URL that has been read already: where it leads, or why it is none. */
export function databaseLocation() {
  const isRead = (value: unknown) =>
    value instanceof UrlFault || (typeof value === 'object' && value !== null && 'engine' in value);
  return v.pipe(
    v.custom<DatabaseLocation | UrlFault>(isRead, 'must be text such as mysql://user:password@host:3306/name.'),
    v.rawTransform<DatabaseLocation | UrlFault, DatabaseLocation>(({ dataset: { value }, addIssue, NEVER }) => {
      if (!(value instanceof UrlFault)) return value;
      addIssue({ message: value.message });
      return NEVER;
    }),
  );
}
