import * as v from 'valibot';
import type { Database, Id, Statement } from '../database/database.ts';
import { readAddress } from '../funnel/address.ts';
import { createRemovedDuplicates } from '../funnel/duplicates-sql.ts';
import type { MigrationLock } from './lock.ts';
import { beforeAll } from './run-in-batches.ts';

const pageSize = 1_000;

const orphans = `SELECT o.id AS id, o.payload AS payload, o.created_at AS madeAt
  FROM brevo_sync_outbox o LEFT JOIN funnel_entries e ON e.id = o.funnel_entry_id
  WHERE e.id IS NULL AND o.operation_type = 'upsert_contact' AND o.id > ? ORDER BY o.id LIMIT ?`;

const remember = (made: string): string => `INSERT INTO funnel_removed_duplicates (entry_id, entered_at)
  SELECT e.id, MAX(j.made_at) FROM ${made}
    JOIN funnel_entries e ON e.email = j.email AND e.funnel_type = j.funnel_type AND e.test_id = 0
  WHERE j.made_at > e.entered_at GROUP BY e.id`;

const insertMoments: Statement = {
  mysql: `${remember(`(SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (
      email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.email',
      funnel_type VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.funnelType',
      made_at DATETIME PATH '$.madeAt')) t) j`)}
    ON DUPLICATE KEY UPDATE funnel_removed_duplicates.entry_id = funnel_removed_duplicates.entry_id`,
  sqlite: `${remember(`(SELECT value ->> 'email' AS email, value ->> 'funnelType' AS funnel_type,
      value ->> 'madeAt' AS made_at FROM json_each(?)) j`)} ON CONFLICT DO NOTHING`,
};

const payloadSchema = v.object({ email: v.string(), funnel_type: v.string() });

/**
 * Keeps what the jobs of deleted entries tell: whoever deletes duplicates by hand leaves their `upsert_contact` jobs,
 * which show until when the predecessor took that person in. Their moments are kept with the entry that is left, as the
 * script of `find-duplicates --sql` does, so that nobody enters again. A page of 1,000 jobs at a time; can be repeated.
 */
export async function rememberDeletedEntries(
  database: Database,
  { lock, signal }: { lock: Pick<MigrationLock, 'check'>; signal?: AbortSignal | undefined },
): Promise<'done' | 'stopped'> {
  let last: Id = beforeAll;
  for (;;) {
    if (signal?.aborted) return 'stopped';
    await lock.check();
    const jobs: { id: Id; payload: string; madeAt: string }[] = await database.query(orphans, [last, pageSize]);
    const made = jobs.flatMap(({ payload, madeAt }) => {
      const person = personOf(payload);
      return person === null ? [] : [{ ...person, madeAt }];
    });
    if (made.length > 0) {
      await database.define(createRemovedDuplicates[database.engine]);
      await database.transaction((session) => session.execute(insertMoments, [JSON.stringify(made)]));
    }
    const lastJob = jobs.at(-1);
    if (lastJob === undefined || jobs.length < pageSize) return 'done';
    last = lastJob.id;
  }
}

function personOf(payload: string): { email: string; funnelType: string } | null {
  try {
    const { email, funnel_type: funnelType } = v.parse(payloadSchema, JSON.parse(payload));
    const reading = readAddress(email);
    return reading.ok ? { email: reading.address, funnelType } : null;
  } catch {
    // What cannot be read tells nothing.
    return null;
  }
}
