import {
  type Answer,
  type BrevoError,
  brevoError,
  describeForeignBody,
  isEmptyOrObject,
  namesNewContact,
} from './answer.ts';
import type { Failure } from './failure.ts';
import { retryAfterSeconds } from './rate-limit-headers.ts';

export { describeFailure, type Failure } from './failure.ts';

/**
 * What a failure is about, as far as one answer can tell: the contact it was given for, the account as a whole, Brevo's
 * service, or the way there (a proxy, a firewall, a wrong address). Only other answers can confirm it: a firewall stops
 * single contacts, and an account can be refused in the words of a contact's fault.
 */
export type Scope = 'contact' | 'account' | 'service' | 'route';

/** An answer, or none, that is no delivery. */
export interface FailedCall {
  kind: 'failed';
  reason: Failure;
  scope: Scope;
  /** what the job is due if the failure turns out to be its contact's own: another try, or none */
  isRetryable: boolean;
  /** how the run ends if the failure turns out to be everybody's */
  problem: 'refused' | 'configuration' | 'unavailable';
  /** Brevo itself says that the key opens nothing: no other answer is needed */
  isCertain: boolean;
}

/** What an answer means for the job that sent the contact. */
export type Outcome =
  | { kind: 'delivered'; created: boolean }
  /** the account is too fast; not the job's fault */
  | { kind: 'rate_limited'; reason: Failure; retryAfterSeconds: number }
  | FailedCall;

/** What an answer means that is no success, whatever was asked. */
export type Rejection = Exclude<Outcome, { kind: 'delivered' }>;

/** Brevo is still busy with this contact, or with the same request. */
const BUSY_CODES = ['account_in_process', 'duplicate_request'];
const BUSY_STATUSES = [408, 425];
/** Brevo's own refusals of an account: 402 credits, 403 what the key may do. */
const ACCOUNT_STATUSES = [402, 403];
/** Refusals by whoever stands between us and Brevo. */
const REFUSED_STATUSES = [401, 402, 403, 407, 451];

/** The meaning of an answer to Brevo's POST /contacts. Never throws, whatever the body holds. */
export function classify(answer: Answer): Outcome {
  if (!isSuccess(answer)) return classifyRejection(answer);
  // Brevo says 201 {"id":21} or an empty 204 today; what it delivers under another 2xx is delivered all the same.
  if (isEmptyOrObject(answer.body)) return { kind: 'delivered', created: namesNewContact(answer) };
  return foreign(answer);
}

/**
 * The meaning of an answer to Brevo's POST /contacts/lists/{id}/contacts/remove for one address. Who is not in the list
 * has left it; Brevo calls that an error.
 */
export function classifyRemoval(answer: Answer): Outcome {
  const message = answer.status === 400 ? (brevoError(answer.body)?.message ?? '') : '';
  if (/already removed from list|\bcontacts? (is |are )?not in\b.*\blist/i.test(message)) {
    return { kind: 'delivered', created: false };
  }
  const outcome = classify(answer);
  return outcome.kind === 'delivered' ? { kind: 'delivered', created: false } : outcome;
}

/** Whether Brevo, or whoever answered instead, says that it did what was asked. */
export function isSuccess({ status }: Pick<Answer, 'status'>): boolean {
  return status >= 200 && status < 300;
}

/**
 * The meaning of an answer that is no success: first whether it is in Brevo's form at all, then by its status; `code` is
 * optional and has changed under the same meaning. Never throws, whatever the body holds.
 */
export function classifyRejection(answer: Answer): Rejection {
  const { status } = answer;
  const error = isRedirect(answer) ? null : brevoError(answer.body);
  if (status === 429) {
    const reason = failure(answer, error?.message ?? describeForeignBody(answer), error?.code);
    return { kind: 'rate_limited', reason, retryAfterSeconds: retryAfterSeconds(answer.headers) };
  }
  if (error === null) return foreign(answer);
  const reason = failure(answer, error.message, error.code);
  if (status >= 500) return failed(reason, 'service', 'unavailable', true);
  if (status === 401) return { ...failed(reason, 'account', 'refused', true), isCertain: true };
  if (BUSY_STATUSES.includes(status) || BUSY_CODES.includes(error.code ?? '')) {
    return failed(reason, 'contact', 'unavailable', true);
  }
  if (ACCOUNT_STATUSES.includes(status)) return failed(reason, 'account', 'refused', true);
  if (status === 400) return rejected(reason, error);
  return failed(reason, 'contact', 'configuration', true);
}

/** No answer came: the name, the connection, TLS, or the time failed. */
export function unanswered(reason: Failure): FailedCall {
  return failed(reason, 'route', 'unavailable', true);
}

/** An answer that is not in Brevo's form: never about the contact, whatever its status. */
export function foreign(answer: Answer): FailedCall {
  const { status } = answer;
  if (status >= 500 || BUSY_STATUSES.includes(status)) {
    return failed(
      failure(answer, describeForeignBody(answer)),
      status >= 500 ? 'service' : 'route',
      'unavailable',
      true,
    );
  }
  const what = isRedirect(answer) ? describeRedirect(answer) : describeForeignBody(answer);
  const problem = REFUSED_STATUSES.includes(status) ? 'refused' : 'configuration';
  return failed(failure(answer, what), 'route', problem, true);
}

/** A 400 in Brevo's envelope. An unknown list comes with the code of a bad address, so that the message decides. */
function rejected(reason: Failure, error: BrevoError): FailedCall {
  if (isRace(error)) return failed(reason, 'contact', 'unavailable', true);
  const names = error.duplicates.length > 0 ? ` [${error.duplicates.join(', ')}]` : '';
  return failed({ ...reason, message: error.message + names }, 'contact', 'configuration', false);
}

/**
 * Whether somebody else changed the same contact at that moment: created it (we send no other identifier than the
 * address, so that a conflict over it can be nothing else), or changed its lists.
 */
function isRace({ code, message, duplicates }: BrevoError): boolean {
  if (/request already processed|already in list/i.test(message)) return true;
  if (duplicates.length > 0) return duplicates.every((name) => name.toLowerCase() === 'email');
  return code === 'duplicate_parameter' && !/\bsms\b|phone|whatsapp|landline|\bext_?id\b/i.test(message);
}

/** Whether Brevo complains of a list that it does not have. */
export function isAboutLists(message: string): boolean {
  return (
    /\blist[\s_-]?ids?\b|\blists?\b.*\bnot (exist|found|valid)|\binvalid lists?\b/i.test(message) &&
    !/already (in|removed from) list/i.test(message)
  );
}

function isRedirect({ status }: Answer): boolean {
  return status >= 300 && status < 400;
}

function describeRedirect({ headers }: Answer): string {
  const target = headers.get('location')?.split(/[?#]/, 1)[0];
  return `a redirect${target ? ` to ${target}` : ''}`;
}

function failed(reason: Failure, scope: Scope, problem: FailedCall['problem'], isRetryable: boolean): FailedCall {
  return { kind: 'failed', reason, scope, problem, isRetryable, isCertain: false };
}

function failure(answer: Answer, message: string, code: string | null = null): Failure {
  return { status: answer.status, code, message, requestId: answer.headers.get('sib-request-id') };
}
