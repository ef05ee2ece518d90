import type { Id } from '../database/database.ts';
import type { NextAttempt } from './next-attempt.ts';

/** What advice depends on. */
export interface AdvisedJob {
  id: Id;
  status: string;
  lastError: string | null;
  nextAttempt: Pick<NextAttempt, 'state' | 'at' | 'afterJob'>;
  /** its entry is gone */
  isOrphan: boolean;
}

/** The beginning of `last_error` of a job that somebody gave up. */
export const discardedByHand = 'Discarded by hand';

type Advice = (id: Id) => string;

/** By the first rule that fits `last_error`, as a drain writes it: `400 invalid_parameter: Invalid email address`. */
const rules: readonly [RegExp, Advice][] = [
  [
    new RegExp(`^${discardedByHand}`),
    (id) => `Nothing: somebody gave this job up. To send it all the same: funnels outbox retry ${id}`,
  ],
  [
    /^(The payload is |Unknown operation type )/,
    (id) =>
      `No retry can deliver this: what was enqueued cannot be read. Put it aside with: funnels outbox discard ${id}`,
  ],
  [
    /^400 duplicate_parameter\b|^400\b.*\[(?!key\])[^\]]+\]|^400\b.*already (associated|exists?|in use)/i,
    (id) =>
      'Another contact in Brevo has the same phone number or other identifier. Merge the two or correct one of them ' +
      `there, then: funnels outbox retry ${id}`,
  ],
  [
    /^400\b.*\be-?mail\b/i,
    (id) =>
      'Brevo does not accept this address. Correct it on the site, then put this job aside with: ' +
      `funnels outbox discard ${id}`,
  ],
  [
    /^400\b.*\b(list_?ids?|lists?)\b/i,
    (id) => `The list of the funnel does not exist in Brevo. Check funnels.*.listId, then: funnels outbox retry ${id}`,
  ],
  [
    /^400 (invalid_parameter|missing_parameter|out_of_range)\b/,
    (id) =>
      'Brevo does not accept what it was sent about this contact; the error names what. Correct that in Brevo or in ' +
      `the settings (brevo.attributes) and then: funnels outbox retry ${id}. If it cannot be corrected: ` +
      `funnels outbox discard ${id}`,
  ],
  [
    /^40[123]\b/,
    (id) =>
      'Brevo refused the account, not this contact. Check the API key, its rights and the plan; then: ' +
      `funnels outbox retry ${id}`,
  ],
  [
    /^(404|405|406|407|410|415|422)\b/,
    (id) =>
      `The call did not reach Brevo's contacts. Check brevo.baseUrl and the list ids; then: funnels outbox retry ${id}`,
  ],
  [
    /^(408|425|429|5\d\d)\b|^400 duplicate_request\b|\baccount_in_process\b|\b(timeout|timed out|E[A-Z]{4,}|UND_ERR_\w+)\b/,
    (id) =>
      'Brevo did not answer, or was busy, at every attempt; nothing is wrong with the contact. Once Brevo works again: ' +
      `funnels outbox retry ${id}`,
  ],
];

/** What somebody should do about a job, in one or two sentences, by its state and the meaning of its last error. */
export function adviceFor(job: AdvisedJob): string {
  const { id, status, lastError } = job;
  if (status === 'success') return 'Nothing: it was delivered.';
  if (status === 'pending') return adviceWhilePending(job);
  if (job.isOrphan) return `Nothing: the entry it belongs to is gone, so it can no longer be delivered.`;
  if (lastError === null) return `Why it failed was not recorded. To try it again: funnels outbox retry ${id}`;
  const advice = rules.find(([pattern]) => pattern.test(lastError))?.[1];
  return (
    advice?.(id) ??
    `Read the last error. If its cause is gone: funnels outbox retry ${id}. If it will never work: funnels outbox discard ${id}`
  );
}

function adviceWhilePending({ id, lastError, nextAttempt, isOrphan }: AdvisedJob): string {
  const { state, at, afterJob } = nextAttempt;
  if (state === 'held')
    return `Nothing: a worker is delivering it. Should that one have died, another may from ${at} on.`;
  if (isOrphan) {
    return `The entry it belongs to is gone, so no worker takes it. Put it aside with: funnels outbox discard ${id}`;
  }
  if (state === 'waits') {
    return `Nothing: job ${afterJob} of the same contact comes first. If that one is stuck: funnels outbox show ${afterJob}`;
  }
  if (state === 'scheduled') {
    return `Nothing: it is tried again by itself. If it will never work: funnels outbox discard ${id}`;
  }
  return lastError === null
    ? 'Nothing: the next funnels drain-outbox delivers it.'
    : 'Nothing: the next funnels drain-outbox tries it again.';
}
