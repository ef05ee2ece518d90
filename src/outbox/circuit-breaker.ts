import type { FailedCall } from '../brevo/outcome.ts';
import { causeOf, isBeyondBrevo } from './cause.ts';
import type { ClaimedContact } from './claim.ts';
import type { Ending } from './record.ts';
import type { Stop } from './stop.ts';
import type { SuspectMemory } from './suspect-memory.ts';

/** Failures of one cause in a row, among contacts of which so many were chosen at random, that open the circuit. */
const sameCause = { failures: 5, probes: 3 };
/**
 * The same where something speaks against it: they have nothing in common, the account answers as it should, or others
 * were delivered a moment ago.
 */
const anyCause = { failures: 10, probes: 6 };
/** The same where both speak against it. */
const anyCauseLately = { failures: 20, probes: 12 };
/**
 * Contacts that failed in the same way, where nobody is left to compare them with, that show it to be everybody's. The less
 * is known of others that were delivered, the fewer it takes.
 */
const shared = {
  contact: { deliveredInThisRun: 10, deliveredLately: 3, otherwise: 2 },
  account: { deliveredInThisRun: 5, deliveredLately: 3, otherwise: 1 },
} as const;
/** How long an answer of the account is good for, in milliseconds. */
const probeLastsMs = 10_000;

/** What asking the account itself has shown. */
export type ProbeResult =
  /** it answers as it should, as far as it was asked */
  | { kind: 'well' }
  /** no proper answer came */
  | { kind: 'unwell' }
  /** it says itself why nothing can be delivered */
  | { kind: 'stop'; stop: Stop };

/** A contact whose call failed, kept until it is known whose fault that was. */
export interface ParkedCall {
  contact: ClaimedContact;
  /** what is known of its other jobs */
  endings: readonly Ending[];
  /** the failure, if it turns out to be this contact's own */
  failure: Ending;
  call: FailedCall;
  /** on the monotonic clock, in milliseconds */
  failedAt: number;
  /** chosen at random among those that waited */
  isProbe: boolean;
}

export type Verdict =
  /** each failed on its own */
  | { kind: 'own'; calls: ParkedCall[] }
  /** everybody would fail, as these did; `stop` when the account says why */
  | { kind: 'everybody'; examples: ParkedCall[]; stop: Stop | null };

/**
 * Tells what befalls everybody from failures of single contacts, by evidence and not by the words of an answer. A failure
 * is parked. Whoever is delivered in a call that began later shows it to be the contact's own; a row of failures without
 * that, in this run and those before it, shows it to be everybody's; where nobody is left to compare with, one question to
 * the account itself decides about answers that are not properly Brevo's. docs/brevo-answers.md has the whole table.
 */
export class CircuitBreaker {
  readonly #memory: SuspectMemory;
  readonly #probe: () => Promise<ProbeResult>;
  #parked: ParkedCall[] = [];
  #hasDelivered = false;
  #lastProbe: { result: ProbeResult; at: number } | undefined;
  #isJudging = false;

  constructor(memory: SuspectMemory, probe: () => Promise<ProbeResult>) {
    this.#memory = memory;
    this.#probe = probe;
  }

  /** Whether the next contact should be chosen at random: the queue may begin with contacts that fail on their own. */
  get wantsProbe(): boolean {
    return this.#parked.length > 0;
  }

  park(call: ParkedCall): void {
    this.#parked.push(call);
  }

  /** Takes in what the account answered when it was asked for another reason. */
  probed(result: ProbeResult): void {
    this.#lastProbe = { result, at: performance.now() };
  }

  /** A call that began at `startedAt` was a delivery. Returns the failures that are thereby their contacts' own. */
  delivered(email: string, startedAt: number): ParkedCall[] {
    this.#hasDelivered = true;
    this.#lastProbe = undefined;
    this.#memory.delivered(email);
    const own = this.#take(({ failedAt }) => failedAt <= startedAt);
    for (const { contact, call } of own) {
      if (call.isRetryable) this.#memory.failedOnItsOwn(contact.email, causeOf(call));
    }
    return own;
  }

  /** Takes back everything that is parked, or what `which` chooses: it is released, and nobody is charged. */
  release(which?: (call: ParkedCall) => boolean): ParkedCall[] {
    return this.#take(which);
  }

  /** While others wait for their calls: whether the failures so far are everybody's. */
  async judge(): Promise<Verdict | null> {
    if (this.#isJudging) return null;
    this.#isJudging = true;
    try {
      const row = this.#hasDelivered ? anyCauseLately : anyCause;
      if (isRow(this.#fresh(this.#parked), row)) return this.#everybodys();
      const known = this.#parked.filter((call) => this.#isKnown(call));
      if (known.length >= anyCause.failures) return await this.#judgeKnown(known);
      for (const group of this.#groups().values()) {
        const calls = this.#fresh(group);
        if (!isRow(calls, this.#hasDelivered ? anyCause : sameCause)) continue;
        const [first] = calls;
        if (first === undefined || !isBeyondBrevo(first.call)) return this.#everybodys();
        const result = await this.#ask();
        if (result.kind !== 'well') return this.#everybodys(result);
      }
      return null;
    } finally {
      this.#isJudging = false;
    }
  }

  /** Those that are known to fail on their own are not all kept until the end; an outage befalls them, too. */
  async #judgeKnown(known: readonly ParkedCall[]): Promise<Verdict | null> {
    const result = known.some(({ call }) => isBeyondBrevo(call)) ? await this.#ask() : null;
    if (result !== null && result.kind !== 'well') return this.#everybodys(result);
    return { kind: 'own', calls: this.#take((call) => known.includes(call)) };
  }

  /** When nobody is left to compare with: whose fault the parked failures are. Null when there are none. */
  async conclude(): Promise<Verdict | null> {
    if (this.#parked.length === 0) return null;
    if (this.#parked.some(({ call }) => isBeyondBrevo(call))) {
      const result = await this.#ask();
      if (result.kind !== 'well') return this.#everybodys(result);
    }
    for (const [cause, calls] of this.#groups()) {
      const [first] = calls;
      if (first === undefined) continue;
      if (this.#isShared(cause, calls, first.call)) return this.#everybodys();
    }
    if (!this.#hasDelivered && addressesOf(this.#fresh(this.#parked)).size >= anyCause.failures)
      return this.#everybodys();
    const own = this.#take();
    for (const { contact, failure, call } of own) {
      const isDoubtful = !this.#hasDelivered;
      const error = failure.outcome.kind === 'delivered' ? '' : failure.outcome.reason;
      const charges = failure.jobs.map(({ id, retryCount }) => ({
        ...{ id, before: retryCount, after: retryCount + 1 },
        ...{ error, isDoubtful },
      }));
      this.#memory.charged(contact.email, causeOf(call), charges);
    }
    return { kind: 'own', calls: own };
  }

  #isShared(cause: string, calls: readonly ParkedCall[], { scope }: FailedCall): boolean {
    const fresh = this.#fresh(calls);
    if (fresh.length === 0) return false;
    const contacts = addressesOf(fresh);
    for (const email of this.#memory.unexplained(cause)) contacts.add(email);
    if (scope !== 'contact' && scope !== 'account') return contacts.size >= anyCause.failures;
    const { deliveredInThisRun, deliveredLately, otherwise } = shared[scope];
    if (this.#hasDelivered) return contacts.size >= deliveredInThisRun;
    // Who was judged to fail alone, and still does, has nobody beside it who would say otherwise.
    const isJudged = fresh.every(({ contact }) => this.#memory.wasCharged(contact.email, cause));
    return contacts.size >= (this.#memory.wasDeliveredLately || isJudged ? deliveredLately : otherwise);
  }

  /** Those that are not known to fail on their own. */
  #fresh(calls: readonly ParkedCall[]): ParkedCall[] {
    return calls.filter((call) => !this.#isKnown(call));
  }

  #isKnown({ contact, call }: ParkedCall): boolean {
    return this.#memory.isOwn(contact.email, causeOf(call));
  }

  #everybodys(result?: ProbeResult): Verdict | null {
    const groups = [...this.#groups().values()].sort((one, other) => other.length - one.length);
    // Where the account gives no answer at all, that is what befalls everybody.
    const examples =
      (result === undefined ? undefined : groups.find(([first]) => first && isBeyondBrevo(first.call))) ?? groups[0];
    if (examples === undefined) return null;
    this.#memory.failedAsEverybody(
      this.#parked.map(({ contact, call }) => ({ email: contact.email, cause: causeOf(call) })),
    );
    return { kind: 'everybody', examples, stop: result?.kind === 'stop' ? result.stop : null };
  }

  #groups(): Map<string, ParkedCall[]> {
    return Map.groupBy(this.#parked, ({ call }) => causeOf(call));
  }

  async #ask(): Promise<ProbeResult> {
    const known = this.#lastProbe;
    if (known !== undefined && performance.now() - known.at < probeLastsMs) return known.result;
    const result = await this.#probe();
    this.probed(result);
    return result;
  }

  #take(which: (call: ParkedCall) => boolean = () => true): ParkedCall[] {
    const taken = this.#parked.filter(which);
    this.#parked = this.#parked.filter((call) => !which(call));
    return taken;
  }
}

function isRow(calls: readonly ParkedCall[], { failures, probes }: { failures: number; probes: number }): boolean {
  return calls.length >= failures && calls.filter(({ isProbe }) => isProbe).length >= probes;
}

function addressesOf(calls: readonly ParkedCall[]): Set<string> {
  return new Set(calls.map(({ contact }) => contact.email));
}
