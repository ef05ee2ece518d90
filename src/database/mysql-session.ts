import type { Connection } from 'mysql2/promise';
import { DatabaseProblem } from './database.ts';
import { serverErrorNumber } from './mysql-errors.ts';
import { checkServerVersion, type MysqlTarget, nameOf } from './mysql-target.ts';

/** Assignments to session variables: their names and, as SQL, their values. */
type Assignments = Readonly<Record<string, string | number>>;

const lockWaitSeconds = 10;
/** A host that vanishes in the middle of a transaction keeps its locks for so long at most, where MariaDB can see to it. */
const idleTransactionSeconds = 60;
/** Longer than anything of ours is silent between two statements: the longest call to Brevo takes five minutes. */
const idleSeconds = 3_600;
/** What the servers themselves take for "no limit". */
const unlimited = '18446744073709551615';

/**
 * What our SQL relies on, whatever a server's configuration, or its init_connect, has made of it: whole and strict
 * answers in UTF-8, and COMMITs that are ours. In this order: the collation is reset by the character set before it, and
 * big selects are taken away by the size. Not here: sql_log_bin and binlog_format, which are the administrator's, and
 * what only makes statements faster or slower.
 */
const needed = {
  both: {
    character_set_client: "'utf8mb4'",
    character_set_results: "'utf8mb4'",
    character_set_connection: "'utf8mb4'",
    collation_connection: "'utf8mb4_general_ci'",
    autocommit: 1,
    completion_type: "'NO_CHAIN'",
    sql_mode: "'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
    sql_safe_updates: 0,
    sql_select_limit: unlimited,
    max_join_size: unlimited,
    sql_big_selects: 1,
    sql_auto_is_null: 0,
    foreign_key_checks: 1,
    unique_checks: 1,
    group_concat_max_len: 1_048_576,
    div_precision_increment: 4,
    // At least as long as the longest address, in bytes.
    max_sort_length: 1_024,
    default_storage_engine: "'InnoDB'",
  },
  mariadb: {
    check_constraint_checks: 1,
    sql_if_exists: 0,
    old_mode: "''",
    default_regex_flags: "''",
    alter_algorithm: "'DEFAULT'",
    // A word and no text: the present.
    system_versioning_asof: 'DEFAULT',
  },
} satisfies Record<string, Assignments>;

/** For writers no gap locks, so claims and inserts do not deadlock; for readers one snapshot per transaction, and no writes. */
const accessModes = {
  'read-write': { isolation: "'READ-COMMITTED'", readOnly: 0 },
  'read-only': { isolation: "'REPEATABLE-READ'", readOnly: 1 },
} as const;

/** What makes a session wait, give up and speak as we expect; it can be used without. */
const wanted = {
  both: {
    // The session's own clock goes, should init_connect have stopped it.
    timestamp: 'DEFAULT',
    innodb_lock_wait_timeout: lockWaitSeconds,
    lock_wait_timeout: lockWaitSeconds,
    wait_timeout: idleSeconds,
    // Some errors are told apart by their words.
    lc_messages: "'en_US'",
  },
  mariadb: {
    explicit_defaults_for_timestamp: 1,
    idle_write_transaction_timeout: 0,
    idle_readonly_transaction_timeout: 0,
    wsrep_dirty_reads: 0,
    wsrep_osu_method: "'TOI'",
  },
  mysql: { old_alter_table: 0 },
} satisfies Record<string, Assignments>;

/** The longest time of a statement, in seconds, under the name and in the unit of either family. */
const timeLimit = '/*M!100101 max_statement_time */ /*!50708 max_execution_time */ = ? /*!50708 * 1000 */';

/** One assignment, or one question, as a part of a statement. */
interface Part {
  text: string;
  parameter?: string | number;
  on: 'both' | 'mariadb' | 'mysql';
}

/** Comments that only the one or the other family of servers executes, so that one statement does for both. */
function join(parts: readonly Part[]): string {
  const opening = { mariadb: '/*M!100600 ', mysql: '/*!80000 ' };
  return parts
    .map(({ text, on }, index) => {
      const part = index === 0 ? text : `, ${text}`;
      return on === 'both' ? part : ` ${opening[on]}${part} */`;
    })
    .join('');
}

/** The assignments that every session needs to be answered rightly, with the time zone if one is configured. */
function neededParts(target: MysqlTarget, access: keyof typeof accessModes): (Part & { name: string })[] {
  const { isolation, readOnly } = accessModes[access];
  const list = (on: Part['on'], assignments: Assignments): (Part & { name: string })[] =>
    Object.entries(assignments).map(([name, value]) => ({ name, text: `${name} = ${value}`, on }));
  return [
    ...list('both', needed.both),
    ...(target.timezone === undefined
      ? []
      : [{ name: 'time_zone', text: 'time_zone = ?', parameter: target.timezone, on: 'both' as const }]),
    ...list('mariadb', { ...needed.mariadb, tx_isolation: isolation, tx_read_only: readOnly }),
    ...list('mysql', { transaction_isolation: isolation, transaction_read_only: readOnly }),
  ];
}

function wantedParts(target: MysqlTarget, access: keyof typeof accessModes): Part[] {
  const list = (on: Part['on'], assignments: Assignments): Part[] =>
    Object.entries(assignments).map(([name, value]) => ({ text: `${name} = ${value}`, on }));
  const idle_transaction_timeout = access === 'read-only' ? 0 : idleTransactionSeconds;
  return [
    ...list('both', wanted.both),
    // The server's own time zone, should init_connect have set another.
    ...(target.timezone === undefined ? list('both', { time_zone: '@@GLOBAL.time_zone' }) : []),
    { text: timeLimit, parameter: target.statementTimeoutSeconds, on: 'both' },
    ...list('mariadb', { ...wanted.mariadb, idle_transaction_timeout }),
    ...list('mysql', wanted.mysql),
  ];
}

/** A variable that this server does not have, may not set for us, or has in another form. */
const unsettable = new Set([1064, 1193, 1227, 1229, 1231, 1232, 1238, 1621]);

/** Sets all parts in one statement; on a server that refuses that, one by one as far as it goes. */
async function assign(connection: Connection, parts: readonly Part[]): Promise<void> {
  const set = (some: readonly Part[]): Promise<unknown> => {
    const parameters = some.flatMap(({ parameter }) => parameter ?? []);
    return connection.query(`SET ${join(some)}`, parameters);
  };
  try {
    await set(parts);
  } catch (error) {
    const refuse = (one: unknown): void => {
      if (!unsettable.has(serverErrorNumber(one) ?? 0)) throw one;
    };
    refuse(error);
    for (const part of parts) await set([{ ...part, on: 'both' }]).catch(refuse);
  }
}

/** What a session says about itself, once it has been set up. */
export interface SessionFacts {
  /** bytes of the longest statement, parameters included, that the server takes */
  longestPacket: number;
}

/**
 * Puts a fresh session into the one state that our SQL relies on, in two exchanges, and looks whether it is in force.
 * Throws a configuration Problem for a server that is too old, and one that names every variable that could not be set:
 * a proxy in between may answer for the server.
 */
export async function setUpSession(
  connection: Connection,
  target: MysqlTarget,
  access: 'read-only' | 'read-write',
): Promise<SessionFacts> {
  const parts = neededParts(target, access);
  await assign(connection, [...parts, ...wantedParts(target, access)]);
  const facts = await readBack(connection, parts);
  checkServerVersion(String(facts.version), nameOf(target));
  const wrong = parts.flatMap(({ name, text, parameter }) => {
    const asked = String(parameter ?? text.slice(text.indexOf('=') + 2)).replace(/^'(.*)'$/, '$1');
    const real = facts[name];
    return real === undefined || isSame(asked, String(real)) ? [] : [`${name} is ${real || "''"} and not ${asked}`];
  });
  if (wrong.length === 0) return { longestPacket: Number(facts.max_allowed_packet ?? Number.POSITIVE_INFINITY) };
  throw new DatabaseProblem(
    'other',
    'configuration',
    `${nameOf(target)} does not give this session what it needs: ${wrong.join(', ')}.`,
    { hint: 'Let the account set these variables; a proxy in between has to pass SET statements on.' },
  );
}

type Facts = Record<string, string | number | null>;

async function readBack(connection: Connection, parts: readonly (Part & { name: string })[]): Promise<Facts> {
  const ask = async (some: readonly Part[]): Promise<Facts> => {
    const [rows] = await connection.query(`SELECT ${join(some)}`);
    return (rows as Facts[])[0] ?? {};
  };
  const version: Part = { text: 'VERSION() AS version, @@max_allowed_packet AS max_allowed_packet', on: 'both' };
  const questions = parts.map(({ name, on }): Part => ({ text: `@@SESSION.${name} AS ${name}`, on }));
  try {
    return await ask([version, ...questions]);
  } catch (error) {
    if (!unsettable.has(serverErrorNumber(error) ?? 0)) throw error;
    let facts = await ask([version]);
    for (const question of questions) {
      facts = { ...facts, ...(await ask([{ ...question, on: 'both' }]).catch((): Facts => ({}))) };
    }
    return facts;
  }
}

/** Whether the server says in its way what it was told: words in another order, another case. */
function isSame(asked: string, real: string): boolean {
  const words = (text: string): string =>
    text
      .toUpperCase()
      .replace(/^-00:00$/, '+00:00')
      .split(',')
      .sort()
      .join();
  return words(asked) === words(real);
}
