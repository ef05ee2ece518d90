import { messageOf, Problem, sentence } from '../errors.ts';
import { DatabaseProblem } from './database.ts';

interface Rule {
  /** SQLite's primary result codes */
  codes: readonly number[];
  /** its texts, which are stable: Deno gives no code */
  words: RegExp;
  /** the code alone says too little */
  needsWords?: true;
  reason: DatabaseProblem['reason'];
  kind: DatabaseProblem['kind'];
  /** between the file's name and SQLite's words */
  what: string;
  hint: string;
}

const restore = 'Correct database.url, or restore the file.';

/** The first that fits counts. */
const rules: readonly Rule[] = [
  {
    codes: [19],
    words: /UNIQUE constraint failed/,
    needsWords: true,
    reason: 'duplicate_key',
    kind: 'data',
    what: 'refused a row',
    hint: 'A row with that key is there already: look at both, and at the unique keys of the table.',
  },
  {
    codes: [18, 19, 20],
    words: /constraint failed|datatype mismatch|string or blob too big/,
    reason: 'bad_value',
    kind: 'data',
    what: 'refused a row',
    hint: 'Look at what forbids it there: the type of its column, a constraint or a trigger.',
  },
  {
    codes: [5, 6, 15],
    words: /database (table |schema )?is locked|busy|locking protocol/,
    reason: 'conflict',
    kind: 'temporary',
    what: 'is locked by another process',
    hint: 'Run it again.',
  },
  {
    codes: [8],
    words: /readonly database|query_only/,
    reason: 'read_only',
    kind: 'refused',
    what: 'may not be written',
    hint: 'Check the rights of this account on the file and its folder.',
  },
  {
    codes: [13],
    words: /disk is full/,
    reason: 'other',
    kind: 'temporary',
    what: 'has no room on its disk',
    hint: 'Make room there, then run it again.',
  },
  {
    codes: [7, 10, 22],
    words: /disk I\/O error|out of memory|large file support/,
    reason: 'other',
    kind: 'temporary',
    what: 'cannot be read or written now',
    hint: 'Look at the disk it is on (room, errors, quota), then run it again.',
  },
  {
    codes: [1],
    words: /no such (table|column)|has no column named/,
    needsWords: true,
    reason: 'missing_table',
    kind: 'data',
    what: 'lacks something',
    hint: 'Look what is missing with: funnels migrate status; and whether database.url and modx name the right tables.',
  },
  {
    codes: [1],
    words: /has \d+ columns but/,
    needsWords: true,
    reason: 'bad_value',
    kind: 'data',
    what: 'refused a row',
    hint: 'Look at what forbids it there: the type of its column, a constraint or a trigger.',
  },
  {
    codes: [1],
    words: /already exists|duplicate column name/,
    needsWords: true,
    reason: 'other',
    kind: 'data',
    what: 'has something of that name already',
    hint: 'Compare it with what funnels expects: funnels migrate status',
  },
  {
    codes: [11, 14, 26],
    words: /not a database|unable to open|malformed/,
    reason: 'other',
    kind: 'configuration',
    what: 'cannot be used',
    hint: restore,
  },
  {
    codes: [2, 3, 4, 9, 12, 16, 17, 23, 24],
    words: /schema has changed|not authorized|interrupted/,
    reason: 'other',
    kind: 'refused',
    what: 'refused a statement',
    hint: 'Run it again.',
  },
];

/**
 * Says what an error of node:sqlite means here; `path` is the database file. What no rule knows comes back as it is: a
 * statement that SQLite cannot read is a bug of ours.
 */
export function explainSqliteError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof Problem) return error;
  const message = messageOf(error);
  const code = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode % 256 : undefined;
  const rule = rules.find(({ codes, words, needsWords }) =>
    code === undefined || needsWords
      ? codes.includes(code ?? codes[0] ?? 0) && words.test(message)
      : codes.includes(code),
  );
  if (rule === undefined) return error;
  const { reason, kind, what, hint } = rule;
  return new DatabaseProblem(reason, kind, sentence(`${path} ${what}: ${message}`), { cause: error, hint });
}
