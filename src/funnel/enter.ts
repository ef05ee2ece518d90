import type { Database } from '../database/database.ts';
import { countFinishedTests, lookbackWindow, type PageStart, readFinishedTests } from '../modx/finished-tests.ts';
import { identityOf, readCandidate } from './candidate.ts';
import type { SyncResult } from './counts.ts';
import { type Candidate, insertEntriesWithJobs, readStandings, type Standing } from './entries.ts';
import type { DryRunMemory } from './match-purchases.ts';
import type { SyncOptions } from './sync.ts';

const pageSize = 10_000;

/**
 * Looks at every finished test of the window, oldest first, and enters those who may enter: entry and job of a batch
 * in one transaction. Counts what became of each row in `result`.
 */
export async function enterCandidates(
  database: Database,
  options: SyncOptions,
  memory: DryRunMemory,
  result: SyncResult,
): Promise<void> {
  const { tables, funnels, batchSize, signal } = options;
  const window = await lookbackWindow(database, options.lookbackDays);
  result.window = window;
  const total = await countFinishedTests(database, tables, window);
  const run = new EnteringRun(database, options, memory, result);
  let start: PageStart = { finishedAt: window.from, id: -1 };
  for (;;) {
    const rows = await readFinishedTests(database, tables, window, start, pageSize);
    for (const row of rows) {
      const reading = readCandidate(row, funnels);
      result.lookedAt += 1;
      if (typeof reading === 'string') result.outcomes[reading] += 1;
      else run.add(reading);
      if (run.waiting < batchSize) continue;
      await run.flush();
      options.onProgress?.(result.lookedAt, total);
      if (signal.aborted) break;
    }
    const last = rows.at(-1);
    if (signal.aborted || last === undefined || rows.length < pageSize) break;
    start = { finishedAt: last.finishedAt, id: last.id };
  }
  while (run.waiting > 0) await run.flush();
  result.interrupted ||= signal.aborted;
}

/** The candidates of one run: those waiting for a batch, and the identities it has entered so far. */
class EnteringRun {
  readonly #database: Database;
  readonly #options: SyncOptions;
  readonly #memory: DryRunMemory;
  readonly #result: SyncResult;
  readonly #entered = new Set<string>();
  #batch = new Map<string, Candidate>();
  #repeats: Candidate[] = [];

  constructor(database: Database, options: SyncOptions, memory: DryRunMemory, result: SyncResult) {
    this.#database = database;
    this.#options = options;
    this.#memory = memory;
    this.#result = result;
  }

  get waiting(): number {
    return this.#batch.size + this.#repeats.length;
  }

  add(candidate: Candidate): void {
    const identity = identityOf(candidate);
    if (this.#entered.has(identity)) this.#result.outcomes.repeated_in_run += 1;
    // Only when the first one turns out not to enter, having bought in between say, is it the second one's turn.
    else if (this.#batch.has(identity)) this.#repeats.push(candidate);
    else this.#batch.set(identity, candidate);
  }

  /** Decides about the batch in hand. Repeats that may still enter are waiting afterwards. */
  async flush(): Promise<void> {
    const batch = [...this.#batch.values()];
    const repeats = this.#repeats;
    this.#batch = new Map();
    this.#repeats = [];
    const standings = await readStandings(this.#database, batch);
    const free = batch.filter((candidate, index) => this.#isFree(candidate, standings[index]));
    const entered = this.#options.dryRun || free.length === 0 ? new Set(free.keys()) : await this.#insert(free);
    for (const [index, candidate] of free.entries()) this.#count(candidate, entered.has(index));
    for (const repeat of repeats) this.add(repeat);
  }

  #isFree(candidate: Candidate, standing: Standing | undefined): boolean {
    const { outcomes } = this.#result;
    if (standing?.isEntered === 1) outcomes.already_in_funnel += 1;
    else if (standing?.isCovered === 1) outcomes.covered_by_older_entry += 1;
    else if (standing?.hasBought === 1 || this.#memory.hasBoughtSince(candidate)) outcomes.already_bought += 1;
    else return true;
    return false;
  }

  #insert(free: readonly Candidate[]): Promise<Set<number>> {
    return this.#database.transaction((session) => insertEntriesWithJobs(session, free));
  }

  #count(candidate: Candidate, isEntered: boolean): void {
    const { outcomes, entered } = this.#result;
    if (!isEntered) {
      outcomes.lost_race += 1;
      this.#options.onInformation?.(
        `Another run entered ${candidate.email} for test ${candidate.testId} first; the constraint kept one entry.`,
      );
      return;
    }
    outcomes.entered += 1;
    entered[candidate.funnelType] += 1;
    this.#entered.add(identityOf(candidate));
    if (this.#options.dryRun) this.#memory.addEntry(candidate);
  }
}
