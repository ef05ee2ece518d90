import { type Database, DatabaseProblem } from '../database/database.ts';
import { type LockHolder, readHolder } from './lock-row.ts';
import type { NamedLock } from './named-lock.ts';

export interface LockOptions {
  /** how long to wait for another migrator */
  lockWaitSeconds: number;
  /** name of this machine, for those who wait */
  host: string;
  /** a second connection, which renews the hold while a statement keeps the first one busy */
  companion?: Database | undefined;
  /** told, once, that the lock is waited for, and who has it */
  onWait?: ((holder: string) => void) | undefined;
  /** ends the waiting */
  signal?: AbortSignal | undefined;
}

/** The patience of one who waits: says once for whom, and throws a Problem that names the holder when it is over. */
export class Waiting {
  readonly #database: Database;
  readonly #named: NamedLock;
  readonly #deadline: number;
  readonly #options: LockOptions;
  #hasTold = false;

  constructor(database: Database, named: NamedLock, deadline: number, options: LockOptions) {
    this.#database = database;
    this.#named = named;
    this.#deadline = deadline;
    this.#options = options;
  }

  /** To be called after each attempt that failed. */
  async goOn(): Promise<void> {
    const isOver = performance.now() >= this.#deadline;
    if (!isOver && this.#hasTold) return;
    const { connectionId } = await this.#named.holder();
    const holder = nameHolder(await readHolder(this.#database), connectionId);
    this.#options.onWait?.(holder);
    this.#hasTold = true;
    if (!isOver) return;
    throw new DatabaseProblem('conflict', 'temporary', `Another migration is running: ${holder}.`, {
      hint: 'Wait until it has ended, then run: funnels migrate',
    });
  }
}

/** Names the holder of the lock as `process 12 on web1, since … UTC (connection 7, held until … UTC)`. */
function nameHolder(row: LockHolder | null, connectionId: number | null): string {
  // The row of somebody who died long ago says nothing about the one who has the named lock.
  const isOld = row?.isExpired && row.connectionId !== connectionId;
  if (row === null || isOld) return `connection ${connectionId ?? 'unknown'} holds the lock`;
  const { host, pid, acquiredAt, expiresAt } = row;
  // A dead process renews nothing, but the server may still be at its last statement.
  const until = row.isExpired ? 'the server is finishing its last statement' : `held until ${expiresAt} UTC`;
  return `process ${pid} on ${host}, since ${acquiredAt} UTC (connection ${row.connectionId}, ${until})`;
}
