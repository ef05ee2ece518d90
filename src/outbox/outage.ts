/** Consecutive failures of this kind, without any other answer in between, are taken for an outage. */
const threshold = 5;

/**
 * Tells an outage from single failures. What failed is kept aside until the next answer shows what it was: an ordinary
 * answer means that those calls failed on their own and count as attempts; the fifth failure in a row means that Brevo
 * is down, and no job is charged for that.
 */
export class OutageWatch<Failed> {
  #aside: Failed[] = [];

  /** Takes in a failed call; true when it is the one that shows an outage. */
  failed(call: Failed): boolean {
    this.#aside.push(call);
    return this.#aside.length >= threshold;
  }

  /** Empties what was kept aside. */
  take(): Failed[] {
    const calls = this.#aside;
    this.#aside = [];
    return calls;
  }
}
