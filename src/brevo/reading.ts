import type { Answer } from './answer.ts';
import type { Failure } from './failure.ts';
import { classifyRejection, type FailedCall, foreign, isSuccess, type Rejection } from './outcome.ts';

/** What a GET brought: a value, or why there is none. */
export type Reading<Value> =
  | { kind: 'read'; value: Value }
  /** the key is good, and may not read this, or what it reads cannot be understood */
  | { kind: 'unreadable'; reason: Failure }
  | Rejection;

/**
 * The meaning of an answer to one of Brevo's GETs. `parse` takes what the body's JSON holds and gives undefined when that
 * is none of Brevo's. A refusal in Brevo's own form says nothing of what the key may write, but for a key that opens
 * nothing at all.
 */
export function readAnswer<Value>(
  answer: Answer | FailedCall,
  parse: (json: unknown) => Value | undefined,
): Reading<Value> {
  if ('kind' in answer) return answer;
  if (!isSuccess(answer)) {
    const rejection = classifyRejection(answer);
    const isBrevos = rejection.kind === 'failed' && ['contact', 'account'].includes(rejection.scope);
    return isBrevos && !rejection.isCertain ? { kind: 'unreadable', reason: rejection.reason } : rejection;
  }
  const json = jsonOf(answer.body);
  const value = parse(json);
  if (value !== undefined) return { kind: 'read', value };
  const rejection = foreign(answer);
  // JSON may well be Brevo's, in a form that we do not know or broken off; a page is not.
  const isJson = (typeof json === 'object' && json !== null) || /^\s*[{[]/.test(answer.body);
  if (!isJson) return rejection;
  return { kind: 'unreadable', reason: { ...rejection.reason, message: 'an answer that cannot be understood' } };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
