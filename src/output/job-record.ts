import type { InspectedJob } from '../outbox/inspect.ts';
import type { NextAttempt } from '../outbox/next-attempt.ts';
import type { Column } from './columns.ts';
import { entryGone } from './entry-gone.ts';
import { formatDuration } from './numbers.ts';
import { outboxColumns } from './outbox-table.ts';
import { renderRows } from './render.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './visible.ts';
import { displayWidth } from './width.ts';
import { wrapWords } from './wrap.ts';

/** Everything about one job, a line per fact, for people; ends with one newline. */
export function renderJob(job: InspectedJob, terminal: Terminal): string {
  const { entry } = job;
  const facts: [string, string][] = [
    ['Job', String(job.id)],
    ['Operation', job.operation],
    ['Status', job.status],
    ['Attempts', String(job.attempts)],
    ['Last error', job.lastError ?? 'none'],
    ['Next attempt', describeNextAttempt(job.nextAttempt, job.status)],
    ['Created at', job.createdAt],
    ['Changed at', job.updatedAt],
  ];
  const ofEntry: [string, string][] =
    entry === null
      ? [['Entry', 'gone']]
      : [
          ['Entry', String(entry.id)],
          ['Address', entry.email],
          ['Funnel', entry.funnel],
          ['Test', entry.testId === 0 ? 'not recorded' : String(entry.testId)],
          ['Entered at', entry.enteredAt],
          ['Bought at', entry.purchasedAt ?? 'not bought'],
        ];
  const others =
    job.otherJobs.length === 0
      ? []
      : ['', 'Other jobs of this contact', ...otherJobLines(job.otherJobs, terminal).map((line) => `  ${line}`)];
  const lines = [
    ...factLines([...facts, ...ofEntry]),
    '',
    'Payload',
    ...payloadLines(job.payload).map((line) => `  ${line}`),
    ...others,
    '',
    'What to do',
    ...fitted(`  ${visible(job.advice)}`, terminal),
  ];
  return `${lines.join('\n')}\n`;
}

/** When a job is delivered, in words. */
export function describeNextAttempt({ state, at, inSeconds, afterJob }: NextAttempt, status: string): string {
  if (state === 'none') return noneBecause(status);
  if (state === 'entry_gone') return `none: ${entryGone}`;
  if (state === 'held') return `held by a worker until ${at}`;
  if (state === 'due') return 'due now';
  if (state === 'waits') return `waits for job ${afterJob} of the same contact`;
  const after = afterJob === null ? '' : `, after job ${afterJob} of the same contact`;
  return `in ${wait(inSeconds ?? 0)}, at ${at}${after}`;
}

function noneBecause(status: string): string {
  if (status === 'success') return 'none: it was delivered';
  return status === 'failed' ? 'none: it failed for good' : `none: no worker knows the status ${status}`;
}

/** Whole minutes from the first one on: nobody plans by the second. */
function wait(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : formatDuration(seconds * 1000);
}

function factLines(facts: readonly [string, string][]): string[] {
  const width = Math.max(...facts.map(([name]) => displayWidth(name)));
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${visible(value)}`);
}

/** JSON indented; what is no JSON as it is, with everything unseen made visible. */
function payloadLines(payload: unknown): string[] {
  if (typeof payload === 'string') return [visible(payload)];
  return JSON.stringify(payload, null, 2).split('\n').map(visible);
}

function otherJobLines(jobs: InspectedJob['otherJobs'], terminal: Terminal): string[] {
  const shown: Column<InspectedJob['otherJobs'][number]>[] = outboxColumns.filter(({ key }) => key !== 'email');
  const narrower = { ...terminal, columns: terminal.columns - 2 };
  return renderRows(jobs, shown, { format: 'table', terminal: narrower }).trimEnd().split('\n');
}

function fitted(line: string, terminal: Terminal): string[] {
  return terminal.isTerminal ? wrapWords(line, terminal.columns) : [line];
}
