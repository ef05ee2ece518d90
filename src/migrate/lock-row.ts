import { DatabaseProblem, type Session } from '../database/database.ts';
import { hasTable } from '../database/has-table.ts';

/** How long a hold lasts when it is not renewed: a crash keeps other nodes waiting no longer than this. */
export const leaseSeconds = 40;

/** Who holds, or held, the row. Times in UTC, by the database's clock. */
export interface LockHolder {
  owner: string;
  host: string;
  pid: number;
  connectionId: number;
  /** which server that connection is on */
  server: string;
  acquiredAt: string;
  expiresAt: string;
  isExpired: boolean;
}

/** Who asks for the row. */
export type Contender = Pick<LockHolder, 'owner' | 'host' | 'pid' | 'connectionId' | 'server'>;

// The microseconds make every renewal a change, so that the count of changed rows says whether the row was ours.
const createTable = `CREATE TABLE IF NOT EXISTS funnels_migration_lock (
    id TINYINT NOT NULL PRIMARY KEY,
    owner CHAR(36) NOT NULL,
    host VARCHAR(255) NOT NULL,
    pid BIGINT NOT NULL,
    connection_id BIGINT NOT NULL,
    server VARCHAR(255) NOT NULL,
    acquired_at DATETIME(6) NOT NULL,
    expires_at DATETIME(6) NOT NULL
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`;

const takeFree = `INSERT INTO funnels_migration_lock
    (id, owner, host, pid, connection_id, server, acquired_at, expires_at)
  VALUES (1, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL ? SECOND)`;

const takeOver = `UPDATE funnels_migration_lock
  SET owner = ?, host = ?, pid = ?, connection_id = ?, server = ?,
    acquired_at = UTC_TIMESTAMP(6), expires_at = UTC_TIMESTAMP(6) + INTERVAL ? SECOND
  WHERE id = 1 AND (expires_at <= UTC_TIMESTAMP(6) OR server = ?)`;

const renew = `UPDATE funnels_migration_lock SET expires_at = UTC_TIMESTAMP(6) + INTERVAL ? SECOND
  WHERE id = 1 AND owner = ?`;

const release = `DELETE FROM funnels_migration_lock WHERE id = 1 AND owner = ?`;

const selectHolder = `SELECT owner, host, pid, connection_id AS connectionId, server, acquired_at AS acquiredAt,
    expires_at AS expiresAt, expires_at <= UTC_TIMESTAMP(6) AS isExpired
  FROM funnels_migration_lock WHERE id = 1`;

const serverVariables = `SHOW GLOBAL VARIABLES WHERE Variable_name IN ('hostname', 'port', 'server_uuid', 'server_uid')`;
const galeraNode = `SHOW GLOBAL STATUS LIKE 'wsrep_gcomm_uuid'`;

/**
 * Makes the lock's own table, the one thing that is created without the lock. Two who do so at once do no harm: the
 * table is the same whoever makes it, the second finds it there, and nothing is in it until somebody takes the lock.
 */
export async function ensureLockTable(session: Session): Promise<void> {
  if (!(await hasTable(session, 'funnels_migration_lock'))) await session.execute(createTable);
}

/** What tells this server from every other one that writes to the same tables; no privilege is needed. */
export async function serverIdentity(session: Session): Promise<string> {
  const rows = [
    ...(await session.query<{ Value: string }>(serverVariables)),
    ...(await session.query<{ Value: string }>(galeraNode)),
  ];
  return rows.map(({ Value }) => Value).join(' ');
}

/**
 * Takes the row for `leaseSeconds` if nobody has it, if its hold has ended, or if its holder was on this server: the
 * caller holds the named lock here, so that one is dead. False when somebody has it. Each statement commits by itself;
 * on Galera the commit decides between two nodes, and whoever wins has received all that the one before had written.
 */
export async function takeRow(session: Session, contender: Contender): Promise<boolean> {
  const { owner, host, pid, connectionId, server } = contender;
  const values = [owner, host, pid, connectionId, server, leaseSeconds];
  try {
    if ((await session.execute(takeOver, [...values, server])).affected > 0) return true;
    return (await session.execute(takeFree, values)).affected > 0;
  } catch (error) {
    const lostRace = error instanceof DatabaseProblem && ['duplicate_key', 'conflict'].includes(error.reason);
    if (lostRace) return false;
    throw error;
  }
}

/** Holds the row for another `leaseSeconds`; false when it is somebody else's by now. */
export async function renewRow(session: Session, owner: string): Promise<boolean> {
  return (await session.execute(renew, [leaseSeconds, owner])).affected > 0;
}

/** Gives the row back. */
export async function releaseRow(session: Session, owner: string): Promise<void> {
  await session.execute(release, [owner]);
}

/** Who has the row; null when nobody does, or when no migration has ever been made. Reads only. */
export async function readHolder(session: Session): Promise<LockHolder | null> {
  if (session.engine === 'sqlite' || !(await hasTable(session, 'funnels_migration_lock'))) return null;
  const [row] = await session.query<LockHolder>(selectHolder);
  if (row === undefined) return null;
  const seconds = (time: string): string => time.slice(0, 19);
  const { acquiredAt, expiresAt, isExpired } = row;
  return { ...row, acquiredAt: seconds(acquiredAt), expiresAt: seconds(expiresAt), isExpired: Boolean(isExpired) };
}
