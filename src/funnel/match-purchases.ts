import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import { writeSettled } from './bought-entries.ts';
import { lockEntriesOf, readEntriesOf } from './buyer-entries.ts';
import { PurchaseCounter } from './count-purchases.ts';
import type { SyncResult } from './counts.ts';
import { DryRunMemory } from './dry-run-memory.ts';
import {
  closeMatchedPurchases,
  hasAddress,
  lockWaitingPurchases,
  type Purchase,
  readWaitingPurchases,
} from './purchases.ts';
import { settleMatched } from './settle.ts';
import type { SyncOptions } from './sync.ts';

const pageSize = 1_000;

/** Marks the entries of everybody who bought since the last run and enqueues their jobs, a page per transaction. */
export async function matchPurchases(database: Database, options: SyncOptions, result: SyncResult): Promise<void> {
  const counter = new PurchaseCounter(result.purchases, new DryRunMemory(), options.onPayment);
  while (!options.signal.aborted) {
    const page = await database.transaction(async (session) => {
      const purchases = await lockWaitingPurchases(session, pageSize);
      const usable = purchases.filter(hasAddress);
      if (usable.length > 0) await lockEntriesOf(session, usable);
      // Read after locking: what a concurrent run has marked in the meantime is then seen as marked.
      const entries = await readEntriesOf(session, options.tables, usable);
      const settled = entries.flatMap((entry) => settleMatched(entry) ?? []);
      await writeSettled(session, settled, options.funnels);
      await closeMatchedPurchases(session, purchases);
      return { purchases, entries, settled };
    });
    counter.add(page);
    await options.pause?.();
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
  const counter = new PurchaseCounter(result.purchases, memory, options.onPayment);
  const corrected = new Set(memory.withdrawn.map(String));
  const waiting = (await readAllWaiting(database)).filter(({ paymentId }) => !corrected.has(String(paymentId)));
  const all = [...waiting, ...memory.purchases];
  all.sort((a, b) => (BigInt(a.paymentId) < BigInt(b.paymentId) ? -1 : 1));
  for (let start = 0; start < all.length && !options.signal.aborted; start += pageSize) {
    const purchases = all.slice(start, start + pageSize);
    const usable = purchases.filter(hasAddress);
    const entries = (await readEntriesOf(database, options.tables, usable, memory.withdrawnOf(usable))).map((entry) =>
      memory.asWouldBe(entry),
    );
    const settled = entries.flatMap((entry) => settleMatched(entry) ?? []);
    memory.addSettled(settled);
    counter.add({ purchases, entries, settled });
    await options.pause?.();
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
