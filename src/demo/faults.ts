import type { StandInReply } from './brevo-account.ts';

/** The numbers of the calls that are one too many. Each makes the run wait for a second. */
const tooMany: ReadonlySet<number> = new Set([200, 500]);

/**
 * What goes wrong at the stand-in for Brevo, as it does at the real one now and then: 429 twice, and 500 for a few
 * contacts. Those are chosen by address, because the order in which calls under way together arrive is not always the same.
 */
export function demoFault({ index, email }: { index: number; email: string }): StandInReply | undefined {
  if (tooMany.has(index)) {
    const body = { code: 'too_many_requests', message: 'Rate limit exceeded' };
    return { status: 429, headers: { 'x-sib-ratelimit-remaining': '0', 'x-sib-ratelimit-reset': '1' }, body };
  }
  const sum = [...email].reduce((total, character) => total + (character.codePointAt(0) ?? 0), 0);
  // Five of the sample's contacts, far apart: five failures in a row would be an outage, which ends a run.
  return sum % 151 === 78 ? { status: 500, body: { code: 'internal_error', message: 'Please try again' } } : undefined;
}
