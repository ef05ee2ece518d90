import { Problem } from './errors.ts';

const datePattern = /^\d{4}-\d{2}-\d{2}$/;

const momentPattern = /^([1-9]\d{3}-\d{2}-\d{2})(?:[ T]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?)?$/;

/**
 * A day, or a day and a time with or without seconds, as the database writes it: 'YYYY-MM-DD HH:MM:SS', where a day alone
 * is its beginning. Null for any other text, for a day that does not exist, and for a time with a zone.
 */
export function readMoment(text: string): string | null {
  const [, day = '', hour = '00', minute = '00', second = '00'] = momentPattern.exec(text.trim()) ?? [];
  try {
    return `${Temporal.PlainDate.from(day, { overflow: 'reject' }).toString()} ${hour}:${minute}:${second}`;
  } catch {
    return null;
  }
}

/** Reads a day given as YYYY-MM-DD. A usage Problem that names `flag` when it is written otherwise or does not exist. */
export function readDate(text: string, flag: string): Temporal.PlainDate {
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
