import { isAboutLists, type Outcome } from '../brevo/outcome.ts';
import type { ClaimedContact } from './claim.ts';
import type { DrainOptions } from './drain.ts';
import type { Delivery } from './job.ts';
import { type PlannedCall, planCalls } from './merge.ts';
import { RateLimit } from './rate-limit.ts';
import { type Ending, endingOf, type Recorder } from './record.ts';
import { type Stop, stopForAnswer, stopForOutage, stopForRefusals } from './stop.ts';
import { causeOf, Suspicion } from './suspicion.ts';

/** A contact whose call failed in a way that others may share, kept aside until that is known. */
interface Failed {
  contact: ClaimedContact;
  /** what is known of its other jobs */
  endings: readonly Ending[];
  /** the failure, if it turns out to be this contact's own */
  failure: Ending;
}

type Answered = Exclude<Outcome, { kind: 'missing_contact' }>;

/** What a contact's calls need to know of the run. */
export interface DeliveryRun {
  options: DrainOptions;
  recorder: Recorder;
  /** fires at the end of the run */
  end: AbortSignal;
  stop: (stopped: Stop) => void;
  /** whether no other contact is waiting for its call */
  isLast: () => boolean;
}

/** Makes the calls for claimed contacts and draws the conclusions from Brevo's answers. */
export class Deliverer {
  readonly #run: DeliveryRun;
  readonly #rateLimit = new RateLimit();
  readonly #suspicion = new Suspicion<Failed>();
  #preflight: Promise<boolean> | undefined;
  #startsEnd: { at: number; signal: AbortSignal } | undefined;

  constructor(run: DeliveryRun) {
    this.#run = run;
  }

  /** Whether the next contact should be any of those that wait, instead of the first. */
  get wantsProbe(): boolean {
    return this.#suspicion.wantsProbe;
  }

  /** Delivers the jobs of one contact and hands the contact to the recorder, at once or when its failure is understood. */
  async deliver(contact: ClaimedContact, isProbe: boolean): Promise<void> {
    const { recorder, options } = this.#run;
    const plan = planCalls(contact.jobs, options.attributeNames);
    const endings: Ending[] = plan.unreadable.map(({ job, reason }) => ({
      jobs: [job],
      outcome: { kind: 'fatal', reason },
    }));
    for (const call of plan.calls) {
      const next = await this.#call(contact, call, endings, isProbe);
      if (next === 'aside') return;
      if (next === 'end') break;
    }
    recorder.finish(contact, endings);
  }

  /** Gives back what is still kept aside: the run has ended before it could be understood, and nobody is charged. */
  giveBack(): void {
    for (const { contact, endings } of this.#suspicion.take()) this.#run.recorder.finish(contact, endings);
  }

  /** Whatever is still kept aside failed on its own: nothing came after it that would tell otherwise. */
  settle(which?: (failed: Failed) => boolean): void {
    this.#charge(this.#suspicion.take(which));
  }

  #charge(calls: readonly Failed[]): void {
    for (const { contact, endings, failure } of calls) this.#run.recorder.finish(contact, [...endings, failure]);
  }

  async #call(
    contact: ClaimedContact,
    call: PlannedCall,
    endings: Ending[],
    isProbe: boolean,
  ): Promise<'on' | 'end' | 'aside'> {
    const { options, recorder } = this.#run;
    await recorder.room();
    if (!(await this.#mayStart(contact))) return 'end';
    // What they were can no longer be waited for once their lease might end.
    const callEnds = performance.now() + options.timeoutSeconds * 1000;
    this.settle((failed) => failed.contact.expiresAt <= callEnds);
    const outcome = await this.#send(contact, call.delivery);
    if (outcome === null) return 'end';
    if (outcome.kind === 'rate_limited') {
      await this.#slowDown(outcome.retryAfterSeconds);
      return 'end';
    }
    this.#rateLimit.lifted();
    if (outcome.kind === 'stop') {
      const ending = this.#stopOrFail(call, outcome);
      if (ending !== null) endings.push(ending);
      return 'end';
    }
    const ending = endingOf(call.jobs, outcome);
    const cause = outcome.kind === 'delivered' ? null : causeOf(outcome);
    if (cause !== null) {
      const failed = { contact, endings, failure: ending };
      const { ordinary, isCertain } = this.#suspicion.failed(cause, failed, { isProbe, isLast: this.#run.isLast() });
      this.#charge(ordinary);
      if (isCertain) this.#end(cause.kind, ending);
      return 'aside';
    }
    this.settle();
    endings.push(ending);
    return outcome.kind === 'transient' ? 'end' : 'on';
  }

  /** One call, or two for somebody who is to leave a list and whom Brevo does not know; null when there is no time left. */
  async #send(contact: ClaimedContact, delivery: Delivery): Promise<Answered | null> {
    const { deliver } = this.#run.options;
    const outcome = await deliver(delivery);
    if (outcome.kind !== 'missing_contact') return outcome;
    if (!(await this.#mayStart(contact))) return null;
    const created = await deliver({ ...delivery, unlinkListIds: [] });
    if (created.kind === 'missing_contact') throw new Error('Brevo misses a contact that was to be created.');
    return created;
  }

  /** Nobody is charged for what would befall everybody. */
  #end(kind: 'outage' | 'refusal', { outcome }: Ending): void {
    const reason = 'reason' in outcome ? outcome.reason : '';
    this.#run.recorder.note(reason);
    this.#run.stop(kind === 'outage' ? stopForOutage(reason) : stopForRefusals(reason));
    this.giveBack();
  }

  /** A list that only some jobs ask for, from former settings, is their own fault and stops nobody else. */
  #stopOrFail(call: PlannedCall, outcome: Extract<Outcome, { kind: 'stop' }>): Ending | null {
    const { configuredLists } = this.#run.options;
    const dead = call.parts.filter(({ delivery: { listIds, unlinkListIds } }) =>
      [...listIds, ...unlinkListIds].some((id) => !configuredLists.includes(id)),
    );
    const isAboutThem = outcome.reason.status === 400 || isAboutLists(outcome.reason.message);
    if (isAboutThem && dead.length > 0) {
      const jobs = dead.map(({ job }) => job);
      return endingOf(jobs, { kind: 'fatal', reason: outcome.reason });
    }
    const ids = call.jobs.map(({ id }) => id).join(' ');
    const { listIds, unlinkListIds } = call.delivery;
    const lists = [...listIds, ...unlinkListIds].join(' ') || 'none';
    this.#run.stop(stopForAnswer(outcome, `job ${ids}, lists ${lists}`));
    return null;
  }

  /** Waits for the pace and a pause, if there is one; false when the run has ended or the lease has too little left. */
  async #mayStart({ expiresAt }: ClaimedContact): Promise<boolean> {
    const { pace, timeoutSeconds } = this.#run.options;
    const ending = this.#endingAt(expiresAt - timeoutSeconds * 1000);
    try {
      this.#preflight ??= this.#checkAccount();
      if (!(await this.#preflight)) return false;
      do {
        await this.#rateLimit.wait(ending);
        await pace(ending);
        // A pause may have begun while this call waited for its turn.
      } while (this.#rateLimit.isPaused);
    } catch (error) {
      if (!ending.aborted) throw error;
    }
    // Timers fire late on a busy machine, so the clock has the last word.
    return !ending.aborted && performance.now() + timeoutSeconds * 1000 < expiresAt;
  }

  async #checkAccount(): Promise<boolean> {
    const stop = (await this.#run.options.preflight?.(this.#run.end)) ?? null;
    if (stop !== null) this.#run.stop(stop);
    return stop === null;
  }

  /** Fires at the end of the run, or when a call could not end within the lease any more; one for all of a claim. */
  #endingAt(at: number): AbortSignal {
    if (this.#startsEnd?.at !== at) {
      const late = AbortSignal.timeout(Math.max(0, Math.floor(at - performance.now())));
      this.#startsEnd = { at, signal: AbortSignal.any([this.#run.end, late]) };
    }
    return this.#startsEnd.signal;
  }

  async #slowDown(seconds: number): Promise<void> {
    const { options, stop } = this.#run;
    const end = this.#rateLimit.limited(seconds);
    if (end !== null) return stop(end);
    options.onInformation?.(`Brevo asks to wait ${seconds} s (rate limit).`);
    await options.pauseAll?.(seconds);
  }
}
