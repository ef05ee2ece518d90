import type { Id, Session } from '../database/database.ts';
import { previewDue } from './claim.ts';
import { countPending, type PendingCount } from './count.ts';
import { readPayload } from './payload.ts';

/** A job that a drain would deliver, or fail because its payload cannot be read. */
export interface PreviewedJob {
  id: Id;
  operation: string;
  email: string;
  attempts: number;
  listIds: number[];
  unlinkListIds: number[];
  /** null, or why this job would be failed at once */
  problem: string | null;
}

/** The result of `drain-outbox --dry-run`: what remains to be done, and the first jobs of it. */
export interface DrainPreview {
  dryRun: true;
  left: PendingCount;
  jobs: PreviewedJob[];
}

/** Shows the first `limit` jobs that a drain would take now. Reads only. */
export async function previewDrain(
  session: Session,
  limit: number,
  attributeNames: Readonly<Record<string, string>>,
): Promise<DrainPreview> {
  const left = await countPending(session);
  const jobs = (await previewDue(session, limit)).map((job): PreviewedJob => {
    const reading = readPayload(job, attributeNames);
    const { id, operation, email, retryCount: attempts } = job;
    if (!reading.ok) return { id, operation, email, attempts, listIds: [], unlinkListIds: [], problem: reading.reason };
    const { listIds, unlinkListIds } = reading.delivery;
    return { id, operation, email: reading.delivery.email, attempts, listIds, unlinkListIds, problem: null };
  });
  return { dryRun: true, left, jobs };
}
