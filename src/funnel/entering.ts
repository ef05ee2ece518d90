import { type Database, DatabaseProblem, type Id } from '../database/database.ts';
import { type Candidate, type CandidateOutcome, identityOf } from './candidate.ts';
import type { SyncResult } from './counts.ts';
import { CoveredTests } from './covered-tests.ts';
import type { DryRunMemory } from './dry-run-memory.ts';
import { enterBatch, readStandings, type Standing } from './entries.ts';
import { Identities } from './identities.ts';
import type { SyncOptions } from './sync.ts';

/** Candidates by identity, and those whose identity, or very result, is among them already. */
interface Batch {
  firsts: Map<string, Candidate>;
  /** the numbers of their results */
  results: Set<string>;
  repeats: Candidate[];
}

function emptyBatch(): Batch {
  return { firsts: new Map(), results: new Set(), repeats: [] };
}

function sizeOf({ firsts, repeats }: Batch): number {
  return firsts.size + repeats.length;
}

/** How a batch turned out: what each candidate became, in order, and what the database said about those it refused. */
interface Decided {
  candidate: Candidate;
  outcome: CandidateOutcome;
  detail: string | null;
}

/**
 * Decides about the candidates of one run, a batch at a time, in their order: entry and job of a batch go in together.
 * Remembers whom the run has entered.
 */
export class EnteringRun {
  readonly #database: Database;
  readonly #options: SyncOptions;
  readonly #memory: DryRunMemory;
  readonly #result: SyncResult;
  /** the newest entry when the run began */
  readonly #runStart: Id;
  readonly #entered = new Identities();
  /** the results that a dry run would have entered; of a real run the database knows them */
  readonly #results = new Identities();
  /** person, funnel and test of results that have entered under others: their repetitions have, too */
  readonly #otherwise = new Identities();
  readonly #covered: CoveredTests;
  /** waiting for the next batch */
  #waiting = emptyBatch();
  /** being decided by the database at the moment */
  #current = emptyBatch();
  #deciding: Promise<void> = Promise.resolve();
  #lost = 0;

  constructor(database: Database, options: SyncOptions, memory: DryRunMemory, result: SyncResult, runStart: Id) {
    this.#database = database;
    this.#options = options;
    this.#memory = memory;
    this.#result = result;
    this.#runStart = runStart;
    this.#covered = new CoveredTests(database, options);
  }

  /** Whether enough candidates wait for a batch, or for the last ones that the limit still allows. */
  get isFull(): boolean {
    const allowed = (this.#options.limit ?? Number.POSITIVE_INFINITY) - this.#result.outcomes.entered;
    return sizeOf(this.#waiting) >= Math.min(this.#options.batchSize, allowed);
  }

  add(candidate: Candidate): void {
    if (this.#countIfEntered(candidate)) return;
    const identity = identityOf(candidate);
    // Only when the first one does not enter, having bought in between, say, is it the turn of the second.
    const result = String(candidate.userId);
    const isIn = ({ firsts, results }: Batch): boolean => firsts.has(identity) || results.has(result);
    if (isIn(this.#current)) this.#current.repeats.push(candidate);
    else if (isIn(this.#waiting)) this.#waiting.repeats.push(candidate);
    else {
      this.#waiting.firsts.set(identity, candidate);
      this.#waiting.results.add(result);
    }
  }

  /**
   * Hands the waiting candidates to the database, once it is done with those before. Does not wait for the answer, so
   * that the next ones can be read meanwhile, unless there is a limit that has to be counted exactly.
   */
  async flush(): Promise<void> {
    await this.settle();
    this.#current = this.#waiting;
    this.#waiting = emptyBatch();
    this.#deciding = this.#decideCurrent();
    // Whoever settles gets the error; until then it must not count as one that nobody handles.
    this.#deciding.catch(() => undefined);
    if (this.#options.limit !== undefined) await this.settle();
  }

  /** Waits until the batch that was handed over is decided. Repeats that may still enter are waiting afterwards. */
  async settle(): Promise<void> {
    await this.#deciding;
    const { repeats } = this.#current;
    this.#current = emptyBatch();
    const open = repeats.filter((repeat) => !this.#countIfEntered(repeat));
    // Asked all at once: by turns, as each first one fails, would take a batch for every repeat of somebody's test.
    for (let start = 0; start < open.length; start += this.#options.batchSize) {
      for (const one of await this.#look(open.slice(start, start + this.#options.batchSize))) {
        // Those asked before it may have turned out to have entered otherwise, which counts first in any batch.
        if (one.outcome === 'entered' || this.#otherwise.has(identityOf(one.candidate))) this.add(one.candidate);
        else this.#count(one);
      }
    }
    this.#reportLostRaces();
  }

  /** Decides about everything that is left, as far as the limit allows. */
  async finish(): Promise<void> {
    const { limit = Number.POSITIVE_INFINITY } = this.#options;
    await this.settle();
    while (sizeOf(this.#waiting) > 0 && this.#result.outcomes.entered < limit) {
      await this.flush();
      await this.settle();
    }
  }

  async #decideCurrent(): Promise<void> {
    const batch = [...this.#current.firsts.values()];
    const free = batch.filter(({ obstacle }) => obstacle === null);
    const blocked = batch.filter(({ obstacle }) => obstacle !== null);
    const decided = [...(await this.#look(blocked)), ...(await this.#decide(free))];
    for (const one of decided) this.#count(one);
    this.#reportLostRaces();
  }

  #decide(free: readonly Candidate[]): Promise<Decided[]> {
    return this.#options.dryRun ? this.#look(free) : this.#enter(free);
  }

  #look(batch: readonly Candidate[]): Promise<Decided[]> {
    return this.#inHalves(batch, (part) => readStandings(this.#database, part, this.#runStart));
  }

  #enter(batch: readonly Candidate[]): Promise<Decided[]> {
    const { language, non_language } = this.#options.funnels;
    const listIds = { language: language.listId, non_language: non_language.listId };
    return this.#inHalves(batch, (part) =>
      this.#database.transaction((session) => enterBatch(session, part, this.#runStart, listIds)),
    );
  }

  /**
   * Asks about a batch. When the database refuses it for a row's sake, halves find that row, and the rest is answered.
   * When it is unclear what old entries cover, that is recorded first and asked again.
   */
  async #inHalves(
    batch: readonly Candidate[],
    ask: (part: readonly Candidate[]) => Promise<readonly Standing[] | null>,
    mayRecord = true,
  ): Promise<Decided[]> {
    if (batch.length === 0) return [];
    try {
      const standings = await ask(batch);
      const isOpen = (index: number): boolean => isUnclear(batch[index], standings?.[index]);
      const unclear = batch.filter((_, index) => isOpen(index));
      const decided = batch.map((candidate, index) => this.#judge(candidate, standings?.[index]));
      if (unclear.length === 0 || !mayRecord) return decided;
      const clear = decided.filter((_, index) => !isOpen(index));
      // Ended by a signal before it is clear, they have not been looked at.
      if (!(await this.#covered.record())) return clear;
      return [...clear, ...(await this.#inHalves(unclear, ask, false))];
    } catch (error) {
      if (!(error instanceof DatabaseProblem) || error.reason !== 'bad_value') throw error;
      const [only] = batch;
      if (batch.length === 1 && only !== undefined) {
        return [{ candidate: only, outcome: 'refused_by_database', detail: error.message }];
      }
      const middle = Math.ceil(batch.length / 2);
      return [
        ...(await this.#inHalves(batch.slice(0, middle), ask, mayRecord)),
        ...(await this.#inHalves(batch.slice(middle), ask, mayRecord)),
      ];
    }
  }

  #countIfEntered(candidate: Candidate): boolean {
    const identity = identityOf(candidate);
    const isEntered = this.#entered.has(identity);
    const isOtherwise = !isEntered && this.#otherwise.has(identity);
    if (isEntered) this.#count({ candidate, outcome: 'repeated_in_run', detail: null });
    if (isOtherwise) this.#count({ candidate, outcome: 'entered_otherwise', detail: 'by an earlier result' });
    return isEntered || isOtherwise;
  }

  #judge(candidate: Candidate, standing: Standing | undefined): Decided {
    const outcome = this.#outcomeOf(candidate, standing);
    const other = outcome === 'entered_otherwise' ? standing?.otherEntryId : undefined;
    return { candidate, outcome, detail: other === null || other === undefined ? null : `entry ${other}` };
  }

  #outcomeOf(candidate: Candidate, standing: Standing | undefined): CandidateOutcome {
    if (standing === undefined || standing.isOwn === 1) return 'entered';
    if (standing.isEntered === 1) return standing.isNew === 1 ? 'lost_race' : 'already_in_funnel';
    if (standing.otherEntryId !== null || this.#results.has(String(candidate.userId))) return 'entered_otherwise';
    const { obstacle } = candidate;
    if (obstacle !== null && !isOnlyEarly(candidate)) return obstacle;
    if (standing.isCovered === 1 || this.#covered.has(candidate)) return 'covered_by_older_entry';
    if (this.#memory.hasBoughtSince(candidate, standing.hasBought === 1)) return 'already_bought';
    // Late, so that the counter says how many more there would be without the setting.
    if (obstacle !== null) return obstacle;
    // Another one has come since it was recorded; the next run will know.
    return standing.isUnclear === 1 && !this.#options.dryRun ? 'covered_by_older_entry' : 'entered';
  }

  #count({ candidate, outcome, detail }: Decided): void {
    this.#result.lookedAt += 1;
    this.#result.outcomes[outcome] += 1;
    const { userId: resultId, finishedAt, testId, funnelType: funnel, email } = candidate;
    this.#options.onDecision?.({ resultId, finishedAt, testId, funnel, email, outcome, detail });
    if (outcome === 'lost_race') this.#lost += 1;
    if (outcome === 'entered_otherwise') this.#otherwise.add(identityOf(candidate));
    if (outcome === 'refused_by_database') {
      this.#options.onWarning?.(`The database refused to enter result ${resultId} (test ${testId}): ${detail}`);
    }
    if (outcome !== 'entered') return;
    this.#result.entered[funnel] += 1;
    this.#countIfLate(finishedAt);
    this.#entered.add(identityOf(candidate));
    if (!this.#options.dryRun) return;
    this.#memory.addEntry(candidate);
    this.#results.add(String(candidate.userId));
  }

  #countIfLate(finishedAt: string): void {
    const { late } = this.#result;
    if (finishedAt >= late.before) return;
    late.entered += 1;
    if (late.oldest === null || finishedAt < late.oldest) late.oldest = finishedAt;
  }

  #reportLostRaces(): void {
    if (this.#lost > 0) {
      const what = this.#lost === 1 ? '1 candidate' : `${this.#lost} candidates`;
      const kept = this.#lost === 1 ? 'one entry' : 'one entry each';
      this.#options.onInformation?.(`Another run entered ${what} of this batch first; the unique key kept ${kept}.`);
    }
    this.#lost = 0;
  }
}

/** Whether nothing but its date keeps it out: the counters then say what would become of it otherwise, if not entered. */
function isOnlyEarly({ obstacle }: Candidate): boolean {
  return obstacle === 'finished_before_start';
}

/** Whether it depends on an old entry of whose tests nothing is recorded yet. */
function isUnclear(candidate: Candidate | undefined, standing: Standing | undefined): boolean {
  if (candidate === undefined || standing === undefined) return false;
  if (candidate.obstacle !== null && !isOnlyEarly(candidate)) return false;
  const { isUnclear, isOwn, isEntered, isCovered, otherEntryId } = standing;
  return isUnclear === 1 && isOwn === 0 && isEntered === 0 && isCovered === 0 && otherEntryId === null;
}
