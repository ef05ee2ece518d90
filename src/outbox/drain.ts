import type { Outcome } from '../brevo/outcome.ts';
import type { Database } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { CallGate } from './call-gate.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { type ClaimedContact, countPending } from './claim.ts';
import { Deliverer } from './deliver.ts';
import { type DrainResult, emptyDrain } from './drain-result.ts';
import type { Delivery } from './job.ts';
import type { AccountState } from './preflight.ts';
import { Recorder } from './record.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { type Stop, stopForProblem, stopForSlowClaims } from './stop.ts';
import { Supply } from './supply.ts';
import { SuspectMemory } from './suspect-memory.ts';

export interface DrainOptions {
  /** the account at Brevo, under the name by which what is known of it is kept */
  account: string;
  /** one call to Brevo; a rejection counts as a bug and ends the run */
  upsert: (contact: Omit<Delivery, 'unlinkListIds'>) => Promise<Outcome>;
  /** one call that takes an address out of a list */
  leaveList: (email: string, listId: number) => Promise<Outcome>;
  /** resolves when the next call may start; rejects when the signal fires */
  pace: (signal: AbortSignal) => Promise<void>;
  /** lets nobody on the account start a call for so many seconds */
  pauseAll: (seconds: number) => Promise<void>;
  /** for how long that is still so, whichever run asked for it */
  pausedForSeconds: () => Promise<number>;
  /** asked once, before the first call: whether anything should be sent */
  preflight: (signal: AbortSignal) => Promise<AccountState>;
  /** the same, asked anew: it tells the failure of everybody from those of single contacts */
  probe: (signal: AbortSignal) => Promise<AccountState>;
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
  /** fires when a signal, an answer or a failure ends the run */
  readonly #end = new AbortController();
  #total = 0;

  constructor(database: Database, options: DrainOptions) {
    this.#database = database;
    this.#options = options;
  }

  async drain(): Promise<DrainResult> {
    const { signal, limit } = this.#options;
    const interrupt = (): void => this.#end.abort();
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      const { due } = await countPending(this.#database);
      this.#total = Math.min(due, limit);
      if (due > 0) await this.#deliverAll();
      this.#result.left = await countPending(this.#database);
    } catch (error) {
      // What was done until then is told all the same; a bug of ours is nobody's to act on.
      if (!(error instanceof Problem)) throw error;
      this.#result.stopped = stopForProblem(error);
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
    this.#result.interrupted = signal.aborted;
    return this.#result;
  }

  async #deliverAll(): Promise<void> {
    if (this.#end.signal.aborted) return;
    const memory = await SuspectMemory.load(this.#database, this.#options.account);
    const parts = this.#assemble(memory);
    const { supply, recorder, deliverer } = parts;
    // What nobody has begun is given back while calls in flight still wait for their answers.
    let givenBack: Promise<void> | undefined;
    const giveBack = (): void => {
      givenBack ??= supply.close().then((contacts) => {
        for (const contact of contacts) recorder.finish(contact, []);
      });
    };
    this.#end.signal.addEventListener('abort', giveBack, { once: true });
    const failures: unknown[] = [];
    const note = (error: unknown): void => {
      failures.push(error);
      // What cannot be recorded must not be sent: the others start no more calls.
      this.#end.abort();
    };
    for (let before = -1; before < this.#result.claimed && !this.#end.signal.aborted; ) {
      before = this.#result.claimed;
      supply.reopen();
      await Promise.all(Array.from({ length: this.#options.concurrency }, () => this.#work(parts).catch(note)));
      if (!this.#end.signal.aborted) await deliverer.conclude().catch(note);
      deliverer.release();
      await givenBack;
      await recorder.done().catch(note);
    }
    if (failures.length === 0) this.#result.takenBack += await memory.save(this.#database);
    else await memory.save(this.#database).catch(() => undefined);
    if (failures.length > 0) throw failures[0];
  }

  #assemble(memory: SuspectMemory): Parts {
    const options = this.#options;
    const end = this.#end.signal;
    const stop = (stopped: Stop): void => this.#stop(stopped);
    const breaker = new CircuitBreaker(memory, () => options.probe(end));
    const loseLease = (token: string): void => {
      gate.lost(token);
      for (const contact of supply.drop(token)) recorder.finish(contact, []);
    };
    const gate = new CallGate(this.#database, {
      options,
      end,
      stop,
      onUnwell: () => breaker.probed({ kind: 'unwell' }),
      onLostLease: loseLease,
    });
    const recorder = new Recorder(this.#database, this.#result, {
      retry: options.retry,
      mostUnrecorded: options.concurrency,
      onInformation: (text) => options.onInformation?.(text),
      onRecorded: () => this.#tellProgress(),
      onLostLease: loseLease,
    });
    const supply = new Supply(this.#database, {
      ...options,
      hasSuspects: !memory.isEmpty,
      left: () => options.limit - (this.#result.claimed - this.#result.released),
      onClaim: (contacts) => this.#claimed(contacts),
    });
    const deliverer = new Deliverer({ options, recorder, breaker, gate, end, stop });
    return { supply, recorder, breaker, deliverer };
  }

  async #work({ supply, breaker, deliverer }: Parts): Promise<void> {
    while (!this.#end.signal.aborted) {
      const isProbe = breaker.wantsProbe;
      const contact = await supply.next(isProbe);
      if (contact === undefined) return;
      await deliverer.deliver(contact, isProbe);
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

interface Parts {
  supply: Supply;
  recorder: Recorder;
  breaker: CircuitBreaker;
  deliverer: Deliverer;
}
