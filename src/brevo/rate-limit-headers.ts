const longestSeconds = 3600;

/**
 * Whole seconds, from 1 to 3600, until the account may call again. Brevo tells them in x-sib-ratelimit-reset, a time left
 * and not a point in time (Brevo: limit headers); whatever stands before it uses Retry-After, seconds or a date.
 */
export function retryAfterSeconds(headers: Headers): number {
  const candidates = [secondsOf(headers.get('x-sib-ratelimit-reset')), secondsOf(headers.get('retry-after'))];
  const seconds = candidates.find((value) => value !== null) ?? 1;
  return Math.min(Math.max(Math.ceil(seconds), 1), longestSeconds);
}

function secondsOf(text: string | null): number | null {
  if (text === null || text.trim() === '') return null;
  const seconds = Number(text);
  if (!Number.isNaN(seconds)) return seconds;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : (at - Date.now()) / 1000;
}
