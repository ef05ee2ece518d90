import type { Database, Id } from '../database/database.ts';
import type { MigrationLock } from './lock.ts';

const rowsAtOnce = 5_000;

/** Before every id; as digits, because the smallest one there can be has more of them than a JavaScript number. */
export const beforeAll = '-9223372036854775808';

/** Whether a statement is to be run in batches: it then has two `?`, the ids after which and up to which a batch goes. */
export function isBatched(statement: string): boolean {
  return statement.includes('?');
}

/**
 * Runs `UPDATE table SET … WHERE … AND id > ? AND id <= ?` over a whole table, 5,000 rows and one short transaction at
 * a time, so that nobody waits for long and the undo log stays small. Each row must be changed by a first run only:
 * after a kill all of it is run again. Ends early, as 'stopped', when the signal comes.
 */
export async function runInBatches(
  database: Database,
  statement: string,
  { lock, signal }: { lock: Pick<MigrationLock, 'check'>; signal?: AbortSignal | undefined },
): Promise<'done' | 'stopped'> {
  const table = /^UPDATE (\w+)\s/i.exec(statement)?.[1];
  if (table === undefined) throw new Error(`This statement cannot be run in batches: ${statement}`);
  const selectEnd = `SELECT MAX(id) AS last FROM (SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT ?) AS batch`;
  let after: Id = beforeAll;
  for (;;) {
    if (signal?.aborted) return 'stopped';
    await lock.check();
    const rows: { last: Id | null }[] = await database.query(selectEnd, [after, rowsAtOnce]);
    const last: Id | null = rows[0]?.last ?? null;
    if (last === null) return 'done';
    const range = [after, last];
    await database.transaction((session) => session.execute(statement, range));
    after = last;
  }
}
