import { foreign } from '../secrets.ts';

/** Why a contact was not delivered: `status` and `requestId` are null when no answer came, `code` when none was given. */
export interface Failure {
  status: number | null;
  code: string | null;
  message: string;
  requestId: string | null;
}

const LONGEST = 500;
const LONGEST_LABEL = 60;

/**
 * A failure in one line of at most 500 UTF-16 units, for `last_error` and the log:
 * `400 invalid_parameter: Invalid email address (request 1f3…)`. A long message is cut, its request id is kept.
 */
export function describeFailure(failure: Failure): string {
  const label = [failure.status, failure.code && shorten(oneLine(failure.code), LONGEST_LABEL)]
    .filter(Boolean)
    .join(' ');
  const start = label === '' ? '' : `${label}: `;
  const end = failure.requestId === null ? '' : ` (request ${shorten(oneLine(failure.requestId), LONGEST_LABEL)})`;
  return start + shorten(oneLine(failure.message), LONGEST - start.length - end.length) + end;
}

/** Text without API keys, control and direction-changing characters, every run of white space as one space. */
export function oneLine(text: string): string {
  return foreign(withoutKeys(text))
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .toWellFormed()
    .trim();
}

/** Text with everything that looks like a Brevo key, and the `secret` itself if one is given, replaced by "[key]". */
export function withoutKeys(text: string, secret = ''): string {
  const known = secret === '' ? text : text.replaceAll(secret, '[key]');
  return known.replace(/\bx(?:key|smtp)sib-[\w-]+/gi, '[key]');
}

/** Text of at most `longest` UTF-16 units, cut with "…" and never within a character. */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
