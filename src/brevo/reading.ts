import { type Answer, describeForeignBody } from './answer.ts';
import type { Unanswered } from './call.ts';
import type { Failure } from './failure.ts';
import { classifyRejection, isSuccess, type Outcome, wrongAddress } from './outcome.ts';

/** What a GET brought: a value, or why there is none. */
export type Reading<Value> =
  | { kind: 'read'; value: Value }
  /** the key is good, and may not read this */
  | { kind: 'unreadable'; reason: Failure }
  | Extract<Outcome, { kind: 'transient' | 'rate_limited' | 'stop' }>;

/**
 * The meaning of an answer to one of Brevo's GETs. `parse` takes what the body's JSON holds and gives undefined when that
 * is none of Brevo's. A 403 says nothing of what the key may write.
 */
export function readAnswer<Value>(
  answer: Answer | Unanswered,
  parse: (json: unknown) => Value | undefined,
): Reading<Value> {
  if ('kind' in answer) return answer;
  if (!isSuccess(answer)) {
    const rejection = classifyRejection(answer);
    if (rejection.kind === 'fatal') return { kind: 'transient', reason: rejection.reason };
    return rejection.kind === 'stop' && answer.status === 403
      ? { kind: 'unreadable', reason: rejection.reason }
      : rejection;
  }
  const value = parse(jsonOf(answer.body));
  if (value !== undefined) return { kind: 'read', value };
  const foreign = wrongAddress(answer, describeForeignBody(answer));
  // A broken piece of JSON may well be Brevo's; a page, or whole JSON of another kind, is not.
  const isBroken = jsonOf(answer.body) === undefined && /^\s*\{/.test(answer.body);
  return isBroken
    ? { kind: 'transient', reason: { ...foreign.reason, message: 'an answer that breaks off' } }
    : foreign;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
