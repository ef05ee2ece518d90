import type { Id } from '../database/database.ts';
import { statusIn } from './error-status.ts';

type Advice = (id: Id) => string;

/** Each with the statuses it is about (none: any error) and what the error has to say besides. */
interface Rule {
  statuses?: (status: number) => boolean;
  says?: RegExp;
  advice: Advice;
}

const bad = (status: number): boolean => status === 400;

/** Codes and words of Node and of Python for a call that was never answered. */
const unanswered = new RegExp(
  [
    String.raw`\b(E(CONN(REFUSED|RESET|ABORTED)|(SOCKET)?TIMEDOUT|HOSTUNREACH|HOSTDOWN|NETUNREACH|NETDOWN|PIPE|PROTO)|ENOTFOUND)\b`,
    String.raw`\b(EAI_[A-Z]+|UND_ERR_\w+|ERR_TLS_\w+|ERR_SSL_\w+|account_in_process)\b`,
    String.raw`time(d )?[- ]?out\b|connection (was )?(refused|reset|aborted|closed|broken|error)|\w*Timeout\b`,
    '(Connection|SSL|Proxy|NameResolution|Protocol|ChunkedEncoding)Error|NewConnection|RemoteDisconnected',
    'max retries exceeded|name resolution|getaddrinfo|name or service not known|unreachable|temporarily unavailable',
  ].join('|'),
  'i',
);

/** By the first rule that fits `last_error`, which a drain writes as `400 invalid_parameter: Invalid email address`. */
const rules: readonly Rule[] = [
  {
    says: /^(The payload is |Unknown operation type )/,
    advice: (id) =>
      `No retry can deliver this: what was enqueued cannot be read. Put it aside with: funnels outbox discard ${id}`,
  },
  {
    says: /already in list/i,
    advice: (id) =>
      'Brevo says that the contact is in the list already, or that there is no such contact. A retry settles it, and does ' +
      `no harm if it was in the list: funnels outbox retry ${id}`,
  },
  {
    statuses: bad,
    says: /^400 duplicate_parameter\b|duplicate_parameter|duplicate_identifiers|^400\b.*\[(?!key\])[^\]]+\]|already (associated|exists?|in use)/i,
    advice: (id) =>
      'Another contact in Brevo has the same phone number or other identifier. Merge the two or correct one of them ' +
      `there, then: funnels outbox retry ${id}`,
  },
  {
    statuses: (status) => status === 400 || status === 404,
    says: /\blist[\s_-]?ids?\b|\binvalid lists?\b|\blists?\b.*\b(not (exist|found|valid)|doesn.t exist)/i,
    advice: (id) =>
      `The list of the funnel does not exist in Brevo. Check funnels.*.listId, then: funnels outbox retry ${id}`,
  },
  {
    statuses: bad,
    says: /\b(in)?valid\b.*\be-?mail\b|\be-?mail\b.*\b(in)?valid\b/i,
    advice: (id) =>
      'Brevo does not accept this address. Correct it on the site, then put this job aside with: ' +
      `funnels outbox discard ${id}`,
  },
  {
    statuses: (status) => status === 400 || status === 403,
    says: /\b(duplicate_request|account_in_process)\b|request already processed/i,
    advice: busy,
  },
  {
    statuses: bad,
    says: /\b(invalid_parameter|missing_parameter|out_of_range)\b/,
    advice: (id) =>
      'Brevo does not accept what it was sent about this contact; the error names what. Correct that in Brevo or in ' +
      `the settings (brevo.attributes) and then: funnels outbox retry ${id}. If it cannot be corrected: ` +
      `funnels outbox discard ${id}`,
  },
  {
    statuses: bad,
    advice: (id) =>
      'Brevo refused it, and the error does not say why. Try it again: should Brevo refuse it once more, the new error ' +
      `does: funnels outbox retry ${id}`,
  },
  {
    statuses: (status) => [401, 402, 403].includes(status),
    advice: (id) =>
      'Brevo refused the account, not this contact. Check the API key, its rights and the plan; then: ' +
      `funnels outbox retry ${id}`,
  },
  { statuses: (status) => status >= 500 || [408, 425, 429].includes(status), advice: busy },
  {
    statuses: (status) => status >= 300,
    advice: (id) =>
      `The call did not reach Brevo's contacts. Check brevo.baseUrl and the list ids; then: funnels outbox retry ${id}`,
  },
  { says: unanswered, advice: busy },
  {
    says: /JSONDecodeError|Expecting value|Unexpected (end of JSON|token)|(invalid|not) JSON/i,
    advice: (id) =>
      'Brevo answered, but the answer could not be read, so it may have taken the contact. A second time does no harm: ' +
      `funnels outbox retry ${id}`,
  },
];

function busy(id: Id): string {
  return (
    'Brevo did not answer, or was busy, at every attempt; nothing is wrong with the contact. Once Brevo works again: ' +
    `funnels outbox retry ${id}`
  );
}

/** What to do about a job that failed with this `last_error`, by what it says; undefined when it says nothing known. */
export function adviceForError(lastError: string, id: Id): string | undefined {
  const status = statusIn(lastError);
  const text = lastError.replace(/\s+/g, ' ');
  const rule = rules.find(({ statuses, says }) => {
    if (statuses !== undefined && (status === null || !statuses(status))) return false;
    return says === undefined || says.test(text);
  });
  return rule?.advice(id);
}
