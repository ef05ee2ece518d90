import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { Database, Id } from '../database/database.ts';
import { countPaid, type Payment, readDifferingPayments } from '../modx/payments.ts';
import type { SyncResult } from './counts.ts';
import { DryRunMemory } from './dry-run-memory.ts';
import { type PaymentReading, readPayment } from './payment-reading.ts';
import { correctCopies, type Purchase, readLastPaid, registerPurchases } from './purchases.ts';
import { revokeUnpaid } from './revoke-unpaid.ts';
import type { SyncOptions } from './sync.ts';
import { previewWithdrawal, withdraw } from './withdraw.ts';

const pageSize = 1_000;

/** What a page of payments calls for. */
interface Changes {
  /** not in `funnel_purchases` yet */
  fresh: Purchase[];
  /** there, but saying something else */
  corrected: Purchase[];
  /** what those say now */
  copies: Purchase[];
}

/**
 * Brings `funnel_purchases` up to what the site says, or, in a dry run, the memory that is returned: new payments,
 * corrected ones, and those that are paid no more. Counts those that are as recorded and those that cannot be used; the
 * others wait to be matched. Ends early when aborted.
 */
export async function takeInPayments(
  database: Database,
  options: SyncOptions,
  result: SyncResult,
): Promise<DryRunMemory> {
  const memory = new DryRunMemory();
  const { purchases } = result;
  const paid = await countPaid(database, options.tables);
  let differing = 0;
  let after: Id = -1;
  for (;;) {
    const payments = await readDifferingPayments(database, options.tables, after, pageSize);
    const readings = payments.map((payment) => ({ payment, reading: readPayment(payment) }));
    purchases.entriesWithdrawn += await apply(database, options, memory, changesOf(readings));
    for (const each of readings) count(each, options, purchases);
    differing += payments.length;
    await options.pause?.();
    // The embedded engine never waits, so without this no signal would be heard.
    await eventLoopTurn();
    const last = payments.at(-1);
    if (options.signal.aborted) return memory;
    if (last === undefined || payments.length < pageSize) break;
    after = last.id;
  }
  // A payment that came in while they were read was not counted before.
  purchases.recordedEarlier += Math.max(0, paid - differing);
  await revokeUnpaid(database, options, memory, result);
  if (options.dryRun) {
    const left = await readLastPaid(database, memory.withdrawnPersons, memory.withdrawn);
    for (const { paidAt, ...person } of left) memory.setLastLeft(person, paidAt);
  }
  return memory;
}

async function apply(
  database: Database,
  options: SyncOptions,
  memory: DryRunMemory,
  { fresh, corrected, copies }: Changes,
): Promise<number> {
  if (fresh.length + corrected.length === 0) return 0;
  if (options.dryRun) {
    memory.addPurchases(fresh);
    memory.addPurchases(corrected);
    memory.withdraw(copies);
    return previewWithdrawal(database, options, memory, copies);
  }
  return database.transaction(async (session) => {
    await registerPurchases(session, fresh);
    await correctCopies(session, corrected);
    return withdraw(session, options, copies);
  });
}

function changesOf(readings: readonly { payment: Payment; reading: PaymentReading }[]): Changes {
  const changes: Changes = { fresh: [], corrected: [], copies: [] };
  for (const { payment, reading } of readings) {
    const { purchase, unusable, isRecorded } = reading;
    if (purchase === null || isRecorded) continue;
    const copy = copyOf(payment);
    if (copy === null) changes.fresh.push(purchase);
    // The last usable thing the site said about a payment stands until it says something else that is.
    else if (unusable === null) {
      changes.corrected.push(purchase);
      changes.copies.push(copy);
    }
  }
  return changes;
}

function copyOf({ id, copyEmail, copyFunnel, copyPaidAt }: Payment): Purchase | null {
  if (copyPaidAt === null) return null;
  return {
    paymentId: id,
    email: copyEmail ?? '',
    funnelType: copyFunnel === 'language' ? 'language' : 'non_language',
    paidAt: copyPaidAt,
  };
}

function count(
  { payment, reading }: { payment: Payment; reading: PaymentReading },
  { onPayment }: SyncOptions,
  purchases: SyncResult['purchases'],
): void {
  const { unusable, isMatched, purchase, detail, email } = reading;
  if (unusable === null) {
    // The rest is counted when it is matched.
    if (isMatched) purchases.recordedEarlier += 1;
    return;
  }
  purchases.lookedAt += 1;
  purchases.outcomes[unusable] += 1;
  const { id: paymentId, paidAt } = payment;
  onPayment?.({ paymentId, paidAt, funnel: purchase?.funnelType ?? null, email, outcome: unusable, detail });
}
