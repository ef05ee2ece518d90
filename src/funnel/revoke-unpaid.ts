import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import { readUnpaid, type UnpaidPayment } from '../modx/payments.ts';
import type { SyncResult, UnpaidOutcome } from './counts.ts';
import type { DryRunMemory } from './dry-run-memory.ts';
import { countValidPurchases, revokePurchases } from './purchases.ts';
import type { SyncOptions } from './sync.ts';
import { previewWithdrawal, withdraw } from './withdraw.ts';

const pageSize = 1_000;

/** What may be an accident when there are many of it. */
const suspicious = ['refunded', 'vanished'] as const;
type Suspicious = (typeof suspicious)[number];

const believe = 'If they were refunded: FUNNELS_SYNC_VANISHED_PAYMENTS=refunded funnels sync';
const warnings: Record<Suspicious, string> = {
  refunded: `So many recorded payments are no longer paid on the site that it is taken for an accident, not for refunds:\nthey count as before. ${believe}`,
  vanished: `So many recorded payments are gone from the site that they are taken for lost, not for refunded:\nthey count as before. ${believe}\nIf the site deletes or archives old ones, set sync.vanishedPayments: kept`,
};

/** So many between two runs are people who got their money back; more, and more than this share, are an accident. */
const fewAtMost = 20;
const fewShare = 0.001;

/**
 * Notices recorded payments that the site no longer calls paid: refunded, or gone. They are revoked, and the entries that
 * had nothing else to count by are taken back. Where those of one kind are so many that a table was emptied, restored or archived more
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
  const held = options.vanishedPayments === 'refunded' ? [] : await findTooMany(database, options, first);
  for (const kind of held) options.onWarning?.(warnings[kind]);
  let page = first;
  while (page.length > 0 && !signal.aborted) {
    const judged = page.map((payment) => {
      const outcome = judge(payment, options);
      return { payment, outcome: held.some((kind) => kind === outcome) ? 'unpaid_but_kept' : outcome };
    });
    const revoked = judged.filter(({ outcome }) => outcome !== 'unpaid_but_kept').map(({ payment }) => payment);
    result.purchases.entriesWithdrawn += await apply(database, options, memory, revoked);
    for (const { payment, outcome } of judged) count(payment, outcome, options, result);
    await options.pause?.();
    await eventLoopTurn();
    if (page.length < pageSize) break;
    page = await readUnpaid(database, tables, page.at(-1)?.paymentId ?? -1, pageSize);
  }
}

/** Of which kind more lose their payment at once than refunds explain; a site that archives must not hide its refunds. */
async function findTooMany(
  database: Database,
  { tables, ...options }: SyncOptions,
  first: readonly UnpaidPayment[],
): Promise<Suspicious[]> {
  if (first.length <= fewAtMost) return [];
  const limit = Math.max(fewAtMost, Math.floor((await countValidPurchases(database)) * fewShare));
  const counts = { refunded: 0, vanished: 0, unpaid_but_kept: 0 };
  let page = first;
  for (;;) {
    for (const payment of page) counts[judge(payment, options)] += 1;
    const tooMany = suspicious.filter((kind) => counts[kind] > limit);
    if (page.length < pageSize || tooMany.length === suspicious.length) return tooMany;
    page = await readUnpaid(database, tables, page.at(-1)?.paymentId ?? -1, pageSize);
  }
}

function judge({ isGone }: UnpaidPayment, { vanishedPayments }: Pick<SyncOptions, 'vanishedPayments'>): UnpaidOutcome {
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
