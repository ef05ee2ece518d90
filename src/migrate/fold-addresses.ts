import type { Database, Id, Statement } from '../database/database.ts';
import { foldAddress } from '../funnel/address.ts';
import type { MigrationLock } from './lock.ts';
import { beforeAll } from './run-in-batches.ts';

const pageSize = 1_000;

const selectPage = `SELECT id, email FROM funnel_entries WHERE id > ? ORDER BY id LIMIT ?`;

const updateAddresses: Statement = {
  mysql: `UPDATE funnel_entries e
    JOIN JSON_TABLE(?, '$[*]' COLUMNS (
      id BIGINT PATH '$.id',
      email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.email')) j ON j.id = e.id
    SET e.email = j.email`,
  sqlite: `UPDATE funnel_entries SET email = j.email
    FROM (SELECT value ->> 'id' AS id, value ->> 'email' AS email FROM json_each(?)) j
    WHERE j.id = funnel_entries.id`,
};

/**
 * Brings the addresses of all entries into their normal form, a page of 1,000 at a time; can be repeated. The
 * predecessor stored them as they were typed. Returns how many it changed, and whether the signal ended it before.
 */
export async function foldStoredAddresses(
  database: Database,
  { lock, signal }: { lock: Pick<MigrationLock, 'check'>; signal?: AbortSignal | undefined },
): Promise<{ changed: number; outcome: 'done' | 'stopped' }> {
  let last: Id = beforeAll;
  let changed = 0;
  for (;;) {
    if (signal?.aborted) return { changed, outcome: 'stopped' };
    await lock.check();
    const rows: { id: Id; email: string }[] = await database.query(selectPage, [last, pageSize]);
    const messy = rows
      .map(({ id, email }) => ({ id, email: foldAddress(email), before: email }))
      .filter(({ email, before }) => email !== before);
    if (messy.length > 0) {
      const batch = JSON.stringify(messy.map(({ id, email }) => ({ id, email })));
      await database.transaction((session) => session.execute(updateAddresses, [batch]));
      changed += messy.length;
    }
    const lastRow = rows.at(-1);
    if (lastRow === undefined || rows.length < pageSize) return { changed, outcome: 'done' };
    last = lastRow.id;
  }
}
