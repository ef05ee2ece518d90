import type { ConnectionOptions } from 'mysql2/promise';
import type { MysqlLocation } from '../config/database-url.ts';
import { DatabaseProblem } from './database.ts';

/** Where a MariaDB or MySQL server is and how to treat it; times in seconds. */
export interface MysqlTarget extends Omit<MysqlLocation, 'engine'> {
  timezone: string | undefined;
  connectTimeoutSeconds: number;
  statementTimeoutSeconds: number;
}

const lockWaitSeconds = 10;
/** A host that vanishes in the middle of a transaction keeps its locks for so long at most, where MariaDB can see to it. */
const idleTransactionSeconds = 60;

/** Names server and database for messages; never the password. */
export function nameOf(target: MysqlTarget): string {
  const server = target.socketPath ?? `${target.host}:${target.port}`;
  return `The database ${target.database} at ${server} (as ${target.user})`;
}

/** Connection options of mysql2: big integers exact, dates as the strings the server holds, one statement a call. */
export function connectionOptions(target: MysqlTarget): ConnectionOptions {
  return {
    ...(target.socketPath === undefined ? { host: target.host, port: target.port } : { socketPath: target.socketPath }),
    user: target.user,
    ...(target.password === undefined ? {} : { password: target.password }),
    database: target.database,
    ...(target.ssl === 'off'
      ? {}
      : { ssl: { rejectUnauthorized: target.ssl === 'verify', verifyIdentity: target.ssl === 'verify' } }),
    charset: 'utf8mb4',
    // Count the rows that changed, not those that were found: an insert the constraint turned away counts 0.
    flags: ['-FOUND_ROWS'],
    connectTimeout: target.connectTimeoutSeconds * 1000,
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: false,
    multipleStatements: false,
    enableKeepAlive: true,
    maxPreparedStatements: 200,
  };
}

/**
 * Statements that put a fresh session into the one state all our SQL relies on: for writers READ COMMITTED (no gap
 * locks, so claims and inserts do not deadlock), for readers one snapshot per transaction and a server that refuses
 * writes; strict values and bounded waits for both. Values come from validated settings and go in as parameters where the server takes them.
 */
export function sessionStatements(
  target: MysqlTarget,
  access: 'read-only' | 'read-write',
  isMariaDb: boolean,
): { sql: string; parameters: (string | number)[] }[] {
  const limit = isMariaDb
    ? { sql: 'SET SESSION max_statement_time = ?', parameters: [target.statementTimeoutSeconds] }
    : { sql: 'SET SESSION max_execution_time = ?', parameters: [target.statementTimeoutSeconds * 1000] };
  const isolation = access === 'read-only' ? 'REPEATABLE READ' : 'READ COMMITTED';
  const isWriter = access === 'read-write';
  return [
    { sql: `SET SESSION TRANSACTION ISOLATION LEVEL ${isolation}`, parameters: [] },
    {
      sql: "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
      parameters: [],
    },
    { sql: 'SET SESSION innodb_lock_wait_timeout = ?', parameters: [lockWaitSeconds] },
    { sql: 'SET SESSION lock_wait_timeout = ?', parameters: [lockWaitSeconds] },
    limit,
    ...(isMariaDb && isWriter
      ? [{ sql: 'SET SESSION idle_transaction_timeout = ?', parameters: [idleTransactionSeconds] }]
      : []),
    ...(target.timezone === undefined ? [] : [{ sql: 'SET SESSION time_zone = ?', parameters: [target.timezone] }]),
    ...(access === 'read-only' ? [{ sql: 'SET SESSION TRANSACTION READ ONLY', parameters: [] }] : []),
  ];
}

/**
 * Refuses servers that lack what our statements use (SKIP LOCKED, JSON_TABLE, enforced CHECKs): MariaDB before 10.6
 * and MySQL before 8.0.16. Takes the text of VERSION(); returns whether the server is MariaDB.
 */
export function checkServerVersion(version: string, where: string): boolean {
  const isMariaDb = /mariadb/i.test(version);
  // MariaDB puts 5.5.5 before its version for clients that would not understand a number from 10 on.
  const own = version.replace(/^5\.5\.5-/, '');
  const [major = 0, minor = 0, patch = 0] = own
    .split(/[.-]/)
    .slice(0, 3)
    .map((part) => Number.parseInt(part, 10) || 0);
  const number = major * 1_000_000 + minor * 1_000 + patch;
  if (number >= (isMariaDb ? 10_006_000 : 8_000_016)) return isMariaDb;
  throw new DatabaseProblem(
    'other',
    'configuration',
    `${where} is ${isMariaDb ? 'MariaDB' : 'MySQL'} ${own}, which is too old.`,
    { hint: 'funnels needs MariaDB 10.6 or later, or MySQL 8.0.16 or later.' },
  );
}
