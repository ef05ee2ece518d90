import type { ProblemKind } from '../errors.ts';
import type { DatabaseReason } from './database.ts';

/** What an error of the server means here. */
export interface ErrorKind {
  reason: DatabaseReason;
  kind: ProblemKind;
  /** completes "The database … at … (as …) …", before the server's own words */
  what: string;
  hint: string;
}

type Row = readonly [ErrorKind['reason'], ErrorKind['kind'], what: string, hint: string];

const again = 'Run it again.';
const rights = 'Check the account in database.url and its privileges.';
const writable = 'Point database.url to the server that takes writes.';
const session = 'Let the account set its session variables; a proxy in between has to pass SET statements on.';

const rowFault: Row = [
  'bad_value',
  'data',
  'refused a row',
  'Look at what forbids it there: the type of its column, a constraint or a trigger.',
];
const duplicate: Row = [
  'duplicate_key',
  'data',
  'refused a row',
  'A row with that key is there already: look at both, and at the unique keys of the table.',
];
const lock: Row = ['conflict', 'temporary', 'could not get a lock in time', again];
const changed: Row = ['conflict', 'temporary', 'had something changed by somebody else at that moment', again];
const initConnect: Row = [
  'other',
  'configuration',
  'ends every connection of this account because its init_connect cannot be run',
  "Correct init_connect on the server (SHOW GLOBAL VARIABLES LIKE 'init_connect'); its log says what fails in it.",
];
const gone: Row = [
  'lost_connection',
  'temporary',
  'cannot be reached',
  'Check that the server is running, then run it again.',
];
const missing: Row = [
  'missing_table',
  'data',
  'lacks something',
  'Look what is missing with: funnels migrate status; and whether database.url and modx name the right tables.',
];
const denied: Row = ['denied', 'refused', 'refused', rights];
const readOnly: Row = ['read_only', 'refused', 'may not be written', writable];
const readOnlySession: Row = ['read_only', 'refused', 'gave a session that may not write', writable];
const busy: Row = ['conflict', 'temporary', 'is overloaded', again];
const slow: Row = [
  'other',
  'temporary',
  'ended a statement that took longer than database.statementTimeoutSeconds',
  'Run it when the server is less busy, or raise the limit.',
];
const stopped: Row = ['other', 'temporary', 'had a statement stopped by somebody', again];
const disk: Row = [
  'other',
  'temporary',
  "has no room, or cannot write, on the server's disk",
  'Make room on the server (data folder, tmpdir, binary logs), then run it again.',
];
const memory: Row = [
  'other',
  'temporary',
  'lacks memory or another resource',
  'Run it when the server is less busy, or give it more.',
];
const lockTable: Row = [
  'other',
  'temporary',
  'has no room for more row locks',
  'Raise innodb_buffer_pool_size on the server, or lower sync.batchSize; then run it again.',
];
const prepared: Row = [
  'other',
  'temporary',
  'has as many prepared statements as it may have',
  'Some program leaves its own open: find it, or raise max_prepared_stmt_count on the server; then run it again.',
];
const offline: Row = ['other', 'temporary', 'takes no clients now', 'Run it again when the server is back.'];
const cluster: Row = [
  'other',
  'temporary',
  'could not finish a transaction',
  'If this is a cluster, look whether its nodes see each other; then run it again.',
];
const damaged: Row = [
  'other',
  'data',
  'has a table that is damaged or cannot be opened',
  "Look at it with CHECK TABLE, mend it with REPAIR TABLE (MyISAM, Aria) or restore it; the server's log says more.",
];
const view: Row = [
  'other',
  'data',
  'has a view that does not work',
  'Look at it with SHOW CREATE VIEW: what it refers to, or the account that made it, is gone.',
];
const schema: Row = [
  'other',
  'data',
  'has tables that do not allow it',
  "Compare them with what funnels expects (funnels migrate status), and look at the server's limits.",
];
const binlog: Row = [
  'other',
  'configuration',
  'cannot log what this statement does (binlog_format)',
  'Set binlog_format to ROW or MIXED on the server, in its configuration too: READ COMMITTED cannot be logged as STATEMENT.',
];
const packet: Row = [
  'bad_value',
  'configuration',
  'takes no packet that large (max_allowed_packet)',
  'Raise max_allowed_packet on the server; 16777216 is usual.',
];
const engine: Row = [
  'other',
  'configuration',
  'does not offer what the tables need',
  'The server needs its InnoDB engine and utf8mb4.',
];
const variables: Row = ['other', 'configuration', 'has a session that forbids the statement', session];
const option: Row = [
  'other',
  'configuration',
  'runs with an option that forbids the statement',
  'Change that option on the server, or point database.url to another one.',
];
const tls: Row = ['denied', 'configuration', 'takes encrypted connections only', 'Add ?ssl=true to database.url.'];
const noDatabase: Row = ['other', 'configuration', 'is not there', 'Correct database.url.'];
const zone: Row = [
  'other',
  'configuration',
  'does not know the time zone',
  'Write database.timezone as an offset such as +03:00, or load the time zone tables into the server.',
];

/** Numbers from 1900 on differ between MariaDB and MySQL; none here means two things that matter. */
const numbers: readonly (readonly [Row, ...number[]])[] = [
  [duplicate, 1022, 1062, 1586],
  [rowFault, 1048, 1136, 1264, 1265, 1292, 1300, 1364, 1365, 1366, 1367, 1369, 1406, 1411, 1441, 1442, 1467, 1526],
  [rowFault, 1644, 1690, 1748, 1863, 1906, 3105, 3140, 3141, 3156, 3819, 4025, 4038],
  [lock, 1205, 1213, 1223, 1614, 1689, 3058, 3101, 3572],
  [changed, 1020, 1412, 1615],
  [['conflict', 'temporary', 'takes no statements now', 'A cluster node that is not ready: run it again.'], 1047],
  [gone, 1043, 1053, 1077, 1079, 1080, 1152, 1156, 1158, 1159, 1160, 1161, 1184, 1835, 1927, 4031],
  [missing, 1051, 1054, 1109, 1146],
  [denied, 1044, 1045, 1095, 1129, 1130, 1131, 1132, 1133, 1141, 1142, 1143, 1147, 1148, 1211, 1227, 1251, 1275, 1345],
  [denied, 1370, 1396, 1410, 1524, 1698, 1820, 1862, 1873, 3118, 3955, 4151],
  [option, 1290],
  [readOnly, 1036, 1099, 1836, 1874, 1881, 3989],
  [readOnlySession, 1207, 1792],
  [busy, 1040, 1203, 1226],
  [slow, 1969, 3024],
  [stopped, 1317],
  [disk, 1004, 1021, 1023, 1026, 1114, 1197, 1534, 1598, 1705, 1811, 1878],
  [memory, 1015, 1028, 1037, 1038, 1041, 1119, 1135, 1297, 1429, 1436, 1637, 1713, 3015, 3170, 3985],
  [lockTable, 1206],
  [prepared, 1461],
  [offline, 3032],
  [cluster, 1180, 1181, 3100],
  [damaged, 1016, 1017, 1024, 1030, 1032, 1033, 1034, 1035, 1194, 1195, 1459, 1707, 1712, 1810, 1812, 1814, 1817, 1877],
  [damaged, 1932],
  [view, 1288, 1347, 1356, 1423, 1447, 1449, 1462, 1471],
  [schema, 1005, 1025, 1050, 1060, 1061, 1069, 1070, 1071, 1074, 1091, 1117, 1118, 1215, 1478, 1505, 1506, 1553, 1709],
  [schema, 1822, 1826, 1831, 1832, 1833, 1901, 3098, 3750, 3780],
  [binlog, 1661, 1662, 1663, 1665, 1666, 1785, 1786],
  [packet, 1153, 1162, 1301],
  [engine, 1031, 1115, 1273, 1286, 1289],
  [variables, 1104, 1175, 1231],
  [tls, 3159],
  [noDatabase, 1046, 1049],
  [zone, 1298],
];

/** SQLSTATE classes, for numbers that nobody has listed. */
const classes: Readonly<Record<string, Row>> = {
  '08': gone,
  '22': rowFault,
  '23': rowFault,
  '25': readOnlySession,
  '28': denied,
  '40': lock,
  '45': rowFault,
  '53': memory,
  '70': stopped,
  '3D': noDatabase,
};

/**
 * Words that say more than the number they come with: the operating system's, which stand in many errors, and those of
 * 1290 (an option prevents the statement), which is not always about writing.
 */
const words: readonly (readonly [RegExp, Row])[] = [
  [/\binit_connect\b/i, initConnect],
  [/No space left on device|Disk full|\b(?:errcode|errno|error)\b:? *28\b/i, disk],
  [/Read-only file system|Input\/output error|Disk quota exceeded/i, disk],
  [/Out of memory|Cannot allocate memory|Too many open files|--max-session-mem-used/i, memory],
  [/--(?:\w+[-_])?read[-_]only/i, readOnly],
];

const unknown: Row = [
  'other',
  'refused',
  'refused a statement',
  "funnels does not know this answer: the server's documentation explains the number. It is safe to run it again.",
];

const byNumber: ReadonlyMap<number, Row> = new Map(
  numbers.flatMap(([row, ...listed]) => listed.map((number): [number, Row] => [number, row])),
);

/** What the server's error with that number, SQLSTATE and message means; there is an answer for every one. */
export function kindOfError(number: number, sqlState: string, message: string): ErrorKind & { isKnown: boolean } {
  // Below 1000 are the errors of the server's own files and, from 120 on, of the table engines.
  const ofFiles = number < 120 ? disk : number < 1000 ? damaged : undefined;
  const said = words.find(([pattern]) => pattern.test(message))?.[1];
  const row = said ?? byNumber.get(number) ?? ofFiles ?? classes[sqlState.slice(0, 2)];
  const [reason, kind, what, hint] = row ?? unknown;
  return { reason, kind, what, hint, isKnown: row !== undefined };
}
