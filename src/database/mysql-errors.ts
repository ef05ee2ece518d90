import { messageOf } from '../errors.ts';
import { DatabaseProblem } from './database.ts';

interface ServerError extends Error {
  code?: string;
  errno?: number;
  sqlState?: string;
  fatal?: boolean;
}

const conflicts = new Set([1205, 1213, 1020, 1047]);
const denied = new Set([
  1044, 1045, 1129, 1130, 1133, 1141, 1142, 1143, 1227, 1251, 1275, 1370, 1698, 1820, 1862, 3118, 4151,
]);
const missing = new Set([1051, 1054, 1146]);
const readOnlyServer = new Set([1290, 1836, 3989]);
const timeLimits = new Set([1969, 3024]);
const overloaded = new Set([1040, 1203, 1226]);
const gone = new Set([1053, 1152, 1158, 1159, 1160, 1161, 1927]);
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
]);

/** The first error inside an AggregateError, as Node throws one for a host with several addresses. */
function unwrap(error: unknown): ServerError {
  const inner = error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
  return inner instanceof Error ? (inner as ServerError) : new Error(messageOf(inner));
}

/** The number of the server's own error inside anything thrown here; undefined when the server did not answer with one. */
export function serverErrorNumber(error: unknown): number | undefined {
  const { errno, cause } = error instanceof Error ? (error as ServerError) : {};
  return typeof errno === 'number' && errno > 0 ? errno : cause === undefined ? undefined : serverErrorNumber(cause);
}

/**
 * Says what an error of the driver or the server means here. `where` names server and database without a password.
 * Errors that no rule knows are returned as they are: they are bugs of ours, not the reader's.
 */
export function explainMysqlError(error: unknown, where: string): Error {
  if (error instanceof DatabaseProblem) return error;
  const cause = unwrap(error);
  const { errno = 0, code = '', sqlState = '' } = cause;
  const message = messageOf(cause);
  const problem = (
    reason: DatabaseProblem['reason'],
    kind: DatabaseProblem['kind'],
    text: string,
    hint?: string,
  ): DatabaseProblem => new DatabaseProblem(reason, kind, text, hint === undefined ? { cause } : { cause, hint });

  if (errno === 1062) return problem('duplicate_key', 'data', message);
  if (conflicts.has(errno)) {
    return problem('conflict', 'temporary', `The database could not get a lock in time: ${message}.`, 'Run it again.');
  }
  if (errno === 1049) {
    return problem('other', 'configuration', `${where}: there is no such database.`, 'Correct database.url.');
  }
  if (denied.has(errno)) {
    return problem(
      'denied',
      'refused',
      `${where} refused: ${message}.`,
      'Check the account in database.url and its privileges.',
    );
  }
  if (missing.has(errno)) return problem('missing_table', 'data', `${where}: ${message}.`);
  if (errno === 1792) return problem('read_only', 'refused', `${where}: the session may not write.`);
  if (readOnlyServer.has(errno)) {
    const hint = 'Point database.url to the server that takes writes.';
    return problem('read_only', 'refused', `${where} may not be written: ${message}.`, hint);
  }
  if (errno === 1298) {
    const hint = 'Write database.timezone as an offset such as +03:00, or load the time zone tables into the server.';
    return problem('other', 'configuration', `${where} does not know the time zone: ${message}.`, hint);
  }
  if (errno === 1317) return problem('other', 'temporary', `${where}: somebody stopped a statement.`, 'Run it again.');
  if (timeLimits.has(errno)) {
    return problem(
      'other',
      'temporary',
      `${where}: a statement took longer than database.statementTimeoutSeconds.`,
      'Run it when the server is less busy, or raise the limit.',
    );
  }
  if (overloaded.has(errno))
    return problem('conflict', 'temporary', `${where} is overloaded: ${message}.`, 'Run it again.');
  if (gone.has(errno) || networkCodes.has(code) || cause.fatal === true) {
    return problem(
      'lost_connection',
      'temporary',
      `${where} cannot be reached: ${message || code}.`,
      'Check that the server is running and that database.url is right, then run it again.',
    );
  }
  if (sqlState.startsWith('22') || sqlState.startsWith('23')) return problem('bad_value', 'data', message);
  return cause;
}
