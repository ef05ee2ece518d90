import type { CandidateOutcome } from '../funnel/candidate.ts';
import type { PurchaseOutcome, SyncResult } from '../funnel/counts.ts';
import type { Column } from './columns.ts';
import { type Counter, renderCounters } from './counters.ts';
import { formatCount } from './numbers.ts';
import { type Format, renderRows } from './render.ts';
import type { Terminal } from './terminal.ts';

const candidateLabels: Record<CandidateOutcome, string> = {
  entered: 'entered',
  already_in_funnel: 'already in the funnel',
  repeated_in_run: 'repeated in this run (same person and test)',
  covered_by_older_entry: 'covered by an entry without a test number',
  already_bought: 'had already bought',
  no_address: 'without an address',
  not_an_address: 'with something that is not an address',
  no_such_test: 'of a test the site does not have',
  funnel_not_configured: 'of a funnel without a list (funnels.<name>.listId)',
  lost_race: 'entered by another run at the same moment',
};

const purchaseLabels: Record<PurchaseOutcome, string> = {
  marked: 'bought after entering',
  already_marked: 'bought again, marked before',
  paid_before_entering: 'paid before entering, not counted',
  not_in_funnel: 'by people who are in no such funnel',
  no_usable_address: 'without a usable address',
};

interface SummaryRow {
  of: 'results' | 'payments' | 'entries';
  outcome: string;
  count: number;
}

const columns: Column<SummaryRow>[] = [
  { key: 'of', title: 'Of', value: (row) => row.of },
  { key: 'outcome', title: 'Outcome', value: (row) => row.outcome },
  { key: 'count', title: 'Count', align: 'right', value: (row) => row.count },
];

/** What a sync did, as counters for people or as rows for programs; only outcomes that occurred, and the totals. */
export function renderSync(result: SyncResult, options: { format: Format | undefined; terminal: Terminal }): string {
  const format = options.format ?? (options.terminal.isTerminal ? 'table' : 'tsv');
  return format === 'table'
    ? forPeople(result, options.terminal)
    : renderRows(rowsOf(result), columns, { ...options, format });
}

function rowsOf(result: SyncResult): SummaryRow[] {
  const { outcomes, purchases } = result;
  return [
    ...occurred(outcomes).map(([outcome, count]) => ({ of: 'results' as const, outcome, count })),
    { of: 'results', outcome: 'looked_at', count: result.lookedAt },
    ...occurred(purchases.outcomes).map(([outcome, count]) => ({ of: 'payments' as const, outcome, count })),
    { of: 'payments', outcome: 'looked_at', count: purchases.lookedAt },
    { of: 'entries', outcome: 'marked_as_bought', count: purchases.entriesMarked },
  ];
}

function forPeople(result: SyncResult, terminal: Terminal): string {
  const { outcomes, entered, purchases, window, dryRun, interrupted } = result;
  const byFunnel = `language ${formatCount(entered.language)}, non_language ${formatCount(entered.non_language)}`;
  const results: Counter[] = occurred(outcomes).map(([outcome, count]) => ({
    label: outcome === 'entered' && dryRun ? 'would enter' : candidateLabels[outcome],
    count,
    ...(outcome === 'entered' ? { note: byFunnel } : {}),
  }));
  const payments: Counter[] = occurred(purchases.outcomes).map(([outcome, count]) => ({
    label: purchaseLabels[outcome],
    count,
  }));
  const marks = `${formatCount(purchases.entriesMarked)} ${purchases.entriesMarked === 1 ? 'entry' : 'entries'}`;
  return [
    `Test results finished from ${window.from} to ${window.to}\n`,
    renderCounters([...results, { label: 'looked at', count: result.lookedAt, total: true }], terminal),
    'New paid certificates\n',
    renderCounters([...payments, { label: 'looked at', count: purchases.lookedAt, total: true }], terminal),
    purchases.entriesMarked === 0 ? '' : `${marks} ${dryRun ? 'would be' : ''} marked as bought.\n`.replace('  ', ' '),
    interrupted ? 'Ended early by a signal; the next run goes on from here.\n' : '',
    dryRun ? 'Nothing was written. To do it: funnels sync\n' : '',
    !dryRun && outcomes.entered + purchases.entriesMarked > 0 ? 'Next: funnels drain-outbox\n' : '',
  ].join('');
}

function occurred<Key extends string>(counts: Record<Key, number>): [Key, number][] {
  return (Object.entries(counts) as [Key, number][]).filter(([, count]) => count > 0);
}
