import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Session, Statement } from '../database/database.ts';

const microseconds = {
  mysql: `TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))`,
  sqlite: `CAST(unixepoch('subsec') * 1000000 AS INTEGER)`,
};

const insertAccount: Statement = {
  mysql: `INSERT INTO brevo_pace (account, next_call_at) VALUES (?, 0) ON DUPLICATE KEY UPDATE account = VALUES(account)`,
  sqlite: `INSERT INTO brevo_pace (account, next_call_at) VALUES (?, 0) ON CONFLICT (account) DO NOTHING`,
};

const lockTurn: Statement = {
  mysql: `SELECT next_call_at AS next, ${microseconds.mysql} AS now FROM brevo_pace WHERE account = ? FOR UPDATE`,
  sqlite: `SELECT next_call_at AS next, ${microseconds.sqlite} AS now FROM brevo_pace WHERE account = ?`,
};

const readPause: Statement = {
  mysql: `SELECT paused_until - ${microseconds.mysql} AS left_over FROM brevo_pace WHERE account = ?`,
  sqlite: `SELECT paused_until - ${microseconds.sqlite} AS left_over FROM brevo_pace WHERE account = ?`,
};

const setPause: Statement = {
  mysql: `UPDATE brevo_pace SET paused_until = GREATEST(paused_until, ?) WHERE account = ?`,
  sqlite: `UPDATE brevo_pace SET paused_until = MAX(paused_until, ?) WHERE account = ?`,
};

const moveTurn = `UPDATE brevo_pace SET next_call_at = ? WHERE account = ?`;

/** Turns taken from the table at a time: half a second's worth, so that a worker that ends wastes little. */
const turnsSeconds = 0.5;
/** Keeps timers that fire late, in one process or another, from fitting one call too many into a second. */
const margin = 1.05;

/** No turn is further ahead: longer pauses end the run, and a clock that was set back must not silence anybody. */
const longestWaitMicros = 20_000_000;
/** No pause is longer: one that seems so was written by a clock that has been set back since. */
const longestPauseSeconds = 3600;
/** A turn missed by more is dropped. Late by less, no second holds more calls than allowed: the margin is larger. */
const latestMs = 20;
/** At slow rates a turn may be missed by more, but by less than what the margin leaves of every second. */
const latestOfSlowMs = 45;

/**
 * Hands out the moments at which calls to Brevo may start, evenly spaced over all workers of an account, through one row
 * of the database. No call starts before its turn, nor much later, whatever the other workers do.
 */
export class SharedPace {
  readonly #database: Database;
  readonly #account: string;
  readonly #gapMs: number;
  readonly #turnsAtOnce: number;
  #turns: number[] = [];
  #taking: Promise<void> | undefined;
  #isKnown = false;

  constructor(database: Database, { account, requestsPerSecond }: { account: string; requestsPerSecond: number }) {
    this.#database = database;
    this.#account = account;
    this.#gapMs = (1000 / requestsPerSecond) * margin;
    this.#turnsAtOnce = Math.max(1, Math.ceil(requestsPerSecond * turnsSeconds));
  }

  /** Resolves when a call may start; rejects when the signal fires. */
  async next(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const turn = this.#turns.shift();
      if (turn === undefined) {
        this.#taking ??= this.#takeTurns().finally(() => {
          this.#taking = undefined;
        });
        await this.#taking;
        continue;
      }
      await this.#until(turn, signal);
      if (performance.now() - turn <= Math.max(latestMs, Math.min(this.#gapMs / 4, latestOfSlowMs))) return;
    }
  }

  async #until(turn: number, signal: AbortSignal): Promise<void> {
    const left = turn - performance.now();
    if (left <= 0) return;
    try {
      await sleep(left, undefined, { signal });
    } catch (error) {
      // Given up, not used: the next to ask can have it, or the pace would run away from whoever cannot wait so long.
      this.#turns = [...this.#turns, turn].sort((a, b) => a - b);
      throw error;
    }
  }

  /** Nobody on the account starts a call for so many seconds. */
  async pause(seconds: number): Promise<void> {
    // Turns that are being taken at this moment are from before the pause, too.
    await this.#taking?.catch(() => undefined);
    this.#turns = [];
    await this.#database.transaction(async (session) => {
      const { next, now } = await this.#lock(session);
      const end = now + seconds * 1_000_000;
      await session.execute(moveTurn, [Math.max(next, end), this.#account]);
      await session.execute(setPause, [end, this.#account]);
    });
  }

  /** For how many seconds more nobody on the account may start a call, by what any run was told; 0 when all may. */
  async pausedForSeconds(): Promise<number> {
    const [row] = await this.#database.query<{ left_over: number }>(readPause, [this.#account]);
    const seconds = Math.ceil((row?.left_over ?? 0) / 1_000_000);
    return seconds > longestPauseSeconds ? 0 : Math.max(0, seconds);
  }

  async #takeTurns(): Promise<void> {
    const gap = Math.ceil(this.#gapMs * 1000);
    const ahead = await this.#database.transaction(async (session) => {
      const { next, now } = await this.#lock(session);
      // A clock that was set back must not silence everybody for as long as that.
      const first = Math.min(Math.max(next, now), now + Math.max(longestWaitMicros, gap * this.#turnsAtOnce));
      await session.execute(moveTurn, [first + gap * this.#turnsAtOnce, this.#account]);
      return (first - now) / 1000;
    });
    this.#isKnown = true;
    // Counted from after the answer, so that our turns are later than the database meant, never earlier.
    const first = performance.now() + ahead;
    this.#turns = Array.from({ length: this.#turnsAtOnce }, (_, index) => first + index * this.#gapMs);
  }

  async #lock(session: Session): Promise<{ next: number; now: number }> {
    if (!this.#isKnown) await session.execute(insertAccount, [this.#account]);
    const [row] = await session.query<{ next: number; now: number }>(lockTurn, [this.#account]);
    if (row === undefined) throw new Error('The row that was just made in brevo_pace is gone.');
    return row;
  }
}
