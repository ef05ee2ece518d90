import { DatabaseProblem } from '../database/database.ts';
import { serverErrorNumber } from '../database/mysql-errors.ts';
import { messageOf, Problem, sentence } from '../errors.ts';
import type { MigrationLock } from './lock.ts';
import { foldStatement, type Migration } from './migration.ts';

/** The migration after which two entries of the same person, funnel and test cannot exist. */
export const uniqueKeyVersion = 4;

/** Table, column or index is there already, or is not there to be dropped. */
const clashes = new Set([1050, 1060, 1061, 1091]);

/** Whether the server refused a statement because what it makes is there already, or what it drops is not. */
export function isClash(error: unknown): boolean {
  return clashes.has(serverErrorNumber(error) ?? 0);
}

/**
 * What the failure of a migration's statement means: entries are duplicates, what it makes is there already,
 * rows do not fit, or the server cannot do it. What is there already is, under the lock, no other migrator's doing; without it this throws the
 * Problem of a lost lock. `statement` is the one that failed.
 */
export async function explainFailure(
  error: unknown,
  migration: Pick<Migration, 'version' | 'name'>,
  lock: Pick<MigrationLock, 'check'>,
  statement: string,
): Promise<unknown> {
  const { version, name } = migration;
  if (error instanceof DatabaseProblem && error.reason === 'duplicate_key' && version === uniqueKeyVersion) {
    const text = `funnel_entries holds duplicates: ${sentence(messageOf(error))} If something still writes there, stop it.`;
    return new Problem('data', text, {
      hint: 'List them with: funnels find-duplicates, clean up, then run: funnels migrate',
      cause: error,
    });
  }
  if (!isClash(error)) return stoppedAt(error, migration, statement);
  await lock.check();
  return new Problem(
    'data',
    sentence(
      `Migration ${version} (${name}) does not fit what is in the database, by no doing of funnels: ${messageOf(error)}`,
    ),
    { hint: 'Rename or drop what is in its way, then run again: funnels migrate', cause: error },
  );
}

/** What is about the statement, or about the rows it met, says which; the rest is about the server or the way to it. */
function stoppedAt(error: unknown, { version, name }: Pick<Migration, 'version' | 'name'>, statement: string): unknown {
  if (!(error instanceof DatabaseProblem)) return error;
  const { reason, kind } = error;
  const isAboutRows = (reason === 'duplicate_key' || reason === 'bad_value') && kind === 'data';
  if (!isAboutRows && reason !== 'other' && reason !== 'missing_table') return error;
  const [said = ''] = error.message.split('\nThe statement: ');
  const what = `Migration ${version} (${name}) stopped: ${sentence(said)}\nThe statement: ${foldStatement(statement)}`;
  const hint = isAboutRows
    ? 'Correct the rows, then: funnels migrate'
    : `${error.hint ?? 'What is done already stays done.'} Then: funnels migrate`;
  return new DatabaseProblem(reason, kind, what, { hint, cause: error });
}

const needed = 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, REFERENCES and DROP';

/** A refusal by the database with the privilege that is missing, as far as the server names it. */
export function explainDenied(error: unknown): unknown {
  if (!(error instanceof DatabaseProblem) || error.reason !== 'denied') return error;
  const [, missing] = /\b([A-Z]+(?:, ?[A-Z]+)*) command denied/.exec(error.message) ?? [];
  const lacks = missing === undefined ? '' : `It lacks ${missing}. `;
  return new DatabaseProblem('denied', error.kind, error.message, {
    hint: `${lacks}Migrating takes ${needed} on this database; what is done already stays done.`,
    cause: error,
  });
}
