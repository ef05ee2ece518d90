/** Consecutive failures of this kind, without any other answer in between, are taken for an outage. */
const threshold = 5;

/**
 * Tells an outage from single failures. What failed is kept aside until the next answer shows what it was: an ordinary
 * answer means that those calls failed on their own and count as attempts; the fifth failure in a row means that Brevo
 * is down, and no job is charged for that, nor for what else fails until the run has ended.
 */
export class OutageWatch<Failed> {
  #aside: Failed[] = [];
  #isOutage = false;

  /** Takes in a failed call; true when it shows an outage, or is one more within it. */
  failed(call: Failed): boolean {
    this.#aside.push(call);
    this.#isOutage ||= this.#aside.length >= threshold;
    return this.#isOutage;
  }

  /** Takes back what was kept aside, all of it or what `which` chooses. */
  take(which: (call: Failed) => boolean = () => true): Failed[] {
    const calls = this.#aside.filter(which);
    this.#aside = this.#aside.filter((call) => !which(call));
    return calls;
  }
}
