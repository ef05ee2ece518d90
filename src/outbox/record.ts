import { describeFailure, type Outcome } from '../brevo/outcome.ts';
import type { Database } from '../database/database.ts';
import type { DrainResult } from './drain-result.ts';
import { type HeldJob, recordFailure, recordSuccess, releaseJob } from './finish.ts';
import type { Job } from './job.ts';
import { OutageWatch } from './outage.ts';
import { decideRetry, type RetryPolicy } from './retry-policy.ts';

interface FailedCall {
  job: Job;
  held: HeldJob;
  reason: string;
}

/** Writes down what became of each claimed job, and counts it. */
export class Recorder {
  readonly #database: Database;
  readonly #policy: RetryPolicy;
  readonly #result: DrainResult;
  readonly #inform: (text: string) => void;
  readonly #outage = new OutageWatch<FailedCall>();

  constructor(database: Database, policy: RetryPolicy, result: DrainResult, inform: (text: string) => void) {
    this.#database = database;
    this.#policy = policy;
    this.#result = result;
    this.#inform = inform;
  }

  /** Takes in Brevo's answer for a job; true when it shows an outage, in which case no job was charged for it. */
  async answered(
    job: Job,
    held: HeldJob,
    outcome: Extract<Outcome, { kind: 'delivered' | 'fatal' | 'transient' }>,
  ): Promise<boolean> {
    if (outcome.kind === 'transient') {
      const reason = describeFailure(outcome.reason);
      // 408 and 425 are about this contact; no answer and 5xx may be about Brevo as a whole.
      const { status } = outcome.reason;
      if (status !== null && status < 500) {
        await this.failed(job, held, 'transient', reason);
      } else if (this.#outage.failed({ job, held, reason })) {
        this.#note(reason);
        await this.settle(true);
        return true;
      }
      return false;
    }
    await this.settle(false);
    if (outcome.kind === 'fatal') {
      await this.failed(job, held, 'fatal', describeFailure(outcome.reason));
    } else if (this.#kept(await recordSuccess(this.#database, held), held)) {
      this.#result.sent += 1;
      if (outcome.created) this.#result.created += 1;
    }
    return false;
  }

  /** Records a failed attempt: another try later, or the end, as the guide's schedule says. */
  async failed(job: Job, held: HeldJob, kind: 'transient' | 'fatal', reason: string): Promise<void> {
    const decision = decideRetry(kind, job.retryCount, this.#policy);
    if (!this.#kept(await recordFailure(this.#database, held, decision, reason), held)) return;
    this.#note(reason);
    if (decision.status === 'failed') {
      this.#result.failed += 1;
      this.#inform(`Job ${job.id} (${job.operation} for ${job.email}) failed for good: ${reason}`);
    } else {
      this.#result.retried += 1;
      this.#inform(`Job ${job.id} will be tried again in ${decision.minutes} min: ${reason}`);
    }
  }

  /** Gives a job back as it was. */
  async released(held: HeldJob): Promise<void> {
    if (this.#kept(await releaseJob(this.#database, held), held)) this.#result.released += 1;
  }

  /** Gives back the job whose answer says that nothing can be delivered until somebody acts. */
  async stopped(
    held: HeldJob,
    { reason, problem }: Extract<Outcome, { kind: 'stop' }>,
    stop: (stopped: NonNullable<DrainResult['stopped']>) => void,
  ): Promise<void> {
    stop({
      kind: problem,
      message: `Brevo refused: ${describeFailure(reason)}.`,
      hint:
        problem === 'refused'
          ? 'Check the API key and what it may do; no job was charged for this.'
          : 'Check brevo.baseUrl and the configured lists; no job was charged for this.',
    });
    await this.released(held);
  }

  /** Ends what the outage watch kept aside: given back in an outage, else recorded as the failed attempts they were. */
  async settle(isOutage: boolean): Promise<void> {
    for (const { job, held, reason } of this.#outage.take()) {
      if (isOutage) await this.released(held);
      else await this.failed(job, held, 'transient', reason);
    }
  }

  #kept(isHeld: boolean, { id }: HeldJob): boolean {
    if (!isHeld) {
      this.#result.lostLeases += 1;
      this.#inform(`The lease of job ${id} had ended before its outcome was recorded; another worker has it now.`);
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
