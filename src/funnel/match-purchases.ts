import type { Database, Id } from '../database/database.ts';
import { type Payment, readNewPayments } from '../modx/payments.ts';
import { readAddress } from './address.ts';
import { closeMatchedPurchases, markBought } from './bought-entries.ts';
import type { PurchaseOutcome, SyncResult } from './counts.ts';
import type { Candidate } from './entries.ts';
import type { FunnelType } from './funnel-type.ts';
import {
  lockOpenEntries,
  lockWaitingPurchases,
  type Purchase,
  type PurchaseStanding,
  readOpenEntries,
  readPurchaseStandings,
  readWaitingPurchases,
  registerPurchases,
} from './purchases.ts';
import type { SyncOptions } from './sync.ts';

const pageSize = 1_000;

/** What a dry run may not write and so has to remember; a real run finds it in the tables. */
export class DryRunMemory {
  readonly purchases: Purchase[] = [];
  readonly #lastPaidAt = new Map<string, string>();
  readonly #entered = new Set<string>();

  addPurchases(purchases: readonly Purchase[]): void {
    for (const purchase of purchases) {
      this.purchases.push(purchase);
      const person = personOf(purchase);
      const last = this.#lastPaidAt.get(person);
      if (last === undefined || last < purchase.paidAt) this.#lastPaidAt.set(person, purchase.paidAt);
    }
  }

  /** Whether the candidate paid for this kind of certificate at or after finishing the test. */
  hasBoughtSince(candidate: Candidate): boolean {
    const last = this.#lastPaidAt.get(personOf(candidate));
    return last !== undefined && last >= candidate.finishedAt;
  }

  addEntry(candidate: Candidate): void {
    this.#entered.add(personOf(candidate));
  }

  /** Whether this run would have entered the buyer, which then counts as entered after paying. */
  wouldHaveEntered(purchase: Purchase): boolean {
    return this.#entered.has(personOf(purchase));
  }
}

function personOf({ email, funnelType }: { email: string; funnelType: FunnelType }): string {
  return `${funnelType} ${email}`;
}

/** Takes the site's new payments into `funnel_purchases`, or, in a dry run, into memory. */
export async function registerNewPurchases(database: Database, options: SyncOptions): Promise<DryRunMemory> {
  const memory = new DryRunMemory();
  let after: Id = -1;
  for (;;) {
    const payments = await readNewPayments(database, options.tables, after, pageSize);
    const purchases = payments.map(readPurchase);
    if (options.dryRun) memory.addPurchases(purchases);
    else if (purchases.length > 0) await database.transaction((session) => registerPurchases(session, purchases));
    const last = payments.at(-1);
    if (last === undefined || payments.length < pageSize || options.signal.aborted) return memory;
    after = last.id;
  }
}

function readPurchase({ id, email, type, paidAt }: Payment): Purchase {
  const reading = readAddress(email);
  return {
    paymentId: id,
    email: reading.ok ? reading.address : '',
    funnelType: type === 1 ? 'language' : 'non_language',
    paidAt,
  };
}

/** Marks the entries of everybody who bought since the last run and enqueues their jobs, a page per transaction. */
export async function matchPurchases(database: Database, options: SyncOptions, result: SyncResult): Promise<void> {
  while (!options.signal.aborted) {
    const page = await database.transaction(async (session) => {
      const purchases = await lockWaitingPurchases(session, pageSize);
      const standings = await readPurchaseStandings(session, purchases);
      const entries = await lockOpenEntries(session, purchases);
      await markBought(session, entries);
      await closeMatchedPurchases(session, purchases);
      return { purchases, standings, marked: entries.length };
    });
    count(page.purchases, page.standings, result);
    result.purchases.entriesMarked += page.marked;
    if (page.purchases.length < pageSize) break;
  }
  result.interrupted ||= options.signal.aborted;
}

/** What `matchPurchases` would do, by the same questions and without writing. */
export async function previewPurchases(database: Database, memory: DryRunMemory, result: SyncResult): Promise<void> {
  const marked = new Set<string>();
  const look = async (purchases: readonly Purchase[]): Promise<void> => {
    count(purchases, await readPurchaseStandings(database, purchases), result, memory);
    for (const { entryId } of await readOpenEntries(database, purchases)) marked.add(String(entryId));
  };
  let after: Id = -1;
  for (;;) {
    const purchases = await readWaitingPurchases(database, after, pageSize);
    await look(purchases);
    const last = purchases.at(-1);
    if (last === undefined || purchases.length < pageSize) break;
    after = last.paymentId;
  }
  for (let start = 0; start < memory.purchases.length; start += pageSize) {
    await look(memory.purchases.slice(start, start + pageSize));
  }
  result.purchases.entriesMarked = marked.size;
}

function count(
  purchases: readonly Purchase[],
  standings: readonly PurchaseStanding[],
  result: SyncResult,
  memory?: DryRunMemory,
): void {
  const byPayment = new Map(standings.map((standing) => [String(standing.paymentId), standing]));
  for (const purchase of purchases) {
    result.purchases.lookedAt += 1;
    const outcome = outcomeOf(purchase, byPayment.get(String(purchase.paymentId)), memory);
    result.purchases.outcomes[outcome] += 1;
  }
}

function outcomeOf(
  purchase: Purchase,
  standing: PurchaseStanding | undefined,
  memory: DryRunMemory | undefined,
): PurchaseOutcome {
  if (purchase.email === '') return 'no_usable_address';
  if (standing?.opens === 1) return 'marked';
  if (standing?.isMarked === 1) return 'already_marked';
  const isEntered = standing?.isEntered === 1 || memory?.wouldHaveEntered(purchase) === true;
  return isEntered ? 'paid_before_entering' : 'not_in_funnel';
}
