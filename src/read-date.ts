import { Problem } from './errors.ts';

const datePattern = /^\d{4}-\d{2}-\d{2}$/;

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
