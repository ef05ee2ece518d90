import { setTimeout as sleep } from 'node:timers/promises';
import { type Stop, stopForRateLimit } from './stop.ts';

/** Rate limits that end sooner than this are waited for; longer ones end the run. */
export const longestPauseSeconds = 10;
/** Pauses in a row after which Brevo still refuses: somebody else uses the whole limit of the account. */
const mostPauses = 10;

/** What Brevo's rate limit asks of all workers of a run: a pause, or its end. */
export class RateLimit {
  #until = 0;
  #pauses = 0;

  /** Takes in an answer 429 with the seconds that it asks for. The end of the run, or null when waiting will do. */
  limited(seconds: number): Stop | null {
    if (seconds > longestPauseSeconds) return stopForRateLimit(`is used up for another ${seconds} s`, seconds);
    const now = performance.now();
    if (now >= this.#until) this.#pauses += 1;
    if (this.#pauses > mostPauses) return stopForRateLimit(`is still used up after ${mostPauses} pauses`, 60);
    this.#until = Math.max(this.#until, now + seconds * 1000);
    return null;
  }

  /** Takes in any other answer: the account may call again. */
  lifted(): void {
    this.#pauses = 0;
  }

  /** Whether nobody may call now. */
  get isPaused(): boolean {
    return this.#left() > 0;
  }

  /** Resolves when no pause is left; rejects when the signal fires. */
  async wait(signal: AbortSignal): Promise<void> {
    for (let left = this.#left(); left > 0; left = this.#left()) await sleep(left, undefined, { signal });
  }

  #left(): number {
    return this.#until - performance.now();
  }
}
