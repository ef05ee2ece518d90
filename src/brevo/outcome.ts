import { type Answer, type BrevoError, brevoError, describeForeignBody, namesNewContact } from './answer.ts';
import type { Failure } from './failure.ts';

export { describeFailure, type Failure } from './failure.ts';

/** What an answer means for the job that sent the contact. */
export type Outcome =
  | { kind: 'delivered'; created: boolean }
  /** this contact will never work */
  | { kind: 'fatal'; reason: Failure }
  /** worth another try; counts as an attempt */
  | { kind: 'transient'; reason: Failure }
  /** the account is too fast; not the job's fault */
  | { kind: 'rate_limited'; reason: Failure; retryAfterSeconds: number }
  /** nothing can be delivered until somebody acts; not the job's fault */
  | { kind: 'stop'; reason: Failure; problem: 'refused' | 'configuration' };

const LONGEST_WAIT_SECONDS = 3600;
/** Answers that Brevo gives while it is still busy with the contact or the account. */
const BUSY_STATUSES = [400, 403];
const BUSY_CODES = ['account_in_process', 'duplicate_request'];
const REFUSED = [401, 402, 403];
/** Answers to a request that this program never sends to the real address: wrong base URL, a proxy, a bug. */
const MISDIRECTED = [404, 405, 406, 407, 410, 415, 422];

/**
 * The meaning of an answer to Brevo's POST /contacts: by status first, then by metadata and message, because `code`
 * is optional and has changed under the same meaning. Never throws, whatever the body holds.
 */
export function classify(answer: Answer): Outcome {
  const { status } = answer;
  if (status >= 200 && status < 300) return success(answer);
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

function redirect(answer: Answer): Outcome {
  const target = answer.headers.get('location')?.split(/[?#]/, 1)[0];
  return wrongAddress(answer, `a redirect${target ? ` to ${target}` : ''}`);
}

/** 404, 405 and their like; without Brevo's envelope it is not even Brevo that answers. */
function misdirected(answer: Answer, reason: Failure, error: BrevoError | null): Outcome {
  if (error === null) return wrongAddress(answer, reason.message);
  return { kind: 'stop', reason, problem: 'configuration' };
}

function wrongAddress(answer: Answer, what: string): Outcome {
  const reason = failure(answer, `${what}; check the base URL of Brevo's API (brevo.baseUrl)`);
  return { kind: 'stop', reason, problem: 'configuration' };
}

/** A 400 in Brevo's envelope. An unknown list comes with the code of a bad address, so that the message decides. */
function rejected(reason: Failure, error: BrevoError): Outcome {
  if (error.duplicates.length > 0) {
    return { kind: 'fatal', reason: { ...reason, message: `${error.message} [${error.duplicates.join(', ')}]` } };
  }
  if (/request already processed/i.test(error.message)) return { kind: 'transient', reason };
  // Brevo says this when another call changes the lists of the contact at that moment.
  if (/already in list/i.test(error.message)) return { kind: 'transient', reason };
  if (/\blist[\s_-]?ids?\b|\blists?\b.*\bnot (exist|found|valid)|\binvalid lists?\b/i.test(error.message)) {
    return { kind: 'stop', reason, problem: 'configuration' };
  }
  return { kind: 'fatal', reason };
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
