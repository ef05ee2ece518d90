import type { Id, Session } from '../database/database.ts';
import type { SchemaDifference } from './schema-difference.ts';

const namedJobs = 10;

// Every spelling of the status that the migrations bring into this one.
const entryGone = `FROM brevo_sync_outbox o LEFT JOIN funnel_entries e ON e.id = o.funnel_entry_id
  WHERE LOWER(TRIM(o.status)) = 'pending' AND e.id IS NULL`;
const countEntryGone = `SELECT COUNT(*) AS jobs ${entryGone}`;
const firstEntryGone = `SELECT o.id AS id ${entryGone} ORDER BY o.id LIMIT ${namedJobs}`;

/**
 * The waiting jobs whose entry somebody has deleted, which the predecessor's outbox allowed: they are taken over, but
 * nobody can deliver them. Counted, and the first of them named. Reads only.
 */
export async function compareEntries(session: Session): Promise<SchemaDifference[]> {
  const [found] = await session.query<{ jobs: number }>(countEntryGone);
  const jobs = found?.jobs ?? 0;
  if (jobs === 0) return [];
  const ids = (await session.query<{ id: Id }>(firstEntryGone)).map(({ id }) => id);
  const more = jobs - ids.length;
  return [
    {
      object: 'brevo_sync_outbox, entry gone',
      found: jobs === 1 ? '1 waiting job' : `${jobs} waiting jobs`,
      expected: 'an entry for each',
      action: `kept, never delivered: ${jobs === 1 ? 'job' : 'jobs'} ${ids.join(', ')}${more > 0 ? `, and ${more} more` : ''} (afterwards: funnels outbox discard --entry-gone)`,
      isObstacle: false,
      fulfils: null,
    },
  ];
}
