import { setTimeout as delay } from 'node:timers/promises';
import { type Database, DatabaseProblem } from '../database/database.ts';
import { serverErrorNumber } from '../database/mysql-errors.ts';
import type { MigrationLock } from './lock.ts';
import { isBatched, runInBatches } from './run-in-batches.ts';
import { sizeOf } from './table-size.ts';

/** How a statement that changes a table is carried out, from the cheapest to the dearest. */
export type Method =
  /** only the description of the table changes */
  | 'instant'
  /** the table is worked through while others read and write it */
  | 'online'
  /** the table is worked through or copied while others only read it */
  | 'readers only'
  /** nobody else gets at the table until it is done */
  | 'exclusive';

/** What is about to be tried, for those who watch. */
export interface StatementStart {
  statement: string;
  table: string;
  rows: number;
  bytes: number;
  method: Method;
}

export interface StatementOptions {
  lock: MigrationLock;
  /** how long to try to get at the table while somebody's transaction keeps it */
  lockWaitSeconds: number;
  signal?: AbortSignal | undefined;
  /** told that the statement is going to be tried again */
  onBlocked?: ((table: string) => void) | undefined;
  /** told before each attempt at a statement that changes a table; what it returns is called when that has ended */
  onStatement?: ((start: StatementStart) => (() => void) | undefined) | undefined;
}

const methods: readonly { method: Method; clause: string }[] = [
  { method: 'instant', clause: ', ALGORITHM=INSTANT' },
  { method: 'online', clause: ', ALGORITHM=INPLACE, LOCK=NONE' },
  { method: 'readers only', clause: ', LOCK=SHARED' },
];
const dearest = { method: 'exclusive', clause: '' } as const;

/** Refusals of a method: not supported, not for that reason, too many instant changes before, too many changes meanwhile. */
const tryTheNext = new Set([1845, 1846, 4092, 1799]);

const lockWaitTimeout = 1205;
const longestLockWaitSeconds = 10;

// Bound numbers arrive as floats, which these variables do not take.
const limitLockWaits = `SET SESSION lock_wait_timeout = CAST(? AS UNSIGNED),
  SESSION innodb_lock_wait_timeout = CAST(? AS UNSIGNED)`;

/**
 * Runs one statement of a MySQL migration. Of an ALTER the server itself is asked for the cheapest method it can do it
 * by: what that is depends on its version and on the table. A statement that does not get at its table, because somebody
 * has read it in a transaction that is still open, gives way and comes back until `lockWaitSeconds` have passed. One that
 * is stopped by the signal has not taken effect.
 */
export async function runStatement(
  database: Database,
  statement: string,
  options: StatementOptions,
): Promise<'done' | 'stopped'> {
  if (isBatched(statement)) return runInBatches(database, statement, options);
  const table = /^ALTER TABLE (\w+)\s/i.exec(statement)?.[1];
  if (table === undefined) return runPatiently(database, statement, statement, options);
  const size = (await sizeOf(database, table)) ?? { rows: 0, bytes: 0 };
  for (let index = 0; ; index += 1) {
    const { method, clause } = methods[index] ?? dearest;
    const over = options.onStatement?.({ statement, table, ...size, method });
    try {
      return await runPatiently(database, `${statement}${clause}`, statement, options);
    } catch (error) {
      if (method === dearest.method || !tryTheNext.has(serverErrorNumber(error) ?? 0)) throw error;
    } finally {
      over?.();
    }
  }
}

async function runPatiently(
  database: Database,
  sql: string,
  statement: string,
  options: StatementOptions,
): Promise<'done' | 'stopped'> {
  const deadline = performance.now() + options.lockWaitSeconds * 1000;
  // While it waits, everybody who comes after it waits behind it: a few seconds each time, then they go first.
  const wait = Math.min(longestLockWaitSeconds, Math.max(1, Math.floor(options.lockWaitSeconds / 5)));
  await database.execute(limitLockWaits, [wait, wait]);
  for (;;) {
    try {
      await options.lock.check();
      await database.define(sql);
      return 'done';
    } catch (error) {
      if (!(error instanceof DatabaseProblem) || error.reason !== 'conflict') throw error;
      if (options.signal?.aborted) return 'stopped';
      if (performance.now() >= deadline) {
        throw serverErrorNumber(error) === lockWaitTimeout ? tableInUse(statement, error) : error;
      }
      options.onBlocked?.(tableOf(statement));
      await delay(500 + Math.random() * 1_000, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
}

function tableInUse(statement: string, cause: Error): DatabaseProblem {
  const what = `Somebody's open transaction keeps ${tableOf(statement)} from being changed; the migration stopped before it.`;
  return new DatabaseProblem('conflict', 'temporary', what, {
    hint: 'Let it end, or look for it in information_schema.innodb_trx and KILL it. Then run again: funnels migrate',
    cause,
  });
}

function tableOf(statement: string): string {
  return /^(?:ALTER TABLE|UPDATE|CREATE TABLE) (\w+)/i.exec(statement)?.[1] ?? 'a table';
}
