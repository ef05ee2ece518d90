import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import {
  countFinishedTests,
  type FinishedTest,
  lookbackWindow,
  nextPage,
  type Position,
  readPage,
} from '../modx/finished-tests.ts';
import { foldAddress } from './address.ts';
import { funnelOf, readCandidate } from './candidate.ts';
import type { SyncResult } from './counts.ts';
import type { Decision } from './decision.ts';
import type { DryRunMemory } from './dry-run-memory.ts';
import { EnteringRun } from './entering.ts';
import { newestEntryId } from './entries.ts';
import { countOddlyDated } from './odd-dates.ts';
import type { SyncOptions } from './sync.ts';

/** Results per page: few enough to hold in memory, many enough that a site without an index on Datep is bearable. */
const pageSize = 20_000;

/**
 * Looks at every finished test of the window, oldest first, and enters those who may enter. Counts what became of each
 * row in `result`. Ends early at the limit, and when aborted, after the batch in hand; `result.remaining` says how many
 * were then not looked at.
 */
export async function enterCandidates(
  database: Database,
  options: SyncOptions,
  memory: DryRunMemory,
  result: SyncResult,
): Promise<void> {
  const { tables, signal, limit = Number.POSITIVE_INFINITY } = options;
  const window = await lookbackWindow(database, options.lookbackDays);
  result.late.before = window.from;
  if (options.onlyLate === true) window.to = window.from;
  if (options.since !== undefined) window.from = options.since;
  result.window = window;
  const { inside, older } = await countFinishedTests(database, tables, window);
  result.older = older;
  // Now, not at the end: what is finished while the run is on is not ahead of anything.
  if (options.onlyLate !== true) await countOddlyDated(database, options, result);
  const runStart = await newestEntryId(database);
  const run = new EnteringRun(database, options, memory, result, runStart);
  // Somebody who wants every row explained has to be given every row.
  const wanted = options.onDecision === undefined ? 'unknown' : 'all';
  const mayGoOn = (): boolean => !signal.aborted && result.outcomes.entered < limit;
  let after: Position = { finishedAt: window.from, id: -1 };
  let isLast = false;
  while (!isLast && mayGoOn()) {
    const page = await nextPage(database, tables, window, after, pageSize);
    const { lookedAt, rows } = await readPage(database, tables, page, runStart, wanted);
    result.lookedAt += lookedAt - rows.length;
    result.outcomes.already_in_funnel += lookedAt - rows.length;
    for (const row of rows) {
      take(row, run, options, result);
      if (!run.isFull) continue;
      await run.flush();
      options.onProgress?.(result.lookedAt, inside);
      await breathe(options);
      if (!mayGoOn()) break;
    }
    await run.settle();
    options.onProgress?.(result.lookedAt, inside);
    await breathe(options);
    after = page.upTo;
    isLast = page.isLast;
  }
  await run.finish();
  // Results that arrived while the run was on were looked at without having been counted at its start.
  result.remaining = mayGoOn() ? 0 : Math.max(0, inside - result.lookedAt);
}

/** The embedded engine never waits, so without this no signal would be heard. */
async function breathe({ pause }: SyncOptions): Promise<void> {
  await pause?.();
  await eventLoopTurn();
}

function take(row: FinishedTest, run: EnteringRun, options: SyncOptions, result: SyncResult): void {
  const { id: resultId, finishedAt, testId, email } = row;
  const reading = row.isKnown === 1 ? known(row) : readCandidate(row, options.funnels, options.notBefore);
  if (!('outcome' in reading)) {
    run.add(reading);
    return;
  }
  result.lookedAt += 1;
  result.outcomes[reading.outcome] += 1;
  options.onDecision?.({ resultId, finishedAt, testId, funnel: null, email, ...reading });
}

function known(row: FinishedTest): Pick<Decision, 'funnel' | 'email' | 'detail'> & { outcome: 'already_in_funnel' } {
  return { funnel: funnelOf(row), email: foldAddress(row.email ?? ''), outcome: 'already_in_funnel', detail: null };
}
