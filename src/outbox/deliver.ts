import { type FailedCall, isAboutLists, type Outcome } from '../brevo/outcome.ts';
import type { CallGate } from './call-gate.ts';
import type { CircuitBreaker, ParkedCall, Verdict } from './circuit-breaker.ts';
import type { ClaimedContact } from './claim.ts';
import type { DrainOptions } from './drain.ts';
import type { Delivery } from './job.ts';
import { type PlannedCall, planCalls } from './merge.ts';
import { type Ending, endingOf, type Recorder } from './record.ts';
import { type Stop, stopForEverybody } from './stop.ts';

/** What a contact's calls need to know of the run. */
export interface DeliveryRun {
  options: DrainOptions;
  recorder: Recorder;
  breaker: CircuitBreaker;
  gate: CallGate;
  /** fires at the end of the run */
  end: AbortSignal;
  stop: (stopped: Stop) => void;
}

/** So many contacts are named as examples of what befalls everybody. */
const mostNamed = 3;

/** What became of one planned call. */
type CallResult =
  /** `goesOn`: whether the contact's next call may follow */
  | { kind: 'finished'; ending: Ending; goesOn: boolean }
  /** kept until it is known whose fault it was */
  | { kind: 'parked'; call: FailedCall }
  /** not made: no time left, or the run has ended */
  | { kind: 'not_made' };

/** Makes the calls for claimed contacts and draws the conclusions from Brevo's answers. */
export class Deliverer {
  readonly #run: DeliveryRun;

  constructor(run: DeliveryRun) {
    this.#run = run;
  }

  /** Delivers the jobs of one contact and hands the contact to the recorder, at once or when its failure is understood. */
  async deliver(contact: ClaimedContact, isProbe: boolean): Promise<void> {
    const { recorder, options, breaker } = this.#run;
    const plan = planCalls(contact.jobs, options.attributeNames);
    const endings: Ending[] = plan.unreadable.map(({ job, reason }) => ({
      jobs: [job],
      outcome: { kind: 'fatal', reason },
    }));
    for (const call of plan.calls) {
      await recorder.room();
      const result = await this.#call(contact, call);
      if (result.kind === 'parked') {
        const failure = endingOf(call.jobs, result.call);
        breaker.park({ contact, endings, failure, call: result.call, failedAt: performance.now(), isProbe });
        return this.#heed(await breaker.judge());
      }
      if (result.kind === 'not_made') break;
      endings.push(result.ending);
      if (!result.goesOn) break;
    }
    recorder.finish(contact, endings);
  }

  /** Decides about what is still parked, when nobody is left to compare it with. */
  async conclude(): Promise<void> {
    this.#heed(await this.#run.breaker.conclude());
  }

  /** Gives back what is still parked: the run has ended before it could be understood, and nobody is charged. */
  release(which?: (call: ParkedCall) => boolean): void {
    for (const { contact, endings } of this.#run.breaker.release(which)) this.#run.recorder.finish(contact, endings);
  }

  #charge(calls: readonly ParkedCall[]): void {
    for (const { contact, endings, failure } of calls) this.#run.recorder.finish(contact, [...endings, failure]);
  }

  #heed(verdict: Verdict | null): void {
    const { end, stop, recorder } = this.#run;
    if (end.aborted) {
      // Whatever the end of the run has cut short proves nothing.
      if (verdict?.kind === 'own') for (const { contact, endings } of verdict.calls) recorder.finish(contact, endings);
      this.release();
      return;
    }
    if (verdict === null) return;
    if (verdict.kind === 'own') {
      this.#charge(verdict.calls);
      return;
    }
    const { examples } = verdict;
    for (const { failure } of examples) {
      if (failure.outcome.kind !== 'delivered') recorder.note(failure.outcome.reason);
    }
    const [first] = examples;
    const [named, more] = [examples.slice(0, mostNamed), Math.max(0, examples.length - mostNamed)];
    const who = [...named.map(whoOf), ...(more > 0 ? [`${more} more`] : [])].join(', ');
    if (first !== undefined) stop(verdict.stop ?? stopForEverybody(first.call, who));
    this.release();
  }

  async #call(contact: ClaimedContact, call: PlannedCall): Promise<CallResult> {
    const { options, breaker, gate } = this.#run;
    // What failed and is not understood can no longer be waited for once its lease might end.
    const callEnds = performance.now() + options.timeoutSeconds * 1000;
    this.release((parked) => parked.contact.expiresAt <= callEnds);
    const sent = await gate.whileHeld(contact, call.delivery.email, () => this.#send(contact, call.delivery));
    if (sent === null) return { kind: 'not_made' };
    const { outcome, startedAt } = sent;
    if (outcome.kind === 'rate_limited') {
      await gate.slowDown(outcome.retryAfterSeconds);
      return { kind: 'not_made' };
    }
    gate.rateLimitLifted();
    if (outcome.kind === 'delivered') {
      this.#charge(breaker.delivered(contact.email, startedAt));
      return { kind: 'finished', ending: endingOf(call.jobs, outcome), goesOn: true };
    }
    return this.#failed(contact, call, outcome);
  }

  async #failed(contact: ClaimedContact, call: PlannedCall, failed: FailedCall): Promise<CallResult> {
    if (failed.isCertain) {
      this.#run.stop(stopForEverybody(failed, whoOf({ contact, failure: call })));
      return { kind: 'not_made' };
    }
    if (failed.scope !== 'contact' || !isAboutLists(failed.reason.message)) return { kind: 'parked', call: failed };
    // A list that only some jobs ask for, from former settings, is their own fault and concerns nobody else.
    const dead = call.parts.filter(({ delivery }) => asksForOtherLists(delivery, this.#run.options.configuredLists));
    if (dead.length > 0) {
      const jobs = dead.map(({ job }) => job);
      return { kind: 'finished', ending: endingOf(jobs, { ...failed, isRetryable: false }), goesOn: false };
    }
    // Any other is asked for by a whole funnel, whatever becomes of the other one.
    const account = await this.#run.options.probe(this.#run.end);
    if (this.#run.end.aborted) return { kind: 'not_made' };
    if (account.kind === 'well' && account.isWhole) return { kind: 'parked', call: failed };
    const lists = [...call.delivery.listIds, ...call.delivery.unlinkListIds].join(' ');
    const who = `${whoOf({ contact, failure: call })}, lists ${lists}`;
    this.#run.stop(account.kind === 'stop' ? account.stop : stopForEverybody({ ...failed, scope: 'account' }, who));
    return { kind: 'not_made' };
  }

  /** The upsert, then a call for each list to leave; null when there was no time for the first or the next. */
  async #send(contact: ClaimedContact, delivery: Delivery): Promise<{ outcome: Outcome; startedAt: number } | null> {
    const { options, gate } = this.#run;
    const { email, attributes, unlinkListIds } = delivery;
    if (!(await gate.mayStart(contact))) return null;
    const startedAt = performance.now();
    const listIds = delivery.listIds.filter((id) => !unlinkListIds.includes(id));
    const outcome = await options.upsert({ email, listIds, attributes });
    if (outcome.kind !== 'delivered') return { outcome, startedAt };
    for (const id of unlinkListIds) {
      // Only now is the contact sure to exist, and no list is left before the other is joined.
      if (!(await gate.mayStart(contact))) return null;
      const left = await options.leaveList(email, id);
      if (left.kind !== 'delivered') return { outcome: left, startedAt };
    }
    return { outcome, startedAt };
  }
}

function asksForOtherLists({ listIds, unlinkListIds }: Delivery, configured: readonly number[]): boolean {
  return [...listIds, ...unlinkListIds].some((id) => !configured.includes(id));
}

function whoOf({
  contact,
  failure,
}: {
  contact: ClaimedContact;
  failure: { jobs: readonly { id: number | string }[] };
}): string {
  const ids = failure.jobs.map(({ id }) => id).join(' ');
  return `job ${ids} for ${contact.email}`;
}
