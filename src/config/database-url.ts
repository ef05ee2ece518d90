import { resolve } from 'node:path';
import { Problem } from '../errors.ts';

/** A MariaDB or MySQL server, as `database.url` names it. */
export interface MysqlLocation {
  engine: 'mysql';
  /** An IPv6 address stands without its brackets. */
  host: string;
  port: number;
  user: string;
  password: string | undefined;
  database: string;
  socketPath: string | undefined;
  /** Encrypted connection: not at all, with a certificate that must be valid, or with any certificate. */
  ssl: 'off' | 'verify' | 'skip-verify';
}

/** A file of the embedded engine. */
export interface SqliteLocation {
  engine: 'sqlite';
  path: string;
}

export type DatabaseLocation = MysqlLocation | SqliteLocation;

const forms = 'It has the form mysql://user:password@host:3306/name, or sqlite:PATH.';
const encodingAdvice = 'In user name and password write %2F for /, %3F for ?, %23 for #, %25 for %.';
const sslModes = { true: 'verify', false: 'off', 'skip-verify': 'skip-verify' } as const;

/** Why a text is no database URL, as the end of a sentence that begins with the setting's name. Quotes nothing of it. */
export class UrlFault extends Error {}

function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UrlFault(`has a % in its ${part} that is not followed by two hexadecimal digits. ${encodingAdvice}`);
  }
}

function readOptions(query: string): Pick<MysqlLocation, 'socketPath' | 'ssl'> {
  const options: Pick<MysqlLocation, 'socketPath' | 'ssl'> = { socketPath: undefined, ssl: 'off' };
  for (const part of query.split('&').filter((text) => text !== '')) {
    const [name = '', ...rest] = part.split('=');
    const value = decode(rest.join('='), 'options');
    if (name === 'ssl' && Object.hasOwn(sslModes, value)) options.ssl = sslModes[value as keyof typeof sslModes];
    else if (name === 'ssl') throw new UrlFault('has an unknown value for ssl: it can be true, false or skip-verify.');
    else if (name === 'socketPath' && value !== '') options.socketPath = value;
    // An unknown option is not repeated: some drivers take the password as one.
    else throw new UrlFault('has an unknown or empty option: after the ? only ssl and socketPath can stand.');
  }
  return options;
}

function readServer(authority: string): Pick<MysqlLocation, 'host' | 'port' | 'user' | 'password'> {
  const at = authority.lastIndexOf('@');
  const server = /^(?<host>\[[0-9a-fA-F:.]+\]|[^:[\]]*)(?::(?<port>.*))?$/.exec(authority.slice(at + 1))?.groups;
  if (server === undefined) throw new UrlFault(`has a host that cannot be read. ${forms}`);
  const { host = '', port = '3306' } = server;
  if (!/^(\[.+\]|[\p{L}\p{N}._-]*)$/u.test(host)) throw new UrlFault(`has a host that cannot be read. ${forms}`);
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw new UrlFault(`has a port that is not a whole number from 1 to 65535. ${forms} ${encodingAdvice}`);
  }
  const [user = '', ...rest] = authority.slice(0, Math.max(at, 0)).split(':');
  if (user === '') throw new UrlFault(`names no user. ${forms}`);
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port),
    user: decode(user, 'user name'),
    password: rest.length === 0 ? undefined : decode(rest.join(':'), 'password'),
  };
}

function readMysql(rest: string): MysqlLocation {
  const parts = /^(?<authority>[^/?#]*)(?:\/(?<name>[^?#]*))?(?:\?(?<query>[^#]*))?(?<hash>#.*)?$/s.exec(rest)?.groups;
  const { authority = '', name = '', query = '', hash } = parts ?? {};
  if (hash !== undefined) throw new UrlFault(`has a #, which ends a URL. ${encodingAdvice}`);
  const location: MysqlLocation = { engine: 'mysql', ...readServer(authority), database: '', ...readOptions(query) };
  location.database = decode(name, 'database name');
  if (location.database === '') throw new UrlFault(`names no database after the host. ${forms}`);
  // "/" and "@" here come from a password that was not encoded, and the name of the database stands in messages.
  if (!/^[^\p{Cc}/@]{1,64}$/u.test(location.database)) {
    throw new UrlFault(`has a database name that cannot be one. ${forms} ${encodingAdvice}`);
  }
  if (location.host === '' && location.socketPath === undefined) throw new UrlFault(`names no host. ${forms}`);
  return { ...location, host: location.host === '' ? 'localhost' : location.host };
}

function readSqlite(path: string): SqliteLocation {
  if (path === '') throw new UrlFault('names no file after "sqlite:".');
  if (/^:memory:|^file:/.test(path)) {
    throw new UrlFault('must name a file: a database in memory would be gone before the next command runs.');
  }
  if (/[?\0]/.test(path)) throw new UrlFault('must be a plain path after "sqlite:", with no options behind a "?".');
  return { engine: 'sqlite', path };
}

function read(text: string): DatabaseLocation {
  const url = text.trim();
  const mysql = /^(?:mysql|mariadb):\/\/(.*)$/is.exec(url)?.[1];
  if (mysql !== undefined) return readMysql(mysql);
  const sqlite = /^sqlite:(?:\/\/)?(.*)$/is.exec(url)?.[1];
  if (sqlite !== undefined) return readSqlite(sqlite);
  // The scheme is not repeated: before a "://" in a mistyped URL there may be anything.
  const hasScheme = /^[a-z]{1,20}:\/\//i.test(url);
  throw new UrlFault(hasScheme ? `has an unknown scheme. ${forms}` : `is no database URL. ${forms}`);
}

/**
 * Takes a database URL apart, user name and password percent-decoded, a relative sqlite path resolved against `folder`;
 * or says why it is none.
 */
export function readDatabaseUrl(text: string, folder: string): DatabaseLocation | UrlFault {
  try {
    const location = read(text);
    return location.engine === 'sqlite' ? { ...location, path: resolve(folder, location.path) } : location;
  } catch (error) {
    if (error instanceof UrlFault) return error;
    throw error;
  }
}

/** The same for a URL that has to be one. Throws a configuration Problem. */
export function parseDatabaseUrl(text: string, folder = '/'): DatabaseLocation {
  const location = readDatabaseUrl(text, folder);
  if (location instanceof UrlFault) throw new Problem('configuration', `database.url ${location.message}`);
  return location;
}

/** The URL of a place: what `parseDatabaseUrl` reads back as the same place. */
export function formatDatabaseUrl(location: DatabaseLocation): string {
  if (location.engine === 'sqlite') {
    return `sqlite:${location.path.startsWith('//') ? '//' : ''}${location.path}`;
  }
  const { host, port, user, password, database, socketPath, ssl } = location;
  const login =
    password === undefined ? encodeURIComponent(user) : `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  const options = [
    ...(ssl === 'off' ? [] : [`ssl=${ssl === 'verify' ? 'true' : ssl}`]),
    ...(socketPath === undefined ? [] : [`socketPath=${encodeURIComponent(socketPath)}`]),
  ];
  const query = options.length === 0 ? '' : `?${options.join('&')}`;
  return `mysql://${login}@${host.includes(':') ? `[${host}]` : host}:${port}/${encodeURIComponent(database)}${query}`;
}
