import type { Id } from '../database/database.ts';
import { adviceForError } from './error-advice.ts';
import { discardedByHand } from './job.ts';
import type { NextAttempt } from './next-attempt.ts';

/** What advice depends on. */
export interface AdvisedJob {
  id: Id;
  status: string;
  lastError: string | null;
  nextAttempt: Pick<NextAttempt, 'state' | 'at' | 'afterJob'>;
  /** its entry is gone */
  isEntryGone: boolean;
}

/** What somebody should do about a job, in one or two sentences, by its state and the meaning of its last error. */
export function adviceFor(job: AdvisedJob): string {
  const { id, status, lastError } = job;
  if (status === 'success') return 'Nothing: it was delivered.';
  if (status === 'pending') return adviceWhilePending(job);
  if (job.isEntryGone) return 'Nothing: entry gone, so it can no longer be delivered.';
  if (status !== 'failed') {
    return (
      `No worker takes a job with the status ${status}, which an older program has left. To deliver it: ` +
      `funnels outbox retry ${id}. To put it aside: funnels outbox discard ${id}`
    );
  }
  if (lastError === null) return `Why it failed was not recorded. To try it again: funnels outbox retry ${id}`;
  if (lastError.startsWith(discardedByHand)) {
    return `Nothing: somebody gave this job up. To send it all the same: funnels outbox retry ${id}`;
  }
  return (
    adviceForError(lastError, id) ??
    `Read the last error. If its cause is gone: funnels outbox retry ${id}. If it will never work: funnels outbox discard ${id}`
  );
}

function adviceWhilePending({ id, lastError, nextAttempt }: AdvisedJob): string {
  const { state, at, afterJob } = nextAttempt;
  if (state === 'held')
    return `Nothing: a worker is delivering it. Should that one have died, another may from ${at} on.`;
  if (state === 'entry_gone') {
    return `Entry gone: no worker takes it. Put it aside with: funnels outbox discard ${id}`;
  }
  if (state === 'waits') {
    return `Nothing: job ${afterJob} of the same contact comes first. If that one is stuck: funnels outbox show ${afterJob}`;
  }
  if (state === 'scheduled') {
    return (
      `Nothing: it is tried again by itself. To try it now: funnels outbox retry ${id}. If it will never work: ` +
      `funnels outbox discard ${id}`
    );
  }
  return lastError === null
    ? 'Nothing: the next funnels drain-outbox delivers it.'
    : 'Nothing: the next funnels drain-outbox tries it again.';
}
