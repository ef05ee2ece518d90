import type { Id } from '../database/database.ts';

/** When a job is delivered next. */
export interface NextAttempt {
  /**
   * `none`: it is not pending · `held`: a worker has its contact · `scheduled`: after a failed attempt · `waits`: an older
   * job of the same contact is scheduled · `due`: the next worker takes it
   */
  state: 'none' | 'held' | 'scheduled' | 'waits' | 'due';
  /** when the lease ends, or the job is due; the database's wall clock */
  at: string | null;
  /** seconds from now until then */
  inSeconds: number | null;
  /** the job of the same contact that has to be delivered before */
  afterJob: Id | null;
}

/** What is known of the job itself; `secondsAhead` and `heldSeconds` count from now. */
interface Timing {
  id: Id;
  status: string;
  scheduledAt: string | null;
  secondsAhead: number | null;
  heldUntil: string | null;
  heldSeconds: number | null;
}

/** When the job is delivered, by the rules of the claim: `others` are the other jobs of its contact, the oldest first. */
export function nextAttemptOf(
  job: Timing,
  others: readonly { id: Id; status: string; nextAttemptAt: string | null }[],
): NextAttempt {
  if (job.status !== 'pending') return { state: 'none', at: null, inSeconds: null, afterJob: null };
  if (job.heldUntil !== null) {
    return { state: 'held', at: job.heldUntil, inSeconds: job.heldSeconds, afterJob: null };
  }
  // An older job that is due, too, goes with this one.
  const before = others.find(
    ({ id, status, nextAttemptAt }) => status === 'pending' && nextAttemptAt !== null && BigInt(id) < BigInt(job.id),
  );
  const afterJob = before?.id ?? null;
  if (job.scheduledAt !== null && (job.secondsAhead ?? 0) > 0) {
    return { state: 'scheduled', at: job.scheduledAt, inSeconds: job.secondsAhead, afterJob };
  }
  return { state: afterJob === null ? 'due' : 'waits', at: null, inSeconds: null, afterJob };
}
