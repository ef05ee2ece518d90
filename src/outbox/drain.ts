import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../brevo/outcome.ts';
import type { Database } from '../database/database.ts';
import { type Claim, claimJobs, countPending } from './claim.ts';
import { type DrainResult, emptyDrain } from './drain-result.ts';
import type { Delivery, Job } from './job.ts';
import { readPayload } from './payload.ts';
import { Recorder } from './record.ts';
import type { RetryPolicy } from './retry-policy.ts';

export interface DrainOptions {
  /** one call to Brevo; a rejection counts as a bug and ends the run */
  deliver: (contact: Delivery) => Promise<Outcome>;
  /** resolves when the next call may start; rejects when the signal fires */
  pace: (signal: AbortSignal) => Promise<void>;
  retry: RetryPolicy;
  /** attribute names of payloads, and what the Brevo account calls them */
  attributeNames: Readonly<Record<string, string>>;
  /** calls in flight at a time */
  concurrency: number;
  requestsPerSecond: number;
  leaseSeconds: number;
  /** the longest a call can take, in seconds; a job whose lease is nearer to its end is not started */
  timeoutSeconds: number;
  /** stop after this many jobs */
  limit: number;
  /** when aborted, calls in flight finish and everything else is released */
  signal: AbortSignal;
  onProgress?: (done: number, total: number) => void;
  onInformation?: (text: string) => void;
}

/** Rate limits that end sooner than this are waited for; longer ones end the run. */
const longestPauseSeconds = 10;

/**
 * Delivers due jobs until none is left, the limit is reached, something stops the run, or the signal fires. Jobs are
 * claimed and the claim committed before any call; every finish names its lease; a crash loses nothing.
 */
export async function drainOutbox(database: Database, options: DrainOptions): Promise<DrainResult> {
  const run = new DrainRun(database, options);
  return run.drain();
}

class DrainRun {
  readonly #database: Database;
  readonly #options: DrainOptions;
  readonly #result: DrainResult = emptyDrain(false);
  readonly #recorder: Recorder;
  /** fires when a signal or an answer ends the run */
  readonly #end = new AbortController();
  #pauseUntil = 0;

  constructor(database: Database, options: DrainOptions) {
    this.#database = database;
    this.#options = options;
    this.#recorder = new Recorder(database, options.retry, this.#result, (text) => options.onInformation?.(text));
  }

  async drain(): Promise<DrainResult> {
    const { signal, limit } = this.#options;
    const interrupt = (): void => this.#end.abort();
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      const { due } = await countPending(this.#database);
      const total = Math.min(due, limit);
      let left = limit;
      while (left > 0 && !this.#end.signal.aborted) {
        const claim = await claimJobs(this.#database, Math.min(left, this.#batchSize()), this.#options.leaseSeconds);
        if (claim.jobs.length === 0) break;
        this.#result.claimed += claim.jobs.length;
        await this.#deliverAll(claim, total);
        left -= claim.jobs.length;
      }
      await this.#recorder.settle(false);
      this.#result.left = await countPending(this.#database);
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
    this.#result.interrupted = signal.aborted;
    return this.#result;
  }

  /** As many jobs as the allowed rate gets through in half a lease, so that a claim is rarely given back. */
  #batchSize(): number {
    const { requestsPerSecond, leaseSeconds, concurrency } = this.#options;
    return Math.max(concurrency, Math.min(100, Math.floor((requestsPerSecond * leaseSeconds) / 2)));
  }

  async #deliverAll(claim: Claim, total: number): Promise<void> {
    const waiting = [...claim.jobs];
    const worker = async (): Promise<void> => {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        await this.#handle(job, claim);
        this.#options.onProgress?.(this.#result.sent + this.#result.failed + this.#result.retried, total);
      }
    };
    const workers = await Promise.allSettled(Array.from({ length: this.#options.concurrency }, worker));
    const failure = workers.find((ended) => ended.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  async #handle(job: Job, { token, expiresAt }: Claim): Promise<void> {
    const held = { id: job.id, token };
    const reading = readPayload(job, this.#options.attributeNames);
    if (!reading.ok) return this.#recorder.failed(job, held, 'fatal', reading.reason);
    if (!(await this.#mayStart(expiresAt))) return this.#recorder.released(held);
    const outcome = await this.#options.deliver(reading.delivery);
    if (outcome.kind === 'rate_limited') {
      await this.#recorder.released(held);
      this.#slowDown(outcome);
    } else if (outcome.kind === 'stop') {
      await this.#recorder.stopped(held, outcome, (stopped) => this.#stop(stopped));
    } else if (await this.#recorder.answered(job, held, outcome)) {
      this.#stop({
        kind: 'unavailable',
        message: `Brevo does not answer properly: ${this.#result.reasons[0]?.reason ?? 'no answer'}.`,
        hint: 'The jobs are untouched; the next run tries again.',
      });
    }
  }

  /** Waits for the pace and a pause, if there is one; false when the run has ended or the lease has too little left. */
  async #mayStart(expiresAt: number): Promise<boolean> {
    const { signal } = this.#end;
    try {
      for (let pause = this.#pause(); pause > 0; pause = this.#pause()) await sleep(pause, undefined, { signal });
      await this.#options.pace(signal);
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
    return performance.now() + this.#options.timeoutSeconds * 1000 < expiresAt;
  }

  #pause(): number {
    return this.#pauseUntil - performance.now();
  }

  #slowDown({ retryAfterSeconds }: Extract<Outcome, { kind: 'rate_limited' }>): void {
    if (retryAfterSeconds <= longestPauseSeconds) {
      this.#pauseUntil = Math.max(this.#pauseUntil, performance.now() + retryAfterSeconds * 1000);
      this.#options.onInformation?.(`Brevo asks to wait ${retryAfterSeconds} s (rate limit).`);
      return;
    }
    const at = new Date(Date.now() + retryAfterSeconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
    this.#stop({
      kind: 'temporary',
      message: `Brevo's rate limit is used up for another ${Math.ceil(retryAfterSeconds / 60)} minutes.`,
      hint: `The jobs are untouched; run it again after ${at} UTC.`,
    });
  }

  #stop(stopped: NonNullable<DrainResult['stopped']>): void {
    this.#result.stopped ??= stopped;
    this.#end.abort();
  }
}
