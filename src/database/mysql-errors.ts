import { messageOf, Problem, sentence } from '../errors.ts';
import { DatabaseProblem, type Parameter } from './database.ts';
import { notMysql } from './mysql-connect.ts';
import { kindOfError } from './mysql-error-kinds.ts';
import { type MysqlTarget, nameOf, serverOf } from './mysql-target.ts';
import { explainTlsError } from './mysql-tls-errors.ts';

interface ServerError extends Error {
  code?: string;
  errno?: number;
  sqlState?: string;
  sqlMessage?: string;
  sql?: string;
  syscall?: string;
  hostname?: string;
  fatal?: boolean;
  tlsCode?: string;
}

/** The first error inside an AggregateError, as Node throws one for a host with several addresses. */
function unwrap(error: unknown): ServerError {
  const inner = error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
  return inner instanceof Error ? (inner as ServerError) : new Error(messageOf(inner));
}

/** The number of the server's own error inside anything thrown here; undefined when the server did not answer with one. */
export function serverErrorNumber(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { cause } = error;
  return answeredNumber(error) ?? (cause === undefined ? undefined : serverErrorNumber(cause));
}

/** Errors of the operating system have numbers too, on some runtimes positive ones: only the server sends an SQLSTATE. */
function answeredNumber({ errno, sqlState, sqlMessage }: ServerError): number | undefined {
  const isAnswer = typeof sqlState === 'string' || typeof sqlMessage === 'string';
  return isAnswer && typeof errno === 'number' && errno > 0 ? errno : undefined;
}

/**
 * Says what an error of the driver or the server means here. What the server answered with is always a Problem of the
 * database; so is what became of the way there. The rest is thrown by our own code, a bug, and returned as it is.
 */
export function explainMysqlError(error: unknown, target: MysqlTarget): Error {
  if (error instanceof Problem) return error;
  const cause = unwrap(error);
  const number = answeredNumber(cause);
  if (number !== undefined) return explainServerError(cause, number, target);
  return explainLogin(cause, target) ?? explainLoss(cause, target) ?? cause;
}

function explainServerError(cause: ServerError, errno: number, target: MysqlTarget): DatabaseProblem {
  const { sqlState = '', sql } = cause;
  const message = messageOf(cause).replace(/[.\s]+$/, '');
  const { reason, kind, what, hint, isKnown } = kindOfError(errno, sqlState, message);
  const advice = errno === accessDenied ? `${hint} ${tlsAdvice(target)}` : hint;
  const during = isKnown || sql === undefined ? '' : `\nThe statement: ${beginningOf(sql)}`;
  const number = isKnown ? `error ${errno}` : `error ${errno}, SQLSTATE ${sqlState || 'unknown'}`;
  const text = `${nameOf(target)} ${what}: ${message} (${number}).${during}`;
  return new DatabaseProblem(reason, kind, text, { cause, hint: advice });
}

const accessDenied = 1045;

/** The server does not tell a wrong password from a right one that came in the wrong way. */
function tlsAdvice({ ssl }: MysqlTarget): string {
  return ssl === 'off'
    ? 'If it may come over TLS only (REQUIRE SSL, require_secure_transport), add ?ssl=true to database.url.'
    : 'One that has to show a certificate of its own (REQUIRE X509) cannot be used.';
}

/** Enough of a statement to see what it is for; it holds no values. */
function beginningOf(sql: string): string {
  const text = sql.replace(/\s+/g, ' ').trim();
  return text.length <= 120 ? text : `${text.slice(0, 120)}…`;
}

/** What stands in the way of logging in and is not mended by waiting. */
function explainLogin(cause: ServerError, target: MysqlTarget): DatabaseProblem | undefined {
  const { code = '' } = cause;
  const message = messageOf(cause);
  if (code === notMysql) {
    const hint = 'Correct host and port in database.url.';
    const what = `What answers at ${serverOf(target)} is no MariaDB or MySQL server.`;
    return new DatabaseProblem('other', 'configuration', what, { cause, hint });
  }
  if (code === 'AUTH_SWITCH_PLUGIN_ERROR' || code === 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED') {
    const [, plugin] = /plugin ([\w-]+)/.exec(message) ?? [];
    const way = code === 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED' ? 'mysql_clear_password' : plugin;
    const how =
      way === undefined ? `could not log in: ${message}` : `wants a login that funnels does not know (${way})`;
    return new DatabaseProblem('denied', 'refused', sentence(`${nameOf(target)} ${how}`), {
      cause,
      hint: 'Let the account log in by password: mysql_native_password on MariaDB, caching_sha2_password on MySQL.',
    });
  }
  return explainTlsError(cause, target);
}

/** Node's own codes for a mistake in a call (ERR_…) are no answer of the network. */
const systemCode = /^(?!ERR_)(?:DNS_)?E[A-Z]+(?:_[A-Z]+)*$/;

/** Whether the operating system, or the driver, says that the way to the server is not there or has ended. */
function isAboutTheWay({ code = '', errno, syscall, fatal }: ServerError): boolean {
  return (
    fatal === true ||
    typeof errno === 'number' ||
    syscall !== undefined ||
    systemCode.test(code) ||
    code === 'PROTOCOL_CONNECTION_LOST' ||
    code === 'PROTOCOL_SEQUENCE_TIMEOUT'
  );
}

function explainLoss(cause: ServerError, target: MysqlTarget): DatabaseProblem | undefined {
  if (!isAboutTheWay(cause)) return undefined;
  const why = nameFault(cause, target) ?? (messageOf(cause) || cause.code || 'the connection failed');
  return new DatabaseProblem('lost_connection', 'temporary', sentence(`${nameOf(target)} cannot be reached: ${why}`), {
    cause,
    hint: 'Check that the server is running and that database.url is right, then run it again.',
  });
}

/** What became of looking up the host's name, in words; undefined for everything else. */
function nameFault({ code = '', syscall = '', hostname }: ServerError, { host }: MysqlTarget): string | undefined {
  const name = hostname ?? host;
  const short = code.replace(/^DNS_/, '');
  if (/^(?:ENOTFOUND|ENODATA|EAI_NONAME|EAI_NODATA)$/.test(short)) return `the name ${name} has no address`;
  if (short.startsWith('EAI_') || /^(?:getaddrinfo|query)/.test(syscall)) {
    return `the name ${name} could not be looked up (${code || 'no code'})`;
  }
  return undefined;
}

/** What current servers come with, in bytes. */
const usualPacket = 16_777_216;

/** Room for the statement's text and the protocol beside the parameters, in bytes. */
const packetMargin = 16_384;

/** The Problem of parameters that are larger than a packet may be; undefined when they fit. */
export function packetTooLarge(
  parameters: readonly Parameter[],
  longestPacket: number,
  where: string,
): DatabaseProblem | undefined {
  const characters = parameters.reduce<number>((sum, one) => sum + (typeof one === 'string' ? one.length : 8), 0);
  // No character takes more than three bytes per unit of JavaScript: most need not be counted.
  if (characters * 3 + packetMargin <= longestPacket) return undefined;
  const bytes = parameters.reduce<number>((sum, one) => sum + Buffer.byteLength(String(one)), 0);
  if (bytes + packetMargin <= longestPacket) return undefined;
  const needed = bytes + packetMargin;
  const what =
    `${where} takes packets of ${longestPacket} bytes at most (max_allowed_packet), and one statement may need ` +
    `${needed} with what it carries.`;
  return new DatabaseProblem('bad_value', 'configuration', what, {
    hint: `Raise max_allowed_packet on the server to at least ${needed}; ${usualPacket} is usual.`,
  });
}
