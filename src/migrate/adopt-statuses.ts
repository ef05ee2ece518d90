import type { Session, Statement } from '../database/database.ts';
import type { SchemaDifference } from './schema-difference.ts';

/** The migration that leaves no status that funnels does not know. */
export const statusVersion = 14;

const known = new Set(['pending', 'success', 'failed']);

// Byte by byte: the predecessor's collation takes words in another case for the same.
const countStatuses: Statement = {
  mysql: `SELECT MIN(status) AS status, COUNT(*) AS jobs FROM brevo_sync_outbox
    WHERE status IS NOT NULL GROUP BY CAST(status AS BINARY) ORDER BY CAST(status AS BINARY)`,
  sqlite: `SELECT status, COUNT(*) AS jobs FROM brevo_sync_outbox WHERE status IS NOT NULL GROUP BY status ORDER BY status`,
};

/** The statuses that funnels does not know, with the number of their jobs and what becomes of them. Reads only. */
export async function compareStatuses(session: Session): Promise<SchemaDifference[]> {
  const rows = await session.query<{ status: string; jobs: number }>(countStatuses);
  return rows
    .filter(({ status }) => !known.has(status))
    .map(({ status, jobs }) => {
      const folded = status.trim().toLowerCase();
      const becomes = known.has(folded) ? folded : 'failed';
      return {
        object: `brevo_sync_outbox.status "${status}"`,
        found: jobs === 1 ? '1 job' : `${jobs} jobs`,
        expected: 'pending, success or failed',
        action: `set to ${becomes} by migration ${statusVersion}`,
        isObstacle: false,
        fulfils: null,
      };
    });
}
