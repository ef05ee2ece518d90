import type { ServerResponse } from 'node:http';
import type { ReceivedCall } from '../../src/demo/brevo-calls.ts';

/** Counts calls in flight, and remembers the most there were at once. */
export class Flight {
  peak = 0;
  #now = 0;

  /** The call is over when its answer has been handed to the network, or its connection is gone. */
  board(response: ServerResponse): void {
    this.#now += 1;
    this.peak = Math.max(this.peak, this.#now);
    let over = false;
    const land = (): void => {
      if (!over) this.#now -= 1;
      over = true;
    };
    response.once('finish', land).once('close', land);
  }
}

/** The most of these moments, in milliseconds, that lie within any so many seconds. */
export function mostWithin(seconds: number, moments: readonly number[]): number {
  const sorted = moments.toSorted((a, b) => a - b);
  let first = 0;
  return sorted.reduce((most, moment, index) => {
    while ((sorted[first] ?? 0) <= moment - seconds * 1000) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}

/** The most of these moments, in milliseconds, that lie within any one second. */
export function mostInOneSecond(moments: readonly number[]): number {
  return mostWithin(1, moments);
}

/**
 * What this program must never send, whatever Brevo would do with it. Whether somebody gets mail is that person's own
 * decision, and to change the address of a blocklisted contact subscribes it again.
 */
const neverSent = ['emailBlacklisted', 'smsBlacklisted', 'smtpBlacklistSender', 'forceMerge'];

/** Everything in a call that this program must never do, by Brevo's rules or by its own. */
export function offencesOf({ method, path, body, faults }: ReceivedCall, apiKey: string | undefined): string[] {
  const text = JSON.stringify(body) ?? '';
  const attributes = (body as { attributes?: object } | undefined)?.attributes ?? {};
  const offences = [
    ...faults,
    ...neverSent.filter((name) => text.includes(`"${name}"`)).map((name) => `${name} was sent`),
    ...(Object.keys(attributes).some((name) => name.toUpperCase() === 'EMAIL')
      ? ['EMAIL was sent as an attribute']
      : []),
    ...(apiKey === undefined ? ['no api-key was sent'] : []),
  ];
  return offences.map((offence) => `${method} ${path}: ${offence}`);
}
