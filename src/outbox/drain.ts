import type { Outcome } from '../brevo/outcome.ts';
import type { Database } from '../database/database.ts';
import { type Claim, claimJobs, countPending } from './claim.ts';
import { type DrainResult, emptyDrain } from './drain-result.ts';
import type { Delivery, Job } from './job.ts';
import { readPayload } from './payload.ts';
import { RateLimit } from './rate-limit.ts';
import { Recorder } from './record.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { type Stop, stopForAnswer, stopForOutage, stopForSlowClaims } from './stop.ts';

export interface DrainOptions {
  /** one call to Brevo; a rejection counts as a bug and ends the run */
  deliver: (contact: Delivery) => Promise<Outcome>;
  /** resolves when the next call may start; rejects when the signal fires */
  pace: (signal: AbortSignal) => Promise<void>;
  /** lets nobody on the account start a call for so many seconds */
  pauseAll?: (seconds: number) => Promise<void>;
  retry: RetryPolicy;
  /** the lists of the funnels as they are configured now */
  configuredLists: readonly number[];
  /** attribute names of payloads, and what the Brevo account calls them */
  attributeNames: Readonly<Record<string, string>>;
  /** calls in flight at a time */
  concurrency: number;
  requestsPerSecond: number;
  leaseSeconds: number;
  /** the longest a call can take, in seconds; a job whose lease is nearer to its end is not started */
  timeoutSeconds: number;
  /** stop after this many jobs, those that were given back not counted */
  limit: number;
  /** when aborted, calls in flight finish and everything else is released */
  signal: AbortSignal;
  onProgress?: (done: number, total: number) => void;
  onInformation?: (text: string) => void;
}

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
  readonly #result: DrainResult = emptyDrain();
  readonly #recorder: Recorder;
  /** fires when a signal or an answer ends the run */
  readonly #end = new AbortController();
  readonly #rateLimit = new RateLimit();

  constructor(database: Database, options: DrainOptions) {
    this.#database = database;
    this.#options = options;
    this.#recorder = new Recorder(database, options.retry, this.#result, {
      information: (text) => options.onInformation?.(text),
      outage: (reason) => this.#stop(stopForOutage(reason)),
    });
  }

  async drain(): Promise<DrainResult> {
    const { signal, limit } = this.#options;
    const interrupt = (): void => this.#end.abort();
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      const { due } = await countPending(this.#database);
      const total = Math.min(due, limit);
      for (let left = limit; left > 0 && !this.#end.signal.aborted; left = limit - this.#handled()) {
        const claim = await claimJobs(this.#database, Math.min(left, this.#batchSize()), this.#options.leaseSeconds);
        if (claim.jobs.length === 0) break;
        this.#result.claimed += claim.jobs.length;
        await this.#deliverAll(claim, total);
      }
      await this.#recorder.settle(false);
      this.#result.left = await countPending(this.#database);
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
    this.#result.interrupted = signal.aborted;
    return this.#result;
  }

  #handled(): number {
    return this.#result.claimed - this.#result.released;
  }

  /** As many jobs as the allowed rate gets through in half of the time in which calls may start. */
  #batchSize(): number {
    const { requestsPerSecond, leaseSeconds, timeoutSeconds } = this.#options;
    return Math.min(100, Math.max(1, Math.floor((requestsPerSecond * (leaseSeconds - timeoutSeconds)) / 2)));
  }

  async #deliverAll(claim: Claim, total: number): Promise<void> {
    const startsEnd = claim.expiresAt - this.#options.timeoutSeconds * 1000 - performance.now();
    if (startsEnd <= 0) this.#stop(stopForSlowClaims());
    // Whoever waits for the pace or a pause gives up when a call could not end within the lease any more.
    const ending = AbortSignal.any([this.#end.signal, AbortSignal.timeout(Math.max(0, Math.floor(startsEnd)))]);
    const waiting = [...claim.jobs];
    const work = async (): Promise<void> => {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        await this.#handle(job, claim, ending);
        this.#options.onProgress?.(this.#result.sent + this.#result.failed + this.#result.retried, total);
      }
    };
    const failures: unknown[] = [];
    const start = (): Promise<void> =>
      work().catch((error: unknown) => {
        failures.push(error);
        // What cannot be recorded must not be sent: the others start no more calls.
        this.#end.abort();
      });
    const workers = Array.from({ length: this.#options.concurrency }, start);
    // At the end of the run what nobody has begun is given back while calls in flight still wait for their answers.
    const giveBack = (): void => {
      workers.push(start());
    };
    this.#end.signal.addEventListener('abort', giveBack, { once: true });
    for (let waitedFor = 0; waitedFor < workers.length; ) {
      waitedFor = workers.length;
      await Promise.all(workers);
    }
    this.#end.signal.removeEventListener('abort', giveBack);
    if (failures.length > 0) throw failures[0];
  }

  async #handle(job: Job, claim: Claim, ending: AbortSignal): Promise<void> {
    const held = { id: job.id, token: claim.token, expiresAt: claim.expiresAt };
    const reading = readPayload(job, this.#options.attributeNames);
    if (!reading.ok) return this.#recorder.failed(job, held, 'fatal', reading.reason);
    if (!(await this.#mayStart(claim, ending))) return this.#recorder.released(held);
    await this.#recorder.settleBefore(performance.now() + this.#options.timeoutSeconds * 1000);
    const outcome = await this.#options.deliver(reading.delivery);
    if (outcome.kind === 'rate_limited') {
      await this.#slowDown(outcome.retryAfterSeconds);
      return this.#recorder.released(held);
    }
    this.#rateLimit.lifted();
    const { listIds } = reading.delivery;
    // A list that only this job asks for, from former settings, is the job's own fault and stops nobody else.
    if (outcome.kind === 'stop' && outcome.reason.status === 400 && !this.#areConfigured(listIds)) {
      return this.#recorder.answered(job, held, { kind: 'fatal', reason: outcome.reason });
    }
    if (outcome.kind === 'stop') {
      this.#stop(stopForAnswer(outcome, `job ${job.id}, lists ${listIds.join(' ') || 'none'}`));
      return this.#recorder.released(held);
    }
    await this.#recorder.answered(job, held, outcome);
  }

  /** Waits for the pace and a pause, if there is one; false when the run has ended or the lease has too little left. */
  async #mayStart({ expiresAt }: Claim, ending: AbortSignal): Promise<boolean> {
    try {
      await this.#rateLimit.wait(ending);
      await this.#options.pace(ending);
    } catch (error) {
      if (!ending.aborted) throw error;
    }
    // Timers fire late on a busy machine, so the clock has the last word.
    return !ending.aborted && performance.now() + this.#options.timeoutSeconds * 1000 < expiresAt;
  }

  #areConfigured(listIds: readonly number[]): boolean {
    return listIds.every((id) => this.#options.configuredLists.includes(id));
  }

  async #slowDown(seconds: number): Promise<void> {
    const end = this.#rateLimit.limited(seconds);
    if (end !== null) return this.#stop(end);
    this.#options.onInformation?.(`Brevo asks to wait ${seconds} s (rate limit).`);
    await this.#options.pauseAll?.(seconds);
  }

  #stop(stopped: Stop): void {
    this.#result.stopped ??= stopped;
    this.#end.abort();
  }
}
