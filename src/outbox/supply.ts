import type { Database } from '../database/database.ts';
import { type ClaimedContact, claimContacts } from './claim.ts';
import { proveRecordable } from './finish.ts';
import { giveBackAllLeases } from './leases.ts';

/** The most contacts one claim takes. */
const mostAtOnce = 500;
/** One contact may have several jobs; a claim holds at most so many for each contact that it may take. */
const jobsPerContact = 20;
/** A claim takes what can be delivered in so many seconds, so that little is held in vain when the run ends. */
const secondsAhead = 10;
/** Claims in a row that found contacts and got none of them, because other workers had. */
const mostLate = 10;

export interface SupplyOptions {
  account: string;
  leaseSeconds: number;
  /** the longest a call can take */
  timeoutSeconds: number;
  requestsPerSecond: number;
  /** calls in flight at a time */
  concurrency: number;
  /** jobs that may still be claimed, asked before every claim */
  left: () => number;
  /** whether there are suspected contacts of the account, who come last */
  hasSuspects: boolean;
  /** told about every claim */
  onClaim: (contacts: readonly ClaimedContact[]) => void;
}

/** The claimed contacts that wait for their call. The next ones are claimed while the last are being delivered. */
export class Supply {
  readonly #database: Database;
  readonly #options: SupplyOptions;
  readonly #size: number;
  #waiting: ClaimedContact[] = [];
  #claiming: Promise<void> | undefined;
  #isExhausted = false;
  #late = 0;
  #isClosed = false;
  #suspectsWait: boolean;
  #isProven = false;

  constructor(database: Database, options: SupplyOptions) {
    this.#database = database;
    this.#options = options;
    const { requestsPerSecond, leaseSeconds, timeoutSeconds, hasSuspects } = options;
    this.#suspectsWait = hasSuspects;
    // As many as the rate gets through within half of the time in which calls of a claim may start.
    const seconds = Math.min(secondsAhead, (leaseSeconds - timeoutSeconds) / 2);
    this.#size = Math.max(1, Math.min(mostAtOnce, Math.floor(requestsPerSecond * seconds)));
  }

  /** The next contact, the one due longest or any of those waiting; undefined when there is none for now. */
  async next(atRandom: boolean): Promise<ClaimedContact | undefined> {
    while (this.#waiting.length === 0 && !this.#isExhausted && !this.#isClosed) await this.#claim();
    // Not earlier than needed: a claim has to look at all those that are held already.
    if (
      this.#waiting.length <= Math.min(this.#size / 2, this.#options.concurrency * 2) &&
      !this.#isExhausted &&
      !this.#isClosed
    ) {
      // Whoever finds nothing waiting hears of a failure.
      this.#claim().catch(() => undefined);
    }
    const index = atRandom ? Math.floor(Math.random() * this.#waiting.length) : 0;
    return this.#waiting.splice(index, 1)[0];
  }

  /** Forgets that the last claim found nothing: contacts that were being delivered may have more jobs by now. */
  reopen(): void {
    this.#isExhausted = false;
  }

  /** Hands out what nobody has begun of a claim. */
  drop(token: string): ClaimedContact[] {
    const dropped = this.#waiting.filter((contact) => contact.token === token);
    this.#waiting = this.#waiting.filter((contact) => contact.token !== token);
    return dropped;
  }

  /** Claims nothing more and hands out what nobody has begun. */
  async close(): Promise<ClaimedContact[]> {
    this.#isClosed = true;
    await this.#claiming?.catch(() => undefined);
    return this.#waiting.splice(0);
  }

  #claim(): Promise<void> {
    this.#claiming ??= this.#claimOnce().finally(() => {
      this.#claiming = undefined;
    });
    return this.#claiming;
  }

  async #claimOnce(): Promise<void> {
    const left = this.#options.left();
    if (left <= 0) {
      this.#isExhausted = true;
      return;
    }
    const { contacts, isExhausted } = await claimContacts(this.#database, {
      contacts: Math.min(left, this.#size),
      jobs: Math.min(left, this.#size * jobsPerContact),
      leaseSeconds: this.#options.leaseSeconds,
      withoutSuspectsOf: this.#suspectsWait ? this.#options.account : null,
    });
    // Whoever comes too late again and again leaves the rest to those who were quicker.
    this.#late = contacts.length === 0 ? this.#late + 1 : 0;
    if (isExhausted && this.#suspectsWait) this.#suspectsWait = false;
    else this.#isExhausted = isExhausted || this.#late >= mostLate;
    if (contacts.length > 0) await this.#prove(contacts);
    this.#waiting.push(...contacts);
    this.#options.onClaim(contacts);
  }

  /** Nothing is sent whose outcome the database would refuse: it would be sent again after every lease. */
  async #prove(contacts: readonly ClaimedContact[]): Promise<void> {
    if (this.#isProven) return;
    try {
      await proveRecordable(this.#database, contacts, this.#options.account);
      this.#isProven = true;
    } catch (error) {
      // Whoever may not write the outcome may well give the claim back; if not, its lease ends by itself.
      await giveBackAllLeases(this.#database, contacts[0]?.token ?? '').catch(() => undefined);
      throw error;
    }
  }
}
