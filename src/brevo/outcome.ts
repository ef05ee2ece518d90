import { type Answer, type BrevoError, brevoError, describeForeignBody, namesNewContact } from './answer.ts';
import type { Failure } from './failure.ts';

export { describeFailure, type Failure } from './failure.ts';

/** What an answer means for the job that sent the contact. */
export type Outcome =
  | { kind: 'delivered'; created: boolean }
  /** the contact that was to be updated is not there */
  | { kind: 'missing_contact'; reason: Failure }
  /** this contact will never work */
  | { kind: 'fatal'; reason: Failure }
  /** worth another try; counts as an attempt */
  | { kind: 'transient'; reason: Failure }
  /** the account is too fast; not the job's fault */
  | { kind: 'rate_limited'; reason: Failure; retryAfterSeconds: number }
  /** nothing can be delivered until somebody acts; not the job's fault */
  | { kind: 'stop'; reason: Failure; problem: 'refused' | 'configuration' };

type Stopping = Extract<Outcome, { kind: 'stop' }>;

/** What an answer means that is no success, whatever was asked. */
export type Rejection = Exclude<Outcome, { kind: 'delivered' | 'missing_contact' }>;

const LONGEST_WAIT_SECONDS = 3600;
/** Answers that Brevo gives while it is still busy with the contact or the account. */
const BUSY_STATUSES = [400, 403];
const BUSY_CODES = ['account_in_process', 'duplicate_request'];
const REFUSED = [401, 402, 403];
/** Answers to a request that this program never sends to the real address: wrong base URL, a proxy, a bug. */
const MISDIRECTED = [404, 405, 406, 407, 410, 415, 422];

/** The meaning of an answer to Brevo's POST /contacts. Never throws, whatever the body holds. */
export function classify(answer: Answer): Outcome {
  return isSuccess(answer) ? success(answer) : classifyRejection(answer);
}

/** The meaning of an answer to Brevo's PUT /contacts/{email}, which finds the contact missing where POST creates it. */
export function classifyUpdate(answer: Answer): Outcome {
  const error = answer.status === 404 ? brevoError(answer.body) : null;
  if (error !== null && !isAboutLists(error.message) && isAboutContact(error)) {
    return { kind: 'missing_contact', reason: failure(answer, error.message, error.code) };
  }
  return classify(answer);
}

/** Whether Brevo, or whoever answered instead, says that it did what was asked. */
export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/**
 * The meaning of an answer that is no success: by status first, then by metadata and message, because `code` is optional
 * and has changed under the same meaning. Never throws, whatever the body holds.
 */
export function classifyRejection(answer: Answer): Rejection {
  const { status } = answer;
  if (status >= 300 && status < 400) return redirect(answer);

  const error = brevoError(answer.body);
  const reason = failure(answer, error?.message ?? describeForeignBody(answer), error?.code);
  if (status === 429) return { kind: 'rate_limited', reason, retryAfterSeconds: retryAfterSeconds(answer.headers) };
  if (BUSY_STATUSES.includes(status) && BUSY_CODES.includes(error?.code ?? '')) return { kind: 'transient', reason };
  if (REFUSED.includes(status)) return { kind: 'stop', reason, problem: 'refused' };
  if (MISDIRECTED.includes(status)) return misdirected(answer, reason, error);
  if (status === 400 && error !== null) return rejected(reason, error);
  return { kind: 'transient', reason };
}

/** 201 with the new id, or 204 and empty. Any other 2xx was not said by Brevo: a web page, a proxy's login form. */
function success(answer: Answer): Outcome {
  if (answer.status === 201 && namesNewContact(answer.body)) return { kind: 'delivered', created: true };
  if (answer.status === 204 && answer.body === '') return { kind: 'delivered', created: false };
  return wrongAddress(answer, describeForeignBody(answer));
}

function redirect(answer: Answer): Stopping {
  const target = answer.headers.get('location')?.split(/[?#]/, 1)[0];
  return wrongAddress(answer, `a redirect${target ? ` to ${target}` : ''}`);
}

/** 404, 405 and their like; without Brevo's envelope it is not even Brevo that answers. */
function misdirected(answer: Answer, reason: Failure, error: BrevoError | null): Stopping {
  if (error === null) return wrongAddress(answer, reason.message);
  return { kind: 'stop', reason, problem: 'configuration' };
}

/** Something else than Brevo answered; `what` says what it was like. */
export function wrongAddress(answer: Answer, what: string): Stopping {
  const reason = failure(answer, `${what}; check the base URL of Brevo's API (brevo.baseUrl)`);
  return { kind: 'stop', reason, problem: 'configuration' };
}

/** A 400 in Brevo's envelope. An unknown list comes with the code of a bad address, so that the message decides. */
function rejected(reason: Failure, error: BrevoError): Rejection {
  if (error.duplicates.length > 0) {
    return { kind: 'fatal', reason: { ...reason, message: `${error.message} [${error.duplicates.join(', ')}]` } };
  }
  if (/request already processed/i.test(error.message)) return { kind: 'transient', reason };
  // Brevo says this when another call changes the lists of the contact at that moment.
  if (/already in list/i.test(error.message)) return { kind: 'transient', reason };
  if (isAboutLists(error.message)) {
    return { kind: 'stop', reason, problem: 'configuration' };
  }
  return { kind: 'fatal', reason };
}

/** Whether Brevo complains of a list that it does not have. */
export function isAboutLists(message: string): boolean {
  return /\blist[\s_-]?ids?\b|\blists?\b.*\bnot (exist|found|valid)|\binvalid lists?\b/i.test(message);
}

function isAboutContact({ code, message }: BrevoError): boolean {
  return code === 'document_not_found' || /\bcontact\b.*\bnot (exist|found)/i.test(message);
}

/** Seconds until the shown window ends. Brevo sends no Retry-After; its reset is a time left, not a point in time. */
function retryAfterSeconds(headers: Headers): number {
  const seconds = Math.ceil(Number(headers.get('x-sib-ratelimit-reset') ?? Number.NaN));
  if (Number.isNaN(seconds)) return 1;
  return Math.min(Math.max(seconds, 1), LONGEST_WAIT_SECONDS);
}

function failure(answer: Answer, message: string, code: string | null = null): Failure {
  return { status: answer.status, code, message, requestId: answer.headers.get('sib-request-id') };
}
