import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import { readUnpaid, type UnpaidPayment } from '../modx/payments.ts';
import type { SyncResult, UnpaidOutcome } from './counts.ts';
import type { DryRunMemory } from './dry-run-memory.ts';
import { countValidPurchases, revokePurchases } from './purchases.ts';
import type { SyncOptions } from './sync.ts';
import { previewWithdrawal, withdraw } from './withdraw.ts';

const pageSize = 1_000;

/** So many between two runs are people who got their money back; more, and more than this share, are an accident. */
const fewAtMost = 20;
const fewShare = 0.001;

/**
 * Notices recorded payments that the site no longer calls paid: refunded, or gone. They are revoked, and the entries that
 * had nothing else to count by are taken back. Where they are so many that a table was emptied, restored or archived more
 * likely than that all were refunded, they are kept, and a warning says so.
 */
export async function revokeUnpaid(
  database: Database,
  options: SyncOptions,
  memory: DryRunMemory,
  result: SyncResult,
): Promise<void> {
  const { signal, tables } = options;
  const first = await readUnpaid(database, tables, -1, pageSize);
  if (first.length === 0) return;
  const areHeld = options.vanishedPayments !== 'refunded' && (await areMany(database, options, first));
  if (areHeld) warn(options);
  let page = first;
  while (page.length > 0 && !signal.aborted) {
    const judged = page.map((payment) => ({ payment, outcome: areHeld ? 'unpaid_but_kept' : judge(payment, options) }));
    const revoked = judged.filter(({ outcome }) => outcome !== 'unpaid_but_kept').map(({ payment }) => payment);
    result.purchases.entriesWithdrawn += await apply(database, options, memory, revoked);
    for (const { payment, outcome } of judged) count(payment, outcome as UnpaidOutcome, options, result);
    await options.pause?.();
    await eventLoopTurn();
    if (page.length < pageSize) break;
    page = await readUnpaid(database, tables, page.at(-1)?.paymentId ?? -1, pageSize);
  }
}

/** Whether more lose their payment at once than refunds explain. */
async function areMany(database: Database, options: SyncOptions, first: readonly UnpaidPayment[]): Promise<boolean> {
  const concerned = (payments: readonly UnpaidPayment[]): number =>
    payments.filter((payment) => judge(payment, options) !== 'unpaid_but_kept').length;
  if (first.length < pageSize && concerned(first) <= fewAtMost) return false;
  const limit = Math.max(fewAtMost, Math.floor((await countValidPurchases(database)) * fewShare));
  let many = 0;
  let page = first;
  for (;;) {
    many += concerned(page);
    if (many > limit) return true;
    if (page.length < pageSize) return false;
    page = await readUnpaid(database, options.tables, page.at(-1)?.paymentId ?? -1, pageSize);
  }
}

function judge({ isGone }: UnpaidPayment, { vanishedPayments }: SyncOptions): UnpaidOutcome {
  if (isGone === 0) return 'refunded';
  return vanishedPayments === 'kept' ? 'unpaid_but_kept' : 'vanished';
}

async function apply(
  database: Database,
  options: SyncOptions,
  memory: DryRunMemory,
  revoked: readonly UnpaidPayment[],
): Promise<number> {
  if (revoked.length === 0) return 0;
  if (options.dryRun) {
    memory.withdraw(revoked);
    return previewWithdrawal(database, options, memory, revoked);
  }
  return database.transaction(async (session) => {
    await revokePurchases(session, revoked);
    return withdraw(session, options, revoked);
  });
}

function count(payment: UnpaidPayment, outcome: UnpaidOutcome, { onPayment }: SyncOptions, result: SyncResult): void {
  result.purchases.unpaid[outcome] += 1;
  const { paymentId, paidAt, funnelType: funnel, email } = payment;
  onPayment?.({ paymentId, paidAt, funnel, email, outcome, detail: null });
}

function warn({ onWarning }: SyncOptions): void {
  onWarning?.(
    'So many recorded payments are no longer paid on the site, or gone, that they are taken for lost, not for refunded:\n' +
      'they count as before. If they were refunded: FUNNELS_SYNC_VANISHED_PAYMENTS=refunded funnels sync',
  );
}
