import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Database, DatabaseProblem, type Session } from '../database/database.ts';
import {
  type Contender,
  ensureLockTable,
  type LockHolder,
  leaseSeconds,
  readHolder,
  releaseRow,
  renewRow,
  serverIdentity,
  takeRow,
} from './lock-row.ts';
import { type LockOptions, Waiting } from './lock-waiting.ts';
import { NamedLock } from './named-lock.ts';

const heartbeatMs = (leaseSeconds * 1000) / 4;

/** Proof that the migration lock is held; `check` throws when it was lost, and holds it for another lease. */
export interface MigrationLock {
  /** the connection that does the work; null on the embedded engine */
  readonly connectionId: number | null;
  check(): Promise<void>;
}

/**
 * Runs `work` while this process holds the migration lock of its schema; null when the signal came before it was had.
 * Waits at most `lockWaitSeconds`, then throws a temporary Problem that names the holder.
 *
 * The lock is two locks. The named one ends with its connection, so it outlives no crash, but every Galera node has its
 * own. The row is seen by all nodes, and a dead holder's lasts until its lease ends. The embedded engine needs neither:
 * there each migration is one IMMEDIATE transaction.
 */
export async function withMigrationLock<Result>(
  database: Database,
  options: LockOptions,
  work: (lock: MigrationLock) => Promise<Result>,
): Promise<Result | null> {
  if (database.engine === 'sqlite') return work({ connectionId: null, check: async () => undefined });
  const named = await NamedLock.of(database);
  const deadline = performance.now() + options.lockWaitSeconds * 1000;
  if (!(await waitForNamed(database, named, deadline, options))) return null;
  try {
    const held = await waitForRow(database, named, deadline, options);
    if (held === null) return null;
    const { owner, connectionId } = held;
    const renewing = setInterval(() => {
      // A missed renewal shows at the next check; until the lease ends there is time for more of them.
      void renewRow(options.companion ?? database, owner).catch(() => undefined);
    }, heartbeatMs);
    try {
      return await work({ connectionId, check: () => checkBoth(database, named, owner) });
    } finally {
      clearInterval(renewing);
      await releaseRow(database, owner).catch(() => undefined);
    }
  } finally {
    await named.release().catch(() => undefined);
  }
}

/** Who is migrating right now; null when nobody is, also when the one who did has died. Reads only. */
export async function currentMigrator(session: Session): Promise<LockHolder | null> {
  const row = await readHolder(session);
  if (row === null || row.isExpired) return null;
  if (row.server !== (await serverIdentity(session))) return row;
  const { connectionId } = await (await NamedLock.of(session)).holder();
  return connectionId === null ? null : row;
}

/** The Problem of a migrator that finds itself without its lock. */
export function lockLost(): DatabaseProblem {
  return new DatabaseProblem(
    'lost_connection',
    'temporary',
    'The migration lock was lost: the connection was interrupted, or another migrator has taken over.',
    { hint: 'Run it again: funnels migrate continues where it stopped.' },
  );
}

async function checkBoth(database: Database, named: NamedLock, owner: string): Promise<void> {
  const renewed = await database.transaction((session) => renewRow(session, owner));
  const { connectionId, ours } = await named.holder();
  if (!renewed || connectionId !== ours) throw lockLost();
}

async function waitForNamed(
  database: Database,
  named: NamedLock,
  deadline: number,
  options: LockOptions,
): Promise<boolean> {
  const waiting = new Waiting(database, named, deadline, options);
  // The server does the waiting, a second at a time so that a signal is heeded.
  while (!options.signal?.aborted) {
    const left = Math.max(0, deadline - performance.now());
    if (await named.acquire(Math.min(1_000, left) / 1_000)) return true;
    await waiting.goOn();
  }
  return false;
}

async function waitForRow(
  database: Database,
  named: NamedLock,
  deadline: number,
  options: LockOptions,
): Promise<Contender | null> {
  await ensureLockTable(database);
  const { ours: connectionId } = await named.holder();
  const { host, signal } = options;
  const server = await serverIdentity(database);
  const contender: Contender = { owner: randomUUID(), host, pid: process.pid, connectionId, server };
  const waiting = new Waiting(database, named, deadline, options);
  while (!signal?.aborted) {
    if (await takeRow(database, contender)) return contender;
    await waiting.goOn();
    // Jitter, so that those who wait on several nodes do not all ask at once.
    await delay(200 + Math.random() * 500, undefined, { signal }).catch(() => undefined);
  }
  return null;
}
