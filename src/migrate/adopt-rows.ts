import type { Id, Session, Statement } from '../database/database.ts';
import { Problem } from '../errors.ts';

/** Rows that would stop a migration half-way, or that no report could use. */
interface Unfit {
  table: 'funnel_entries' | 'brevo_sync_outbox';
  /** the ids of the first of them */
  find: Statement;
  /** how many there are */
  count: Statement;
  hint: string;
}

const shownIds = 10;

function unfit(table: Unfit['table'], where: { mysql: string; sqlite: string }, hint: string): Unfit {
  const find = (condition: string): string =>
    `SELECT id FROM ${table} WHERE ${condition} ORDER BY id LIMIT ${shownIds}`;
  const count = (condition: string): string => `SELECT COUNT(*) AS found FROM ${table} WHERE ${condition}`;
  return {
    table,
    find: { mysql: find(where.mysql), sqlite: find(where.sqlite) },
    count: { mysql: count(where.mysql), sqlite: count(where.sqlite) },
    hint,
  };
}

const both = (condition: (length: string) => string): { mysql: string; sqlite: string } => ({
  mysql: condition('CHAR_LENGTH'),
  sqlite: condition('LENGTH'),
});

/** No date: the servers keep zeros for one, whole or in parts, and compare and convert them each in its own way. */
const noDates = (...columns: readonly string[]): { mysql: string; sqlite: string } => ({
  mysql: columns.map((column) => `MONTH(${column}) = 0 OR DAYOFMONTH(${column}) = 0`).join(' OR '),
  sqlite: columns.map((column) => `(${column} IS NOT NULL AND JULIANDAY(${column}) IS NULL)`).join(' OR '),
});

// Dates first: a server may take a zero date for NULL.
const entries: readonly Unfit[] = [
  unfit(
    'funnel_entries',
    noDates('entered_at', 'certificate_purchased_at'),
    'entered_at and certificate_purchased_at must be real dates, and no 0000-00-00: correct them (no purchase: NULL).',
  ),
  unfit(
    'funnel_entries',
    both(
      (length) => `email IS NULL OR funnel_type IS NULL OR entered_at IS NULL OR certificate_purchased IS NULL
        OR ${length}(email) > 255 OR ${length}(funnel_type) > 32`,
    ),
    'email (255 characters at most), funnel_type (32), entered_at and certificate_purchased must be filled in: mend or delete them.',
  ),
  unfit(
    'funnel_entries',
    { mysql: 'user_id > 9223372036854775807 OR test_id > 9223372036854775807', sqlite: 'FALSE' },
    'user_id and test_id may be 9223372036854775807 at most: correct them.',
  ),
];

const jobs: readonly Unfit[] = [
  unfit(
    'brevo_sync_outbox',
    noDates('created_at', 'next_attempt_at'),
    'created_at and next_attempt_at must be real dates, and no 0000-00-00: correct them (due at once: NULL).',
  ),
  unfit(
    'brevo_sync_outbox',
    both(
      (length) => `operation_type IS NULL OR status IS NULL OR payload IS NULL
        OR ${length}(operation_type) > 64 OR ${length}(status) > 16`,
    ),
    'operation_type (64 characters at most), status (16) and payload must be filled in: mend or delete them.',
  ),
  unfit(
    'brevo_sync_outbox',
    // In the bytes of the character set that it is converted to.
    { mysql: 'LENGTH(CONVERT(last_error USING utf8mb4)) > 65535', sqlite: 'FALSE' },
    'last_error may have 65535 bytes (in utf8mb4) at most. Shorten it: UPDATE brevo_sync_outbox SET last_error = LEFT(last_error, 1000) WHERE CHAR_LENGTH(last_error) > 1000',
  ),
];

/** Refuses (data Problem, with the first ids) rows that cannot be taken over as they are. Reads only. */
export async function refuseUnfitRows(session: Session, tables: readonly string[]): Promise<void> {
  for (const { table, find, count, hint } of [...entries, ...jobs]) {
    if (!tables.includes(table)) continue;
    const ids = (await session.query<{ id: Id }>(find)).map(({ id }) => id);
    if (ids.length === 0) continue;
    const [answer] = ids.length < shownIds ? [] : await session.query<{ found: number }>(count);
    throw new Problem('data', describe(table, ids, Number(answer?.found ?? ids.length)), { hint });
  }
}

function describe(table: Unfit['table'], ids: readonly Id[], found: number): string {
  const what = table === 'funnel_entries' ? ['entry', 'entries'] : ['job', 'jobs'];
  const more = found > ids.length ? ' …' : '';
  const list = `${ids.length === 1 ? 'id' : 'ids'} ${ids.join(', ')}${more}`;
  return `${table} holds ${found} ${what[found === 1 ? 0 : 1]} that cannot be taken over (${list}); nothing was changed.`;
}
