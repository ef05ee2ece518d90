import { problem, type StandInReply } from './brevo-account.ts';

/** What Brevo allows every account. */
const usual = 10;

/** The limit of an account in calls per second, counted over the last second; enforced when one was given. */
export class CallLimit {
  readonly #allowed: number;
  readonly #isEnforced: boolean;
  /** when calls were let through, in milliseconds; none older than a second */
  #lately: number[] = [];

  constructor(callsPerSecond: number | undefined) {
    this.#allowed = callsPerSecond ?? usual;
    this.#isEnforced = callsPerSecond !== undefined;
  }

  /** Counts a call that arrived at `moment`: the refusal it gets, or undefined, and the headers of any reply to it. */
  take(moment: number): { refusal: StandInReply | undefined; headers: Record<string, string> } {
    this.#lately = this.#lately.filter((earlier) => earlier > moment - 1000);
    const isTooMany = this.#isEnforced && this.#lately.length >= this.#allowed;
    if (!isTooMany) this.#lately.push(moment);
    const headers = {
      'x-sib-ratelimit-limit': String(this.#allowed),
      'x-sib-ratelimit-remaining': String(Math.max(0, this.#allowed - this.#lately.length)),
      'x-sib-ratelimit-reset': '1',
    };
    return { refusal: isTooMany ? problem(429, 'too_many_requests', 'Too many requests') : undefined, headers };
  }
}
