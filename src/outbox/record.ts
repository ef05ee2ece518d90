import { describeFailure, type Outcome } from '../brevo/outcome.ts';
import type { Database } from '../database/database.ts';
import type { DrainResult } from './drain-result.ts';
import { type HeldJob, recordFailure, recordSuccess, releaseJob } from './finish.ts';
import type { Job } from './job.ts';
import { OutageWatch } from './outage.ts';
import { decideRetry, type RetryPolicy } from './retry-policy.ts';

/** A job that this worker holds until `expiresAt`, on this process's monotonic clock in milliseconds. */
interface ClaimedJob extends HeldJob {
  expiresAt: number;
}

interface FailedCall {
  job: Job;
  held: ClaimedJob;
  reason: string;
}

/** Who hears about what happens: an outage is told before anything is written about it. */
interface Listeners {
  information: (text: string) => void;
  outage: (reason: string) => void;
}

/** Writes down what became of each claimed job, and counts it. */
export class Recorder {
  readonly #database: Database;
  readonly #policy: RetryPolicy;
  readonly #result: DrainResult;
  readonly #tell: Listeners;
  readonly #outage = new OutageWatch<FailedCall>();

  constructor(database: Database, policy: RetryPolicy, result: DrainResult, tell: Listeners) {
    this.#database = database;
    this.#policy = policy;
    this.#result = result;
    this.#tell = tell;
  }

  /** Takes in Brevo's answer for a job. When it shows an outage no job is charged for it. */
  async answered(
    job: Job,
    held: ClaimedJob,
    outcome: Extract<Outcome, { kind: 'delivered' | 'fatal' | 'transient' }>,
  ): Promise<void> {
    const reason = outcome.kind === 'delivered' ? '' : describeFailure(outcome.reason);
    // 408 and 425 are about this contact; no answer and 5xx may be about Brevo as a whole.
    if (outcome.kind === 'transient' && (outcome.reason.status ?? 500) >= 500) {
      if (!this.#outage.failed({ job, held, reason })) return;
      this.#note(reason);
      this.#tell.outage(reason);
      return this.settle(true);
    }
    await this.settle(false);
    if (outcome.kind !== 'delivered') await this.failed(job, held, outcome.kind, reason);
    else if (this.#kept(await recordSuccess(this.#database, held), held)) {
      this.#result.sent += 1;
      if (outcome.created) this.#result.created += 1;
    }
  }

  /** Records a failed attempt: another try later, or the end, as the guide's schedule says. */
  async failed(job: Job, held: HeldJob, kind: 'transient' | 'fatal', reason: string): Promise<void> {
    const decision = decideRetry(kind, job.retryCount, this.#policy);
    if (!this.#kept(await recordFailure(this.#database, held, decision, reason), held)) return;
    this.#note(reason);
    if (decision.status === 'failed') {
      this.#result.failed += 1;
      this.#tell.information(`Job ${job.id} (${job.operation} for ${job.email}) failed for good: ${reason}`);
    } else {
      this.#result.retried += 1;
      this.#tell.information(`Job ${job.id} will be tried again in ${decision.minutes} min: ${reason}`);
    }
  }

  /** Gives a job back as it was. */
  async released(held: HeldJob): Promise<void> {
    if (this.#kept(await releaseJob(this.#database, held), held)) this.#result.released += 1;
  }

  /** Ends what the outage watch kept aside: given back in an outage, else recorded as the failed attempts they were. */
  async settle(isOutage: boolean): Promise<void> {
    for (const { job, held, reason } of this.#outage.take()) {
      if (isOutage) await this.released(held);
      else await this.failed(job, held, 'transient', reason);
    }
  }

  /** Records failed attempts whose lease would end before `moment`: what they were can no longer be waited for. */
  async settleBefore(moment: number): Promise<void> {
    for (const { job, held, reason } of this.#outage.take((call) => call.held.expiresAt <= moment)) {
      await this.failed(job, held, 'transient', reason);
    }
  }

  #kept(isHeld: boolean, { id }: HeldJob): boolean {
    if (!isHeld) {
      this.#result.lostLeases += 1;
      this.#tell.information(
        `The lease of job ${id} had ended before its outcome was recorded; another worker has it now.`,
      );
    }
    return isHeld;
  }

  #note(reason: string): void {
    const kind = reason.replace(/ \(request [^)]*\)$/, '');
    const known = this.#result.reasons.find((entry) => entry.reason === kind);
    if (known !== undefined) known.count += 1;
    else if (this.#result.reasons.length < 20) this.#result.reasons.push({ reason: kind, count: 1 });
    this.#result.reasons.sort((a, b) => b.count - a.count);
  }
}
