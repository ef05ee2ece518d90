import type { CandidateOutcome } from '../funnel/candidate.ts';
import type { SyncResult } from '../funnel/counts.ts';
import { countedAtMost } from '../modx/finished-tests.ts';
import type { Column } from './columns.ts';
import { type Counter, renderCounters } from './counters.ts';
import { formatCount } from './numbers.ts';
import { occurred } from './occurred.ts';
import { paymentRows, paymentsText } from './payments-summary.ts';
import { type Format, renderRows } from './render.ts';
import type { Terminal } from './terminal.ts';

const candidateLabels: Record<CandidateOutcome, string> = {
  entered: 'entered',
  already_in_funnel: 'already in the funnel',
  entered_otherwise: 'entered before under another funnel, address or test',
  repeated_in_run: 'repeated in this run (same person and test)',
  covered_by_older_entry: 'covered by an entry without a test number',
  already_bought: 'had already bought',
  no_address: 'without an address',
  not_an_address: 'with something that is not an address',
  no_such_test: 'of a test the site does not have',
  funnel_not_configured: 'of a funnel without a list (funnels.<name>.listId)',
  finished_before_start: 'finished before sync.notBefore',
  lost_race: 'entered by another run at the same moment',
  refused_by_database: 'refused by the database (see the warnings)',
};

const dayMs = 86_400_000;

/** A line of the summary for programs. */
export interface SummaryRow {
  of: 'results' | 'payments' | 'entries' | 'run';
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

function rowsOf({
  outcomes,
  lookedAt,
  remaining,
  older,
  oddDates: { no_date, dated_ahead },
  late,
  purchases,
  dryRun,
  interrupted,
}: SyncResult): SummaryRow[] {
  const flags = { dry_run: dryRun ? 1 : 0, ended_early: interrupted ? 1 : 0 };
  return [
    ...occurred(outcomes).map(([outcome, count]) => ({ of: 'results' as const, outcome, count })),
    { of: 'results', outcome: 'looked_at', count: lookedAt },
    ...occurred({ entered_late: late.entered, remaining, older, no_date, dated_ahead }).map(([outcome, count]) => ({
      of: 'results' as const,
      outcome,
      count,
    })),
    ...paymentRows(purchases),
    ...occurred(flags).map(([outcome, count]) => ({ of: 'run' as const, outcome, count })),
  ];
}

function forPeople(result: SyncResult, terminal: Terminal): string {
  const { window, dryRun, interrupted, outcomes, purchases, lookedAt } = result;
  const span = `finished from ${window.from} to ${window.to}`;
  const hasNews = outcomes.entered + purchases.entriesMarked + purchases.entriesPaidBefore > 0;
  return [
    !interrupted && lookedAt === 0
      ? `No test results ${span}.\n`
      : `Test results ${span}\n${renderCounters(resultCounters(result), terminal)}`,
    oddlyDated(result),
    unusableAddresses(result),
    paymentsText(result, terminal),
    enteredLate(result),
    notLookedAt(result),
    interrupted ? 'Ended early by a signal; what is counted here is kept, and the next run does the rest.\n' : '',
    dryRun ? 'Nothing was written. To do it: funnels sync\n' : '',
    !dryRun && hasNews ? 'Next: funnels drain-outbox\n' : '',
  ].join('');
}

/** What keeps results from being looked at, and what to do about it. */
function oddlyDated({ oddDates: { no_date: undated, dated_ahead: ahead, latest } }: SyncResult): string {
  const are = (count: number, one: string, many: string): string =>
    count === 1 ? `1 result ${one}` : `${formatCount(count)} results ${many}`;
  return [
    ahead === 0
      ? ''
      : `${are(ahead, 'is', 'are')} dated ahead of the database's clock, up to\n${latest}, and looked at when that time has come. Does the site keep\nanother time than the database? See database.timezone.\n`,
    undated === 0 ? '' : `${are(undated, 'has', 'have')} no date, and cannot be looked at until there is one.\n`,
    ahead + undated === 0 ? '' : 'Which: funnels sync --dry-run --explain\n',
  ].join('');
}

/** How to see the rows whose address has to be corrected on the site. */
function unusableAddresses({ outcomes }: SyncResult): string {
  return outcomes.not_an_address === 0 ? '' : 'Which are not an address, and why: funnels sync --dry-run --explain\n';
}

function enteredLate({ late, dryRun }: SyncResult): string {
  if (late.entered === 0) return '';
  const verb = dryRun ? 'would enter' : 'entered';
  return `${formatCount(late.entered)} ${verb} from before the look-back, which began ${late.before};\nthe oldest finished on ${late.oldest}.\n`;
}

/** Whom a `--since` before the look-back of so many days concerns, and what it does to them, in one sentence. */
export function lateConsequence(late: SyncResult['late'], lookbackDays: number): string {
  const [who, finished, these] =
    late.entered === 1
      ? ['1 result', 'was', 'this person']
      : [`${formatCount(late.entered)} results`, 'were', 'these people'];
  const age = `more than sync.lookbackDays (${lookbackDays} days) ago, ${oldestResult(late, lookbackDays)}`;
  return `${who} that would enter ${finished} finished ${age}: ${these} may get their first e-mail only now.`;
}

/** How old the oldest of them is; `before` is `lookbackDays` ago. */
function oldestResult({ oldest, before }: SyncResult['late'], lookbackDays: number): string {
  const [from, to] = [oldest, before].map((date) => Date.parse(`${date?.replace(' ', 'T')}Z`));
  const days = lookbackDays + Math.floor(((to ?? Number.NaN) - (from ?? Number.NaN)) / dayMs);
  return `the oldest on ${oldest}${Number.isNaN(days) ? '' : `, ${formatCount(days)} days ago`}`;
}

function notLookedAt({ remaining, older }: SyncResult): string {
  const many = older > countedAtMost ? `More than ${formatCount(countedAtMost)}` : formatCount(older);
  const were = (count: number): string => (count === 1 ? 'result was' : 'results were');
  return [
    remaining === 0
      ? ''
      : `${formatCount(remaining)} ${were(remaining)} not looked at; the next run goes on from there.\n`,
    older === 0 ? '' : `${many} older ${were(older)} left out: funnels sync --since YYYY-MM-DD\n`,
  ].join('');
}

function resultCounters({ outcomes, entered, lookedAt, dryRun }: SyncResult): Counter[] {
  const byFunnel = `language ${formatCount(entered.language)}, non_language ${formatCount(entered.non_language)}`;
  return [
    ...occurred(outcomes).map(([outcome, count]) => ({
      label: outcome === 'entered' && dryRun ? 'would enter' : candidateLabels[outcome],
      count,
      ...(outcome === 'entered' ? { note: byFunnel } : {}),
    })),
    { label: 'looked at', count: lookedAt, total: true },
  ];
}
