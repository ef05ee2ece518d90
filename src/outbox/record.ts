import { setImmediate } from 'node:timers/promises';
import { describeFailure, type FailedCall, type Outcome } from '../brevo/outcome.ts';
import type { Database } from '../database/database.ts';
import { isRepeatable } from '../database/retry.ts';
import type { ClaimedContact } from './claim.ts';
import type { DrainResult } from './drain-result.ts';
import { type FinishedContact, type JobOutcome, recordOutcomes } from './finish.ts';
import type { Job } from './job.ts';
import { decideRetry, type RetryPolicy } from './retry-policy.ts';

/** What came of some of a contact's jobs: those of one call share its outcome. */
export interface Ending {
  jobs: readonly Job[];
  outcome: { kind: 'delivered'; created: boolean } | { kind: 'fatal' | 'transient'; reason: string };
}

/** The reason of a failed answer in the words of `last_error`. */
export function endingOf(jobs: readonly Job[], outcome: FailedCall | Extract<Outcome, { kind: 'delivered' }>): Ending {
  if (outcome.kind === 'delivered') return { jobs, outcome };
  const kind = outcome.isRetryable ? 'transient' : 'fatal';
  return { jobs, outcome: { kind, reason: describeFailure(outcome.reason) } };
}

interface Written extends FinishedContact {
  jobs: readonly Job[];
  endings: readonly Ending[];
}

export interface RecorderOptions {
  retry: RetryPolicy;
  /** so many answers may wait to be written down: these are the calls that a crash would have made in vain */
  mostUnrecorded: number;
  onInformation: (text: string) => void;
  /** told after each contact that was written down */
  onRecorded: () => void;
  /** told the claims of contacts whose lease was lost */
  onLostLease: (token: string) => void;
}

/**
 * Writes down what became of claimed contacts, and counts it. While one transaction is under way others gather for the
 * next, so that a fast run needs few of them and a slow one records each contact at once.
 */
export class Recorder {
  readonly #database: Database;
  readonly #result: DrainResult;
  readonly #options: RecorderOptions;
  #waiting: Written[] = [];
  #unrecorded = 0;
  #writing: Promise<void> | undefined;
  /** those who wait for room */
  #wanting: (() => void)[] = [];
  #failure: { error: unknown } | undefined;

  constructor(database: Database, result: DrainResult, options: RecorderOptions) {
    this.#database = database;
    this.#result = result;
    this.#options = options;
  }

  /** Ends the claim of a contact; jobs of it that are in none of the `endings` are given back untouched. */
  finish(contact: ClaimedContact, endings: readonly Ending[]): void {
    const outcomes = endings.flatMap(({ jobs, outcome }) => jobs.map((job) => this.#outcomeOf(job, outcome)));
    this.#waiting.push({ contact, jobs: contact.jobs, outcomes, endings });
    this.#unrecorded += 1;
    if (this.#writing === undefined && this.#failure === undefined) this.#writing = this.#write();
  }

  /** Resolves when another answer may come in; rejects when it could no longer be written down. */
  async room(): Promise<void> {
    while (this.#unrecorded >= this.#options.mostUnrecorded && this.#failure === undefined) {
      await new Promise<void>((resolve) => this.#wanting.push(resolve));
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Resolves when everything is written down; rejects when that failed. */
  async done(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0 && this.#failure === undefined) {
      // What arrives in the same turn of the event loop goes into the same transaction.
      await setImmediate();
      await this.#writeBatch(this.#waiting.splice(0));
      for (const go of this.#wanting.splice(0)) go();
    }
    this.#writing = undefined;
  }

  async #writeBatch(batch: readonly Written[]): Promise<void> {
    try {
      await this.#writeTogether(batch);
    } catch (error) {
      this.#failure = { error };
      if (batch.length === 1 || isRepeatable(error)) return;
      // One row that the database refuses must not cost the others their outcome: they would all be sent again.
      for (const written of batch) await this.#writeTogether([written]).catch(() => undefined);
    }
  }

  async #writeTogether(batch: readonly Written[]): Promise<void> {
    const recorded = await recordOutcomes(this.#database, batch);
    for (const written of batch) {
      this.#unrecorded -= 1;
      this.#count(written, recorded);
      this.#options.onRecorded();
    }
  }

  #outcomeOf(job: Job, outcome: Ending['outcome']): JobOutcome {
    const { id, retryCount } = job;
    if (outcome.kind === 'delivered') return { id, status: 'success', retryCount, error: null, minutes: null };
    const decision = decideRetry(outcome.kind, retryCount, this.#options.retry);
    const minutes = decision.status === 'pending' ? decision.minutes : null;
    return { id, status: decision.status, retryCount: decision.retryCount, error: outcome.reason, minutes };
  }

  #count({ contact, jobs, outcomes, endings }: Written, recorded: ReadonlySet<string>): void {
    const lost = outcomes.filter(({ id }) => !recorded.has(String(id)));
    this.#result.released += jobs.length - outcomes.length;
    this.#result.lostLeases += lost.length;
    if (lost.length > 0) {
      this.#options.onLostLease(contact.token);
      const what = lost.map(({ id }) => id).join(', ');
      this.#options.onInformation(
        `The lease of ${contact.email} had ended before the outcome of job ${what} was recorded; whoever has it now sends and records that again.`,
      );
    }
    const states = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
    for (const { jobs: together, outcome } of endings) {
      const kept = together.filter(({ id }) => recorded.has(String(id)));
      if (outcome.kind === 'delivered') {
        this.#result.sent += kept.length;
        this.#result.coalesced += Math.max(0, kept.length - 1);
        if (outcome.created && kept.length > 0) this.#result.created += 1;
      } else {
        for (const job of kept) this.#countFailure(job, states.get(job.id), outcome.reason);
      }
    }
  }

  #countFailure(job: Job, state: JobOutcome | undefined, reason: string): void {
    this.note(reason);
    if (state?.status === 'failed') {
      this.#result.failed += 1;
      this.#options.onInformation(`Job ${job.id} (${job.operation} for ${job.email}) failed for good: ${reason}`);
    } else {
      this.#result.retried += 1;
      this.#options.onInformation(
        `Job ${job.id} (${job.operation} for ${job.email}) will be tried again in ${state?.minutes} min: ${reason}`,
      );
    }
  }

  /** Counts a reason for the summary. */
  note(reason: string): void {
    const kind = reason.replace(/ \(request [^)]*\)$/, '');
    const known = this.#result.reasons.find((entry) => entry.reason === kind);
    if (known !== undefined) known.count += 1;
    else if (this.#result.reasons.length < 20) this.#result.reasons.push({ reason: kind, count: 1 });
    this.#result.reasons.sort((a, b) => b.count - a.count);
  }
}
