import { messageOf } from '../errors.ts';
import { DatabaseProblem } from './database.ts';

/** Says what an error of node:sqlite means here; `path` is the database file. Unknown errors come back as they are. */
export function explainSqliteError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseProblem) return error;
  // Deno sets no errcode, so the text decides; SQLite's own texts are stable.
  const message = messageOf(error);
  const options = { cause: error };
  if (/UNIQUE constraint failed/.test(message)) return new DatabaseProblem('duplicate_key', 'data', message, options);
  if (/constraint failed|datatype mismatch/.test(message)) {
    return new DatabaseProblem('bad_value', 'data', message, options);
  }
  if (/database (table )?is locked|busy/.test(message)) {
    return new DatabaseProblem('conflict', 'temporary', `${path} is locked by another process.`, {
      ...options,
      hint: 'Run it again.',
    });
  }
  if (/readonly database|query_only/.test(message)) {
    return new DatabaseProblem('read_only', 'refused', `${path} may not be written: ${message}.`, options);
  }
  if (/no such (table|column)/.test(message))
    return new DatabaseProblem('missing_table', 'data', `${path}: ${message}.`, options);
  if (/not a database|unable to open|malformed/.test(message)) {
    return new DatabaseProblem('other', 'configuration', `${path} cannot be used: ${message}.`, {
      ...options,
      hint: 'Correct database.url, or restore the file.',
    });
  }
  return error;
}
