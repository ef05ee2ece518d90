import { setTimeout as sleep } from 'node:timers/promises';

/** Hands out the moments at which calls may start. */
export interface Pacer {
  /** Resolves when the caller may start its call; rejects with the signal's reason, at once, when `signal` fires. */
  next(signal?: AbortSignal): Promise<void>;
}

/** Clock and waiting, both in milliseconds; `wait` rejects when `signal` fires, and the clock has to move while it lasts. */
export interface PacerOptions {
  requestsPerSecond: number;
  now?: () => number;
  wait?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** Keeps rounding in the clock from fitting one call too many into a second. */
const MARGIN_MILLISECONDS = 0.001;

/**
 * A pacer for Brevo's limit of requests per second: starts are evenly spaced, in the order they were asked for. The gap
 * counts from the actual start before, so that late timers and idle time never add up to a burst: no window of one
 * second holds more than `requestsPerSecond` starts (rounded up). An aborted caller uses up no slot.
 * @throws RangeError unless requestsPerSecond is a finite number above 0
 */
export function createPacer({ requestsPerSecond, now = monotonic, wait = pause }: PacerOptions): Pacer {
  if (!(Number.isFinite(requestsPerSecond) && requestsPerSecond > 0)) {
    throw new RangeError(`requestsPerSecond must be above 0, not ${requestsPerSecond}`);
  }
  const gap = 1000 / requestsPerSecond + MARGIN_MILLISECONDS;
  let earliest = Number.NEGATIVE_INFINITY;
  let last: Promise<unknown> = Promise.resolve();

  async function takeSlot(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    // Timers may fire a little early.
    while (now() < earliest) await wait(Math.ceil(earliest - now()), signal);
    signal?.throwIfAborted();
    earliest = now() + gap;
  }

  return {
    async next(signal) {
      signal?.throwIfAborted();
      const turn = last.then(() => takeSlot(signal));
      last = turn.catch(() => undefined);
      await orAborted(turn, signal);
    },
  };
}

/** A caller that is far back in the queue learns of its signal at once, not when its turn comes. */
function orAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function monotonic(): number {
  return performance.now();
}

async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, signal && { signal });
}
