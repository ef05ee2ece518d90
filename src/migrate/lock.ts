import { createHash } from 'node:crypto';
import { type Database, DatabaseProblem } from '../database/database.ts';

const acquire = `SELECT GET_LOCK(?, ?) AS acquired, IS_USED_LOCK(?) AS holder`;
const holderIsUs = `SELECT IS_USED_LOCK(?) = CONNECTION_ID() AS ours`;
const release = `SELECT RELEASE_LOCK(?) AS released`;
const schemaName = `SELECT DATABASE() AS name`;

/** Proof that the migration lock is held; `check` throws when the connection, and the lock with it, was lost. */
export interface MigrationLock {
  check(): Promise<void>;
}

/**
 * Runs `work` while this connection holds the migration lock of its schema, waiting at most `waitSeconds` for it
 * (then: a temporary Problem). The embedded engine needs none: there each migration is one IMMEDIATE transaction.
 */
export async function withMigrationLock<Result>(
  database: Database,
  waitSeconds: number,
  work: (lock: MigrationLock) => Promise<Result>,
): Promise<Result> {
  if (database.engine === 'sqlite') return work({ check: async () => undefined });
  const [schema] = await database.query<{ name: string }>(schemaName);
  const lockName = lockNameFor(schema?.name ?? '');
  // GET_LOCK answers 0 on time-out and NULL on errors: only 1 means that it is ours.
  const [answer] = await database.query<{ acquired: number | null; holder: number | null }>(acquire, [
    lockName,
    waitSeconds,
    lockName,
  ]);
  if (answer?.acquired !== 1) {
    throw new DatabaseProblem(
      'conflict',
      'temporary',
      `Another migration is running (connection ${answer?.holder ?? 'unknown'} holds the lock ${lockName}).`,
      { hint: 'Wait until it has ended, then run: funnels migrate' },
    );
  }
  try {
    return await work({ check: () => checkHolder(database, lockName) });
  } finally {
    await database.query(release, [lockName]).catch(() => undefined);
  }
}

async function checkHolder(database: Database, lockName: string): Promise<void> {
  const [row] = await database.query<{ ours: number | null }>(holderIsUs, [lockName]);
  if (row?.ours === 1) return;
  throw new DatabaseProblem(
    'lost_connection',
    'temporary',
    'The connection was lost during the migration, and its lock with it.',
    {
      hint: 'Run it again: funnels migrate continues where it stopped.',
    },
  );
}

/** Named locks are server-wide and at most 64 characters long on MySQL, so the schema goes in as a hash. */
function lockNameFor(schema: string): string {
  return `funnels-migrate-${createHash('sha256').update(schema).digest('hex').slice(0, 32)}`;
}
