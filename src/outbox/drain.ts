import type { Outcome } from '../brevo/outcome.ts';
import type { Database } from '../database/database.ts';
import { type ClaimedContact, countPending } from './claim.ts';
import { Deliverer } from './deliver.ts';
import { type DrainResult, emptyDrain } from './drain-result.ts';
import type { Delivery } from './job.ts';
import { Recorder } from './record.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { type Stop, stopForSlowClaims } from './stop.ts';
import { Supply } from './supply.ts';

export interface DrainOptions {
  /** one call to Brevo; a rejection counts as a bug and ends the run */
  deliver: (contact: Delivery) => Promise<Outcome>;
  /** resolves when the next call may start; rejects when the signal fires */
  pace: (signal: AbortSignal) => Promise<void>;
  /** lets nobody on the account start a call for so many seconds */
  pauseAll?: (seconds: number) => Promise<void>;
  /** asked once, before the first call: why nothing should be sent, or null */
  preflight?: (signal: AbortSignal) => Promise<Stop | null>;
  retry: RetryPolicy;
  /** the lists of the funnels as they are configured now */
  configuredLists: readonly number[];
  /** attribute names of payloads, and what the Brevo account calls them */
  attributeNames: Readonly<Record<string, string>>;
  /** calls in flight at a time */
  concurrency: number;
  requestsPerSecond: number;
  leaseSeconds: number;
  /** the longest a call can take, in seconds; a contact whose lease is nearer to its end is not started */
  timeoutSeconds: number;
  /** stop after this many jobs, those that were given back not counted */
  limit: number;
  /** when aborted, calls in flight finish and everything else is released */
  signal: AbortSignal;
  onProgress?: (done: number, total: number) => void;
  onInformation?: (text: string) => void;
}

/**
 * Delivers due jobs until none is left, the limit is reached, something stops the run, or the signal fires. Contacts are
 * claimed with all of their due jobs, and the claim committed before any call; every finish names its lease; a crash
 * loses nothing.
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
  readonly #supply: Supply;
  readonly #deliverer: Deliverer;
  /** fires when a signal, an answer or a failure ends the run */
  readonly #end = new AbortController();
  #total = 0;

  constructor(database: Database, options: DrainOptions) {
    this.#database = database;
    this.#options = options;
    this.#recorder = new Recorder(database, this.#result, {
      retry: options.retry,
      mostUnrecorded: options.concurrency,
      onInformation: (text) => options.onInformation?.(text),
      onRecorded: () => this.#tellProgress(),
    });
    this.#supply = new Supply(database, {
      ...options,
      left: () => options.limit - (this.#result.claimed - this.#result.released),
      onClaim: (contacts) => this.#claimed(contacts),
    });
    this.#deliverer = new Deliverer({
      options,
      recorder: this.#recorder,
      end: this.#end.signal,
      stop: (stopped) => this.#stop(stopped),
      isLast: () => this.#supply.isEmpty,
    });
  }

  async drain(): Promise<DrainResult> {
    const { signal, limit } = this.#options;
    const interrupt = (): void => this.#end.abort();
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      const { due } = await countPending(this.#database);
      this.#total = Math.min(due, limit);
      await this.#deliverAll();
      this.#result.left = await countPending(this.#database);
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
    this.#result.interrupted = signal.aborted;
    return this.#result;
  }

  async #deliverAll(): Promise<void> {
    // What nobody has begun is given back while calls in flight still wait for their answers.
    let givenBack: Promise<void> | undefined;
    const giveBack = (): void => {
      givenBack ??= this.#supply.close().then((contacts) => {
        for (const contact of contacts) this.#recorder.finish(contact, []);
      });
    };
    if (this.#end.signal.aborted) return;
    this.#end.signal.addEventListener('abort', giveBack, { once: true });
    const failures: unknown[] = [];
    const start = (): Promise<void> =>
      this.#work().catch((error: unknown) => {
        failures.push(error);
        // What cannot be recorded must not be sent: the others start no more calls.
        this.#end.abort();
      });
    for (let before = -1; before < this.#result.claimed && !this.#end.signal.aborted; ) {
      before = this.#result.claimed;
      this.#supply.reopen();
      await Promise.all(Array.from({ length: this.#options.concurrency }, start));
      if (this.#end.signal.aborted) this.#deliverer.giveBack();
      else this.#deliverer.settle();
      await givenBack;
      await this.#recorder.done().catch((error: unknown) => failures.push(error));
      if (failures.length > 0) throw failures[0];
    }
  }

  async #work(): Promise<void> {
    while (!this.#end.signal.aborted) {
      const isProbe = this.#deliverer.wantsProbe;
      const contact = await this.#supply.next(isProbe);
      if (contact === undefined) return;
      await this.#deliverer.deliver(contact, isProbe);
    }
  }

  #tellProgress(): void {
    const { sent, failed, retried } = this.#result;
    this.#options.onProgress?.(sent + failed + retried, this.#total);
  }

  #claimed(contacts: readonly ClaimedContact[]): void {
    const [first] = contacts;
    if (first === undefined) return;
    this.#result.claimed += contacts.reduce((sum, { jobs }) => sum + jobs.length, 0);
    const startsEnd = first.expiresAt - this.#options.timeoutSeconds * 1000;
    if (startsEnd <= performance.now()) this.#stop(stopForSlowClaims());
  }

  #stop(stopped: Stop): void {
    this.#result.stopped ??= stopped;
    this.#end.abort();
  }
}
