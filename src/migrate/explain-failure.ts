import { DatabaseProblem } from '../database/database.ts';
import { serverErrorNumber } from '../database/mysql-errors.ts';
import { messageOf, Problem } from '../errors.ts';
import type { MigrationLock } from './lock.ts';
import type { Migration } from './migration.ts';

/** The migration after which two entries of the same person, funnel and test cannot exist. */
export const uniqueKeyVersion = 4;

/** Table, column or index is there already, or is not there to be dropped. */
const clashes = new Set([1050, 1060, 1061, 1091]);

/** Whether the server refused a statement because what it makes is there already, or what it drops is not. */
export function isClash(error: unknown): boolean {
  return clashes.has(serverErrorNumber(error) ?? 0);
}

/**
 * What the failure of a migration's statement means: somebody wrote duplicates meanwhile, or what it makes is there
 * already. Under the lock that is no other migrator's doing; without it this throws the Problem of a lost lock.
 */
export async function explainFailure(error: unknown, migration: Migration, lock: MigrationLock): Promise<unknown> {
  const { version, name } = migration;
  if (error instanceof DatabaseProblem && error.reason === 'duplicate_key' && version === uniqueKeyVersion) {
    return new Problem('data', 'While this ran, somebody wrote entries into funnel_entries that are duplicates.', {
      hint: 'Stop the service that writes there, list them with: funnels find-duplicates, clean up, then run this again.',
      cause: error,
    });
  }
  if (!isClash(error)) return error;
  await lock.check();
  return new Problem(
    'data',
    `Migration ${version} (${name}) does not fit what is in the database, by no doing of funnels: ${messageOf(error)}.`,
    { hint: 'Rename or drop what is in its way, then run again: funnels migrate', cause: error },
  );
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
