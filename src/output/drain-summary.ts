import type { DrainResult } from '../outbox/drain-result.ts';
import type { DrainPreview, PreviewedJob } from '../outbox/preview.ts';
import type { Column } from './columns.ts';
import { type Counter, renderCounters } from './counters.ts';
import { entryGone, entryGoneLines } from './entry-gone.ts';
import { formatCount } from './numbers.ts';
import { type Format, renderRows } from './render.ts';
import type { Terminal } from './terminal.ts';

interface Options {
  format: Format | undefined;
  terminal: Terminal;
}

interface SummaryRow {
  outcome: string;
  count: number;
}

const summaryColumns: Column<SummaryRow>[] = [
  { key: 'outcome', title: 'Outcome', value: (row) => row.outcome },
  { key: 'count', title: 'Count', align: 'right', value: (row) => row.count },
];

/**
 * What a drain did, as counters for people or as rows for programs. A drain that found nothing to do says so in one
 * line unless a format was asked for: a timer writes it to the journal every few minutes.
 */
export function renderDrain(result: DrainResult, options: Options): string {
  const isIdle = result.claimed === 0 && result.stopped === null && !result.interrupted;
  if (isIdle && result.left !== null && (options.format ?? 'table') === 'table') return `${idleText(result.left)}\n`;
  const format = options.format ?? (options.terminal.isTerminal ? 'table' : 'tsv');
  if (format === 'table') return forPeople(result, options.terminal);
  const { sent, coalesced, created, retried, failed, released, lostLeases, takenBack, left } = result;
  const counts = {
    sent,
    coalesced,
    created,
    retried,
    failed,
    released,
    lost_leases: lostLeases,
    taken_back: takenBack,
  };
  const rest = left === null ? {} : { left_due: left.due, left_entry_gone: left.entryGone, left_pending: left.pending };
  const rows = Object.entries({ ...counts, ...rest }).map(([outcome, count]) => ({ outcome, count }));
  return renderRows(rows, summaryColumns, { ...options, format });
}

function forPeople(result: DrainResult, terminal: Terminal): string {
  const { sent, coalesced, retried, failed, released, lostLeases, takenBack, left, reasons } = result;
  const lines: Counter[] = [
    { label: 'sent to Brevo', count: sent, ...noteOn(result) },
    { label: 'of these in the call of another job', count: coalesced },
    { label: 'to be tried again later', count: retried },
    { label: 'failed for good', count: failed },
    // What was given back for a moment and sent later in the run is no news.
    { label: 'given back untouched', count: result.stopped !== null || result.interrupted ? released : 0 },
    { label: 'answered after their lease had ended, not recorded', count: lostLeases },
    { label: 'of earlier runs pending again: that failure may have been everybody’s', count: takenBack },
  ];
  return [
    renderCounters(
      lines.filter(({ count }, index) => count > 0 || index === 0),
      terminal,
    ),
    reasons.length === 0 ? '' : 'Why\n',
    renderCounters(
      reasons.slice(0, 5).map(({ reason, count }) => ({ label: reason, count })),
      terminal,
    ),
    left === null ? '' : `Left: ${remaining(left)}\n`,
    failed === 0 ? '' : 'See them, and what to do: funnels outbox list --status failed\n',
    result.interrupted ? 'Ended early by a signal; the next run goes on from here.\n' : '',
  ].join('');
}

function idleText(left: NonNullable<DrainResult['left']>): string {
  if (left.due === 0) return `Nothing to send: ${remaining(left)}`;
  return `Nothing sent: ${formatCount(left.due)} due, but another worker is taking them just now.`;
}

function noteOn({ created }: DrainResult): { note?: string } {
  return created > 0 ? { note: `${formatCount(created)} new to Brevo` } : {};
}

function remaining({ due, entryGone: gone, pending }: NonNullable<DrainResult['left']>): string {
  const words = `${formatCount(due)} due now, ${formatCount(pending - due - gone)} scheduled or held`;
  return gone === 0 ? `${words}.` : `${words}, ${formatCount(gone)} ${entryGone} (funnels outbox list --entry-gone).`;
}

const previewColumns: Column<PreviewedJob>[] = [
  { key: 'id', title: 'Job', align: 'right', priority: 1, value: (row) => row.id },
  { key: 'operation', title: 'Operation', priority: 3, value: (row) => row.operation },
  { key: 'email', title: 'Address', priority: 1, value: (row) => row.email },
  { key: 'listIds', title: 'Lists', priority: 4, value: (row) => row.listIds.join(' ') },
  { key: 'unlinkListIds', title: 'Leaves', priority: 6, value: (row) => row.unlinkListIds.join(' ') },
  { key: 'attempts', title: 'Failed before', align: 'right', priority: 5, value: (row) => row.attempts },
  { key: 'problem', title: 'Problem', priority: 2, value: (row) => row.problem },
];

/** The jobs a drain would deliver first. */
export function renderPreview(preview: DrainPreview, options: Options): string {
  const { jobs, left } = preview;
  const due = left.due === 1 ? '1 due job' : `${formatCount(left.due)} due jobs`;
  return renderRows(jobs, previewColumns, {
    ...options,
    title:
      left.due === 0
        ? 'No job is due.'
        : jobs.length < left.due
          ? `The first ${formatCount(jobs.length)} of ${due}`
          : due,
    footer: [
      ...entryGoneLines(left.entryGone),
      ...(left.due === 0 ? [] : ['Nothing was sent or written. To do it: funnels drain-outbox']),
    ],
  });
}
