import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { Database, Id } from '../database/database.ts';
import { type Payment, readNewPayments } from '../modx/payments.ts';
import { readAddress } from './address.ts';
import { closeMatchedPurchases, markBought } from './bought-entries.ts';
import { PurchaseCounter } from './count-purchases.ts';
import type { SyncResult } from './counts.ts';
import { DryRunMemory } from './dry-run-memory.ts';
import {
  lockOpenEntries,
  lockWaitingPurchases,
  type Purchase,
  readOpenEntries,
  readPurchaseStandings,
  readWaitingPurchases,
  registerPurchases,
} from './purchases.ts';
import type { SyncOptions } from './sync.ts';

const pageSize = 1_000;

/** Takes the site's new payments into `funnel_purchases`, or, in a dry run, into memory. Ends early when aborted. */
export async function registerNewPurchases(database: Database, options: SyncOptions): Promise<DryRunMemory> {
  const memory = new DryRunMemory();
  let after: Id = -1;
  for (;;) {
    const payments = await readNewPayments(database, options.tables, after, pageSize);
    const purchases = payments.map(readPurchase);
    if (options.dryRun) memory.addPurchases(purchases);
    else if (purchases.length > 0) await database.transaction((session) => registerPurchases(session, purchases));
    // The embedded engine never waits, so without this no signal would be heard.
    await eventLoopTurn();
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
  const counter = new PurchaseCounter(result.purchases, new DryRunMemory());
  while (!options.signal.aborted) {
    const page = await database.transaction(async (session) => {
      const purchases = await lockWaitingPurchases(session, pageSize);
      const usable = purchases.filter(hasAddress);
      const openEntries = await lockOpenEntries(session, usable);
      // Asked after locking: what a concurrent run has marked in the meantime is then seen as marked.
      const standings = await readPurchaseStandings(session, usable);
      await markBought(session, openEntries, options.funnels);
      await closeMatchedPurchases(session, purchases);
      return { purchases, standings, openEntries };
    });
    counter.add(page);
    await eventLoopTurn();
    if (page.purchases.length < pageSize) break;
  }
}

/** What `matchPurchases` would do, by the same questions in the same order, and without writing. */
export async function previewPurchases(
  database: Database,
  options: SyncOptions,
  memory: DryRunMemory,
  result: SyncResult,
): Promise<void> {
  const counter = new PurchaseCounter(result.purchases, memory);
  const all = [...(await readAllWaiting(database)), ...memory.purchases];
  all.sort((a, b) => (BigInt(a.paymentId) < BigInt(b.paymentId) ? -1 : 1));
  for (let start = 0; start < all.length && !options.signal.aborted; start += pageSize) {
    const purchases = all.slice(start, start + pageSize);
    const usable = purchases.filter(hasAddress);
    const openEntries = await readOpenEntries(database, usable);
    counter.add({ purchases, openEntries, standings: await readPurchaseStandings(database, usable) });
    await eventLoopTurn();
  }
}

/** Purchases that a run which ended early has registered and not matched. */
async function readAllWaiting(database: Database): Promise<Purchase[]> {
  const all: Purchase[] = [];
  for (;;) {
    const page = await readWaitingPurchases(database, all.at(-1)?.paymentId ?? -1, pageSize);
    all.push(...page);
    if (page.length < pageSize) return all;
  }
}

function hasAddress({ email }: Purchase): boolean {
  return email !== '';
}
