import type { PurchaseOutcome, SyncResult, UnpaidOutcome } from '../funnel/counts.ts';
import { type Counter, renderCounters } from './counters.ts';
import { formatCount } from './numbers.ts';
import { occurred } from './occurred.ts';
import type { SummaryRow } from './sync-summary.ts';
import type { Terminal } from './terminal.ts';

const purchaseLabels: Record<PurchaseOutcome, string> = {
  marked: 'bought after entering',
  already_marked: 'bought again, their entries are marked already',
  paid_before_entering: 'paid between the test and entering: out of the mails, no conversion',
  paid_before_finishing: 'paid before finishing the test',
  not_in_funnel: 'by people who are in no such funnel',
  no_usable_address: 'without a usable address',
  no_result: 'whose result the site does not have',
  no_buyer: 'whose buyer the site does not have',
  no_test: 'of a test the site does not have',
  other_type: 'of a test whose type is neither 1 nor 2',
  no_date: 'without a date',
  dated_ahead: "dated ahead of the database's clock",
};

const unpaidLabels: Record<UnpaidOutcome, string> = {
  refunded: 'refunded: the site no longer calls them paid',
  vanished: 'gone from the site',
  unpaid_but_kept: 'unpaid or gone, and counted all the same',
};

const unusable: readonly PurchaseOutcome[] = [
  'no_usable_address',
  'no_result',
  'no_buyer',
  'no_test',
  'other_type',
  'no_date',
  'dated_ahead',
];

/** What a sync did with payments, for programs: the outcomes that occurred, and the totals. */
export function paymentRows(purchases: SyncResult['purchases']): SummaryRow[] {
  const { entriesPaidBefore, entriesWithdrawn, entriesRestored } = purchases;
  const entries = {
    paid_before_entering: entriesPaidBefore,
    no_longer_counted: entriesWithdrawn,
    counted_again: entriesRestored,
  };
  const rows = (of: SummaryRow['of'], counts: Record<string, number>): SummaryRow[] =>
    occurred(counts).map(([outcome, count]) => ({ of, outcome, count }));
  return [
    ...rows('payments', purchases.outcomes),
    { of: 'payments', outcome: 'looked_at', count: purchases.lookedAt },
    ...rows('payments', { recorded_earlier: purchases.recordedEarlier }),
    ...rows('payments', purchases.unpaid),
    { of: 'entries', outcome: 'marked_as_bought', count: purchases.entriesMarked },
    ...rows('entries', entries),
  ];
}

/** The same for people, with what to do about those that cannot be used. */
export function paymentsText({ purchases, interrupted, dryRun }: SyncResult, terminal: Terminal): string {
  const { outcomes, lookedAt, recordedEarlier, unpaid } = purchases;
  const unpaidLines = unpaidCounters(purchases);
  const isCorrection = occurred(unpaid).length === 0;
  return [
    lookedAt > 0 || interrupted
      ? `New paid certificates\n${renderCounters(paidCounters(purchases, dryRun), terminal)}`
      : `No new paid certificates${recordedEarlier > 0 ? `; ${formatCount(recordedEarlier)} recorded earlier` : ''}.\n`,
    unpaidLines.length === 0
      ? ''
      : `${isCorrection ? 'Certificates corrected on the site' : 'Certificates paid no more'}\n${renderCounters(unpaidLines, terminal)}`,
    unpaid.unpaid_but_kept > 0 ? 'What becomes of these: sync.vanishedPayments, see funnels help operations\n' : '',
    outcomes.dated_ahead > 0
      ? 'Those dated ahead wait for their time. Does the site keep another time than the\ndatabase? See database.timezone.\n'
      : '',
    unusable.some((outcome) => outcomes[outcome] > 0)
      ? 'Every run tries again what cannot be used. Which: funnels sync -n --explain\n'
      : '',
  ].join('');
}

function paidCounters(purchases: SyncResult['purchases'], dryRun: boolean): Counter[] {
  const { outcomes, entriesMarked, entriesRestored, entriesPaidBefore, lookedAt, recordedEarlier } = purchases;
  const done = dryRun ? 'to be marked' : 'marked';
  const again = entriesRestored === 0 ? '' : `, ${entries(entriesRestored)} counted again`;
  const notes: Partial<Record<PurchaseOutcome, string>> = {
    marked: `${entries(entriesMarked)} ${done}${again}`,
    paid_before_entering: `${entries(entriesPaidBefore)} ${done}`,
  };
  return [
    ...occurred(outcomes).map(([outcome, count]) => ({
      label: purchaseLabels[outcome],
      count,
      ...(notes[outcome] === undefined ? {} : { note: notes[outcome] }),
    })),
    { label: 'looked at', count: lookedAt, total: true },
    ...(recordedEarlier > 0 ? [{ label: 'others recorded earlier', count: recordedEarlier }] : []),
  ];
}

/** Corrections of a payment can take entries back as well, without any that is paid no more. */
function unpaidCounters({ unpaid, entriesWithdrawn }: SyncResult['purchases']): Counter[] {
  return [
    ...occurred(unpaid).map(([outcome, count]) => ({ label: unpaidLabels[outcome], count })),
    ...(entriesWithdrawn === 0
      ? []
      : [{ label: `${entriesWithdrawn === 1 ? 'entry' : 'entries'} no longer counted`, count: entriesWithdrawn }]),
  ];
}

function entries(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'entry' : 'entries'}`;
}
