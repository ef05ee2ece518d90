import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import { type ClaimedContact, clockOffset } from './claim.ts';
import type { DrainOptions } from './drain.ts';
import { giveBackLeases, leaseSecondsLeft, leasesOf, takeLeases } from './leases.ts';
import { longestPauseSeconds, RateLimit } from './rate-limit.ts';
import { type Stop, stopForRateLimit } from './stop.ts';

/** Wall clock and monotonic clock drift apart by less than this by themselves. */
const clockToleranceMs = 2_000;
/** How long another contact's address is waited for, and how often it is looked at, in milliseconds. */
const addressWaitMs = 1_000;
const addressPollMs = 100;

export interface CallGateRun {
  options: DrainOptions;
  end: AbortSignal;
  stop: (stopped: Stop) => void;
  /** told when the account gave no proper answer before the first call */
  onUnwell: () => void;
  /** told that a claim is not ours any more */
  onLostLease: (token: string) => void;
}

/** Decides whether and when a call may start: the account, the rate, the lease, and the end of the run have a say. */
export class CallGate {
  readonly #database: Database;
  readonly #run: CallGateRun;
  readonly #rateLimit = new RateLimit();
  readonly #lost = new Set<string>();
  #opened: Promise<boolean> | undefined;
  #startsEnd: { at: number; signal: AbortSignal } | undefined;

  constructor(database: Database, run: CallGateRun) {
    this.#database = database;
    this.#run = run;
  }

  /** From now on no call starts under this claim. */
  lost(token: string): void {
    this.#lost.add(token);
  }

  rateLimitLifted(): void {
    this.#rateLimit.lifted();
  }

  async slowDown(seconds: number): Promise<void> {
    const { options, stop } = this.#run;
    const end = this.#rateLimit.limited(seconds);
    await options.pauseAll(seconds);
    if (end !== null) return stop(end);
    options.onInformation?.(`Brevo asks to wait ${seconds} s (rate limit).`);
  }

  /** Waits for the pace and a pause, if there is one; false when the run has ended or the lease has too little left. */
  async mayStart(contact: ClaimedContact): Promise<boolean> {
    const { pace, timeoutSeconds } = this.#run.options;
    const ending = this.#endingAt(contact.expiresAt - timeoutSeconds * 1000);
    try {
      this.#opened ??= this.#open();
      if (!(await this.#opened)) return false;
      do {
        await this.#rateLimit.wait(ending);
        await pace(ending);
        // A pause may have begun while this call waited for its turn.
      } while (this.#rateLimit.isPaused);
    } catch (error) {
      if (!ending.aborted) throw error;
    }
    if (ending.aborted || this.#lost.has(contact.token)) return false;
    if (Math.abs(clockOffset() - contact.clockOffset) > clockToleranceMs && !(await this.#lookAgain(contact)))
      return false;
    // Timers fire late on a busy machine, so the clock has the last word.
    return performance.now() + timeoutSeconds * 1000 < contact.expiresAt;
  }

  /**
   * Does `work` while nobody else calls for `address`. A payload may name another address than its entry's, for which the
   * lease of the contact says nothing. Null when that is held by somebody else: the contact's turn comes again.
   */
  async whileHeld<Result>(
    { email }: ClaimedContact,
    address: string,
    work: () => Promise<Result | null>,
  ): Promise<Result | null> {
    if (address === email) return work();
    // Not the claim's own token: other contacts of the claim may name the same address.
    const token = randomUUID();
    if (!(await this.#acquire(address, token))) return null;
    try {
      return await work();
    } finally {
      await this.#database.transaction((session) => giveBackLeases(session, [address], token));
    }
  }

  async #acquire(address: string, token: string): Promise<boolean> {
    const { options, end } = this.#run;
    const { leaseSeconds } = options;
    const deadline = performance.now() + addressWaitMs;
    while (!end.aborted && performance.now() < deadline) {
      const isOurs = await this.#database.transaction(async (session) => {
        await takeLeases(session, [address], { token, leaseSeconds });
        return (await leasesOf(session, [address], token)).length > 0;
      });
      if (isOurs) return true;
      await sleep(addressPollMs, undefined, { signal: end }).catch(() => undefined);
    }
    return false;
  }

  /** Once a run, before its first call: whether anything may be sent at all. */
  async #open(): Promise<boolean> {
    const { options, end, stop, onUnwell } = this.#run;
    const seconds = await options.pausedForSeconds();
    if (seconds > longestPauseSeconds) {
      stop(stopForRateLimit(`is used up for another ${seconds} s, as an earlier run was told`, seconds));
      return false;
    }
    const account = await options.preflight(end);
    if (account.kind === 'stop') stop(account.stop);
    if (account.kind === 'unwell') onUnwell();
    return account.kind !== 'stop';
  }

  /** The machine was suspended, or a clock was set: only the database knows whether the lease is still ours. */
  async #lookAgain(contact: ClaimedContact): Promise<boolean> {
    const asked = performance.now();
    const offset = clockOffset();
    const seconds = await leaseSecondsLeft(this.#database, contact.email, contact.token);
    if (seconds === null) {
      this.#run.onLostLease(contact.token);
      return false;
    }
    contact.clockOffset = offset;
    contact.expiresAt = Math.min(contact.expiresAt, asked + seconds * 1000);
    return true;
  }

  /** Fires at the end of the run, or when a call could not end within the lease any more; one for all of a claim. */
  #endingAt(at: number): AbortSignal {
    if (this.#startsEnd?.at !== at) {
      const late = AbortSignal.timeout(Math.max(0, Math.floor(at - performance.now())));
      this.#startsEnd = { at, signal: AbortSignal.any([this.#run.end, late]) };
    }
    return this.#startsEnd.signal;
  }
}
