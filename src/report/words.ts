import { isZoneOrOffset } from '../config/rules.ts';
import { Problem } from '../errors.ts';

/**
 * Reads --timezone: a name of the IANA time zone database, or an offset such as +02:00 (+2, +0200), which is returned in
 * its long form. A usage Problem for anything else.
 */
export function readTimezone(text: string): string {
  const given = text.trim();
  const [, sign, hours = '', minutes = '00'] = /^([+\u2212-])(\d{1,2})(?::?([0-5]\d))?$/.exec(given) ?? [];
  const zone = sign === undefined ? given : `${sign === '+' ? '+' : '-'}${hours.padStart(2, '0')}:${minutes}`;
  if (isZoneOrOffset(zone)) return zone;
  throw new Problem('usage', `--timezone ${JSON.stringify(text)}: there is no such time zone.`, {
    hint: 'For example: --timezone Europe/Kyiv, or --timezone +02:00',
  });
}

/** Reads --window: whole days from 1 to 3650, as `30` or `30d`. A usage Problem for anything else. */
export function readWindow(text: string): number {
  const days = Number(/^(\d{1,4})d?$/.exec(text)?.[1]);
  if (days >= 1 && days <= 3650) return days;
  throw new Problem('usage', `--window ${JSON.stringify(text)}: a window is a whole number of days from 1 to 3650.`, {
    hint: 'For example: --window 30',
  });
}

/** Reads --funnel: language, non_language, or the name of another type the table may hold. */
export function readFunnel(text: string): string {
  if (/^[a-z0-9_-]{1,32}$/i.test(text)) return text;
  throw new Problem(
    'usage',
    `--funnel ${JSON.stringify(text)}: a funnel has a name such as language or non_language.`,
    {
      hint: 'For example: --funnel language',
    },
  );
}
