import type { ConnectionOptions, SslOptions } from 'mysql2';
import type { MysqlLocation } from '../config/database-url.ts';
import { DatabaseProblem } from './database.ts';

/** Where a MariaDB or MySQL server is and how to treat it; times in seconds. */
export interface MysqlTarget extends Omit<MysqlLocation, 'engine'> {
  /** a file with the authorities (PEM) that alone may vouch for the server; those Node knows when not given */
  tlsCaFile: string | undefined;
  timezone: string | undefined;
  connectTimeoutSeconds: number;
  statementTimeoutSeconds: number;
}

/** Names server and database for messages; never the password. */
export function nameOf(target: MysqlTarget): string {
  return `The database ${target.database} at ${serverOf(target)} (as ${target.user})`;
}

/** The server's address as people write it. */
export function serverOf(target: MysqlTarget): string {
  return target.socketPath ?? `${target.host}:${target.port}`;
}

/** Connection options of mysql2: big integers exact, dates as the strings the server holds, one statement a call. */
export function connectionOptions(target: MysqlTarget, ca: string | undefined): ConnectionOptions {
  return {
    ...(target.socketPath === undefined ? { host: target.host, port: target.port } : { socketPath: target.socketPath }),
    user: target.user,
    ...(target.password === undefined ? {} : { password: target.password }),
    database: target.database,
    ...(target.ssl === 'off' ? {} : { ssl: tlsOptions(target, ca) }),
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

/** Whose certificate it is, mysql-connect.ts looks at: the driver would compare that of an IP address with `localhost`. */
function tlsOptions({ ssl }: MysqlTarget, ca: string | undefined): SslOptions {
  return { rejectUnauthorized: ssl === 'verify', verifyIdentity: false, ...(ca === undefined ? {} : { ca }) };
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
