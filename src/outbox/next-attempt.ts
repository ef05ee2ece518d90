import type { Id } from '../database/database.ts';
import type { WaitingState } from './due.ts';

/** When a job is delivered next. */
export interface NextAttempt {
  /**
   * `none`: it is not pending · `entryGone`: its entry is gone, so never · `held`: a worker has its contact · `scheduled`:
   * its time has not come · `waits`: another job of the same contact, which comes before it, is scheduled · `due`: the
   * next worker takes it
   */
  state: 'none' | WaitingState;
  /** when the lease ends, or the job is due; the database's wall clock */
  at: string | null;
  /** seconds from now until then */
  inSeconds: number | null;
  /** the job of the same contact that has to be delivered before */
  afterJob: Id | null;
}

/** What the database says of a job; `secondsAhead` and `heldSeconds` count from now. */
interface Timing {
  state: WaitingState | null;
  afterJob: Id | null;
  scheduledAt: string | null;
  secondsAhead: number | null;
  heldUntil: string | null;
  heldSeconds: number | null;
}

/** The same as one answer: of the times the one that the state is about. */
export function nextAttemptOf({ state, afterJob, ...times }: Timing): NextAttempt {
  const { scheduledAt, secondsAhead, heldUntil, heldSeconds } = times;
  if (state === 'held') return { state, at: heldUntil, inSeconds: heldSeconds, afterJob: null };
  if (state === 'scheduled') return { state, at: scheduledAt, inSeconds: secondsAhead, afterJob };
  return { state: state ?? 'none', at: null, inSeconds: null, afterJob };
}
