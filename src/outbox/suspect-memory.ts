import type { Database } from '../database/database.ts';
import {
  type Charge,
  clearOthers,
  forgetOldSuspects,
  forgetSuspects,
  readSuspects,
  rememberDelivery,
  rememberSuspects,
  type Suspect,
  type TakenBack,
  takeBackCharges,
  wasDeliveredLately,
} from './suspects.ts';

/**
 * What earlier runs found out about contacts whose calls failed, and what this one adds to it. A timer starts a run each
 * minute, with few contacts each, so that no single run would see what befalls everybody.
 */
export class SuspectMemory {
  readonly #account: string;
  readonly #known: Map<string, Suspect>;
  readonly #changed = new Set<string>();
  readonly #delivered = new Set<string>();
  /** somebody was delivered, and earlier runs had left failures unexplained */
  #explains = false;
  #hasDelivered = false;
  #takenBack: TakenBack[] = [];

  /** whether anybody was delivered within the hour before this run */
  readonly wasDeliveredLately: boolean;

  private constructor(account: string, known: readonly Suspect[], wasDeliveredLately: boolean) {
    this.#account = account;
    this.wasDeliveredLately = wasDeliveredLately;
    this.#known = new Map(known.map((suspect) => [suspect.email, suspect]));
  }

  static async load(database: Database, account: string): Promise<SuspectMemory> {
    return new SuspectMemory(
      account,
      await readSuspects(database, account),
      await wasDeliveredLately(database, account),
    );
  }

  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  /** Whether others were delivered after this contact had failed for the same cause. */
  isOwn(email: string, cause: string): boolean {
    const known = this.#known.get(email);
    return known?.cause === cause && known.othersAreWell;
  }

  /** Whether this contact has been charged for that cause already, on no more evidence than there was. */
  wasCharged(email: string, cause: string): boolean {
    const known = this.#known.get(email);
    return known?.cause === cause && known.charges.length > 0;
  }

  /** The contacts that failed for this cause while nobody has been delivered since. */
  unexplained(cause: string): string[] {
    return [...this.#known.values()]
      .filter((known) => known.cause === cause && !known.othersAreWell)
      .map(({ email }) => email);
  }

  /** A call of this contact succeeded. */
  delivered(email: string): void {
    if (!this.#hasDelivered) this.#explainEarlier();
    if (this.#known.delete(email)) this.#delivered.add(email);
    this.#changed.delete(email);
  }

  /** A contact failed on its own, shown by others that were delivered since. */
  failedOnItsOwn(email: string, cause: string): void {
    this.#set({ email, cause, othersAreWell: true, charges: [] });
  }

  /** A contact failed, and was charged because nothing spoke against it; nothing proves it either. */
  charged(email: string, cause: string, charges: readonly Charge[]): void {
    if (this.isOwn(email, cause)) return;
    const earlier = this.#known.get(email)?.charges ?? [];
    const merged = charges.map((charge) => ({
      ...charge,
      before:
        earlier.find(({ id, after }) => String(id) === String(charge.id) && after === charge.before)?.before ??
        charge.before,
    }));
    this.#set({ email, cause, othersAreWell: false, charges: merged });
  }

  /** These contacts failed as everybody does: nobody is charged, and who was charged for it before gets that back. */
  failedAsEverybody(failed: readonly { email: string; cause: string }[]): void {
    const causes = new Set(failed.map(({ cause }) => cause));
    for (const known of this.#known.values()) {
      if (!causes.has(known.cause) || known.charges.length === 0) continue;
      this.#takenBack.push(...known.charges.map((charge) => ({ ...charge, onlyFailed: false })));
      this.#set({ ...known, charges: [] });
    }
    for (const { email, cause } of failed) {
      if (!this.isOwn(email, cause)) this.#set({ email, cause, othersAreWell: false, charges: [] });
    }
  }

  /** Writes down what has changed; returns how many jobs got an attempt back. */
  async save(database: Database): Promise<number> {
    const changed = [...this.#changed].flatMap((email) => this.#known.get(email) ?? []);
    const delivered = [...this.#delivered];
    const charges = this.#takenBack;
    const explains = this.#explains;
    const hasDelivered = this.#hasDelivered;
    if (changed.length + delivered.length + charges.length === 0 && !hasDelivered) return 0;
    const takenBack = await database.transaction(async (session) => {
      if (hasDelivered) await rememberDelivery(session, this.#account);
      if (explains) await clearOthers(session, this.#account);
      await forgetSuspects(session, this.#account, delivered);
      await forgetOldSuspects(session);
      await rememberSuspects(session, this.#account, changed);
      return takeBackCharges(session, charges);
    });
    this.#changed.clear();
    this.#delivered.clear();
    this.#takenBack = [];
    this.#explains = false;
    return takenBack;
  }

  #explainEarlier(): void {
    this.#hasDelivered = true;
    for (const [email, known] of this.#known) {
      if (known.othersAreWell) continue;
      this.#explains = true;
      // If it was the account, that is well again; if it is the contact, the next answer is final.
      const doubtful = known.charges.filter(({ isDoubtful }) => isDoubtful);
      this.#takenBack.push(...doubtful.map((charge) => ({ ...charge, onlyFailed: true })));
      this.#known.set(email, { ...known, othersAreWell: true, charges: [] });
    }
  }

  #set(suspect: Suspect): void {
    this.#known.set(suspect.email, suspect);
    this.#changed.add(suspect.email);
    this.#delivered.delete(suspect.email);
  }
}
