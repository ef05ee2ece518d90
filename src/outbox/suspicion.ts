import { describeFailure, type Outcome } from '../brevo/outcome.ts';

/** Failures of one kind in a row, without any other answer in between, that are taken for a common cause. */
const threshold = 5;
/** So many of them must have been chosen at random: the queue may begin with contacts that fail on their own. */
const leastProbes = 3;

/** Refusals that are about the one contact: however many of them come in a row, each is that contact's own. */
const aboutTheContact =
  /e-?mail|address|phone|\bsms\b|whatsapp|landline|identifier|\bext_id\b|already (exist|associated)/i;

/** What a failure may be a sign of: `outage`, or a refusal that everybody would get; `text` is the same for all of them. */
export interface Cause {
  kind: 'outage' | 'refusal';
  text: string;
}

/** The common cause that an answer may be a sign of; null for one that concerns its contact alone, or none. */
export function causeOf(outcome: Extract<Outcome, { kind: 'fatal' | 'transient' }>): Cause | null {
  const { reason } = outcome;
  // 408 and 425 are about this contact; no answer and 5xx may be about Brevo as a whole.
  if (outcome.kind === 'transient') return (reason.status ?? 500) >= 500 ? { kind: 'outage', text: 'outage' } : null;
  if (reason.code === 'duplicate_parameter' || aboutTheContact.test(reason.message)) return null;
  return { kind: 'refusal', text: describeFailure({ ...reason, requestId: null }) };
}

interface Suspected<Failed> {
  call: Failed;
  isProbe: boolean;
}

/**
 * Tells a common cause from failures of single contacts. What failed is kept aside until the next answer shows what it
 * was: another answer means that those contacts failed on their own; the fifth failure in a row means that everybody
 * would fail, and no job is charged for that, nor for what else fails until the run has ended.
 */
export class Suspicion<Failed> {
  #cause: Cause | undefined;
  #aside: Suspected<Failed>[] = [];
  #isCertain = false;

  /** Whether the next contact should be chosen at random, as a probe. */
  get wantsProbe(): boolean {
    return this.#aside.length > 0;
  }

  /**
   * Takes in a failed call. `isLast`: there is nobody left to probe with. Returns the calls kept aside so far for
   * another cause, which have turned out to be ordinary failures, and whether this cause is certain now.
   */
  failed(
    cause: Cause,
    call: Failed,
    { isProbe, isLast }: { isProbe: boolean; isLast: boolean },
  ): {
    ordinary: Failed[];
    isCertain: boolean;
  } {
    const ordinary = this.#cause === undefined || this.#cause.text === cause.text || this.#isCertain ? [] : this.take();
    this.#cause = cause;
    this.#aside.push({ call, isProbe });
    const probes = this.#aside.filter((suspected) => suspected.isProbe).length;
    this.#isCertain ||= this.#aside.length >= threshold && (probes >= leastProbes || isLast);
    return { ordinary, isCertain: this.#isCertain };
  }

  /** Takes back what was kept aside, all of it or what `which` chooses. */
  take(which: (call: Failed) => boolean = () => true): Failed[] {
    const taken = this.#aside.filter(({ call }) => which(call)).map(({ call }) => call);
    this.#aside = this.#aside.filter(({ call }) => !which(call));
    return taken;
  }
}
