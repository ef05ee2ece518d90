import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import { DatabaseProblem } from '../../src/database/database.ts';
import { explainMysqlError, packetTooLarge, serverErrorNumber } from '../../src/database/mysql-errors.ts';
import type { MysqlTarget } from '../../src/database/mysql-target.ts';
import { isRepeatable } from '../../src/database/retry.ts';
import { explainSqliteError } from '../../src/database/sqlite-errors.ts';

const target = {
  ...parseDatabaseUrl('mysql://reader:secret@db.example:3306/site'),
  tlsCaFile: undefined,
  timezone: undefined,
  connectTimeoutSeconds: 10,
  statementTimeoutSeconds: 60,
} as MysqlTarget;

function explain(errno: number, message = 'words of the server', sqlState = 'HY000'): DatabaseProblem {
  const error = Object.assign(new Error(message), { errno, sqlState, sql: 'UPDATE funnel_entries SET email = ?' });
  return explainMysqlError(error, target) as DatabaseProblem;
}

const exitOf = (problem: DatabaseProblem): number => exitCodes[problem.kind];

describe("a server's error", () => {
  it('is a Problem of the database whatever its number and its SQLSTATE, in the words of the server', () => {
    const states = fc.stringMatching(/^[0-9A-Z]{5}$/);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 65_000 }), fc.oneof(states, fc.constant('')), (errno, sqlState) => {
        const problem = explain(errno, 'Some words.', sqlState);
        expect(problem).toBeInstanceOf(DatabaseProblem);
        expect(problem.message).toContain('The database site at db.example');
        expect(problem.message).toContain('Some words');
        expect(problem.message).not.toMatch(/\.\.|words\. \(/);
        expect(problem.hint).toMatch(/\.$|funnels [a-z-]+/);
        expect(problem.message).not.toContain('secret');
      }),
    );
    for (let errno = 1_000; errno <= 5_000; errno += 1) expect(explain(errno)).toBeInstanceOf(DatabaseProblem);
  });

  it.each<[string, number, number[]]>([
    [
      'the disk, memory, locks, connections, a shutdown, a lost quorum',
      75,
      [3, 28, 1021, 1026, 1037, 1040, 1041, 1053],
    ],
    ['the same', 75, [1114, 1047, 1135, 1180, 1203, 1205, 1206, 1213, 1226, 1412, 1461, 1878, 3032, 3100, 3101, 1969]],
    ['privileges, and servers that may not be written', 77, [1036, 1044, 1045, 1142, 1227, 1792, 1836, 3989, 4151]],
    ['what the configuration can cure', 78, [1049, 1153, 1231, 1286, 1290, 1298, 1665, 3159]],
    ['rows, and tables that are damaged or not as they have to be', 65, [126, 145, 1062, 1071, 1118, 1146, 1194, 1195]],
    ['the same', 65, [1356, 1364, 1406, 1449, 1644, 3819, 4025]],
  ])('about %s ends with %i', (_, code, numbers) => {
    for (const errno of numbers) expect([errno, exitOf(explain(errno))]).toEqual([errno, code]);
  });

  it('is judged by its SQLSTATE when nobody has listed its number', () => {
    expect(
      ['08S01', '22032', '23513', '28000', '40001', '45000', '45042'].map((state) => explain(4_999, 'x', state).reason),
    ).toEqual(['lost_connection', 'bad_value', 'bad_value', 'denied', 'conflict', 'bad_value', 'bad_value']);
  });

  it('of a trigger names the database and the number, and does not ask for the same run again', () => {
    const { message, hint } = explain(1644, 'no', '45000');
    expect(message).toBe('The database site at db.example:3306 (as reader) refused a row: no (error 1644).');
    expect(hint).toMatch(/trigger/);
    for (const errno of [1062, 1146, 1406, 1644, 3819]) expect(explain(errno).hint).not.toMatch(/^Run it again/);
  });

  it('about an init_connect that cannot be run ends at once and names it', () => {
    const words = "Aborted connection 5 to db: 'f' user: 'g' host: 'h' (init_connect command failed)";
    expect(explain(1184, words, '08S01')).toMatchObject({
      reason: 'other',
      kind: 'configuration',
      message: expect.stringContaining('its init_connect cannot be run'),
    });
  });

  it('that nobody knows is told with its number, its words and the statement', () => {
    expect(explain(3_569, 'Table j appears in multiple locking clauses.', 'HY000')).toMatchObject({
      kind: 'refused',
      message:
        'The database site at db.example:3306 (as reader) refused a statement: Table j appears in multiple locking clauses ' +
        '(error 3569, SQLSTATE HY000).\nThe statement: UPDATE funnel_entries SET email = ?',
    });
  });

  it.each([
    [1290, 'running with the --read-only option so it cannot execute this statement', 'read_only', 77],
    [1290, 'running with the --super-read-only option so it cannot execute this statement', 'read_only', 77],
    [1290, 'running with the --secure-file-priv option so it cannot execute this statement', 'other', 78],
    [1290, 'running with the --skip-grant-tables option so it cannot execute this statement', 'other', 78],
    [1290, 'running with the --max-session-mem-used=65536 option so it cannot execute this statement', 'other', 75],
    [1030, "Got error 28 'No space left on device' from storage engine InnoDB", 'other', 75],
    [1005, 'Can\'t create table `a`.`b` (errno: 28 "No space left on device")', 'other', 75],
    [1180, 'Got error 6 "No such device or address" during COMMIT', 'other', 75],
  ] as const)('%i "%s" is read by its words', (errno, message, reason, code) => {
    const problem = explain(errno, message);
    expect([problem.reason, exitOf(problem)]).toEqual([reason, code]);
  });

  it.each([
    [1665, /binlog_format to ROW/],
    [1153, /Raise max_allowed_packet/],
    [1194, /REPAIR TABLE/],
    [1356, /SHOW CREATE VIEW/],
    [1461, /max_prepared_stmt_count/],
    [1206, /innodb_buffer_pool_size/],
    [3159, /\?ssl=true/],
  ])('%i comes with its cure', (errno, cure) => {
    expect(explain(errno).hint).toMatch(cure);
  });

  it('of a table that is being rebuilt, and of a node that is not ready, is repeated', () => {
    for (const errno of [1020, 1047, 1205, 1213, 1412, 1615, 3101])
      expect([errno, isRepeatable(explain(errno))]).toEqual([errno, true]);
    for (const errno of [1021, 1180, 1194, 1665]) expect([errno, isRepeatable(explain(errno))]).toEqual([errno, false]);
  });
});

describe('an error without a number', () => {
  it('is a bug when our own code threw it, and a lost connection when the driver did', () => {
    const bug = new TypeError('undefined is not a function');
    expect(explainMysqlError(bug, target)).toBe(bug);
    const lost = Object.assign(new Error('Connection lost'), { code: 'PROTOCOL_CONNECTION_LOST', fatal: true });
    expect(explainMysqlError(lost, target)).toMatchObject({ reason: 'lost_connection', kind: 'temporary' });
  });

  it.each([
    // The same failures as Bun and as Node report them: a number of the system may be any.
    [
      { code: 'ENOTFOUND', errno: 4, syscall: 'getaddrinfo', hostname: 'db.example' },
      /the name db\.example has no address\.$/,
    ],
    [{ code: 'ENOTFOUND', errno: -3008, syscall: 'getaddrinfo' }, /the name db\.example has no address\.$/],
    [{ code: 'DNS_ENOTFOUND', errno: 4 }, /has no address\.$/],
    [{ code: 'EAI_AGAIN', errno: -3001, syscall: 'getaddrinfo' }, /could not be looked up \(EAI_AGAIN\)\.$/],
    [{ code: 'DNS_ESERVFAIL', errno: 3, syscall: 'getaddrinfo' }, /could not be looked up/],
    [{ code: 'ECONNREFUSED', errno: 111 }, /: some words\.$/],
    [{ code: 'ECONNREFUSED', errno: -111, syscall: 'connect' }, /: some words\.$/],
    [{ code: 'ENETDOWN', errno: 100 }, /: some words\.$/],
    [{ code: 'EACCES', syscall: 'connect' }, /: some words\.$/],
  ])('is about the way to the server when it is of the system: %j', (fields, message) => {
    const error = Object.assign(new Error('some words'), fields);
    expect(explainMysqlError(error, target)).toMatchObject({
      reason: 'lost_connection',
      kind: 'temporary',
      message: expect.stringMatching(message),
    });
    expect(serverErrorNumber(new Error('outer', { cause: error }))).toBeUndefined();
  });

  it('is a network that failed in the middle of a TLS handshake, not a certificate', () => {
    const reset = { code: 'HANDSHAKE_SSL_ERROR', tlsCode: 'ECONNRESET', fatal: true };
    expect(explainMysqlError(Object.assign(new Error('read ECONNRESET'), reset), target)).toMatchObject({
      reason: 'lost_connection',
    });
  });
});

describe('a batch', () => {
  it('that no packet takes is refused before it is sent; halves of it may fit', () => {
    const batch = 'é'.repeat(1_000_000);
    expect(packetTooLarge([batch], 16_777_216, 'It')).toBeUndefined();
    expect(packetTooLarge([batch], 2_100_000, 'It')).toBeUndefined();
    expect(packetTooLarge([batch], 1_048_576, 'It')).toMatchObject({
      reason: 'bad_value',
      kind: 'configuration',
      message:
        'It takes packets of 1048576 bytes at most (max_allowed_packet), and one statement may need 2016384 with what it carries.',
      hint: expect.stringContaining('to at least 2016384;'),
    });
    expect(packetTooLarge(['x'.repeat(2_016_384 - 16_384)], 2_016_384, 'It')).toBeUndefined();
  });
});

describe('an error of SQLite', () => {
  const explainSqlite = (errcode: number | undefined, message: string): unknown =>
    explainSqliteError(Object.assign(new Error(message), errcode === undefined ? {} : { errcode }), '/data/f.sqlite');

  it.each([
    [13, 'database or disk is full', 'temporary'],
    [10, 'disk I/O error', 'temporary'],
    [778, 'disk I/O error', 'temporary'],
    [7, 'out of memory', 'temporary'],
    [5, 'database is locked', 'temporary'],
    [517, 'database is locked', 'temporary'],
    [8, 'attempt to write a readonly database', 'refused'],
    [1032, 'attempt to write a readonly database', 'refused'],
    [11, 'database disk image is malformed', 'configuration'],
    [26, 'file is not a database', 'configuration'],
    [14, 'unable to open database file', 'configuration'],
    [1811, 'no such table, says a trigger', 'data'],
    [2067, 'UNIQUE constraint failed: a.b', 'data'],
    [20, 'datatype mismatch', 'data'],
    [1, 'no such table: funnel_entries', 'data'],
  ])('%i, %s, is %s; with Deno, which gives no number, by its words', (errcode, message, kind) => {
    expect(explainSqlite(errcode, message)).toMatchObject({ kind });
    if (errcode !== 1811) expect(explainSqlite(undefined, message)).toMatchObject({ kind });
  });

  it('about a statement that it cannot read is a bug of ours', () => {
    expect(explainSqlite(1, 'near "SELEKT": syntax error')).not.toHaveProperty('kind');
  });
});
