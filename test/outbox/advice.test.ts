import { describe, expect, it } from 'vitest';
import { type AdvisedJob, adviceFor } from '../../src/outbox/advice.ts';

const failed: AdvisedJob = {
  id: 17,
  status: 'failed',
  lastError: null,
  nextAttempt: { state: 'none', at: null, afterJob: null },
  isEntryGone: false,
};

describe('the advice for a failed job', () => {
  it.each([
    ['400 invalid_parameter: Invalid email address (request abc)', /Correct it on the site.*outbox discard 17$/],
    ['400 invalid_parameter: email is not valid in body', /Correct it on the site/],
    ['400 duplicate_parameter: Unable to create contact, SMS is already associated', /phone number.*outbox retry 17$/],
    ['400 invalid_parameter: Unable to update contact [SMS]', /phone number.*outbox retry 17$/],
    ['400 invalid_parameter: Invalid phone number', /the error names what.*retry 17.*discard 17$/],
    ['400 invalid_parameter: List ID does not exist', /funnels\.\*\.listId/],
    ['401 unauthorized: Key not found', /API key/],
    ['404: Not found', /brevo\.baseUrl/],
    ['425: Too early', /nothing is wrong with the contact.*retry 17$/],
    ['503: an answer that is not Brevo\'s (text/html): "Sorry"', /nothing is wrong with the contact.*retry 17$/],
    ['timeout: api.brevo.com did not answer within 10 s', /nothing is wrong with the contact.*retry 17$/],
    ['ECONNREFUSED: api.brevo.com refused the connection: connect', /nothing is wrong with the contact/],
    ['400: Contact already in list and/or does not exist', /A retry settles it.*retry 17$/],
    ['400 invalid_parameter: Please confirm the e-mail address of your account', /the error names what/],
    ['400 invalid_parameter: ERROR in the value of ATTRIBUTE', /the error names what/],
    ['ERROR: something of our own', /^Read the last error/],
    ['EXCEPTION: none of the network', /^Read the last error/],
    ['EAI_AGAIN: api.brevo.com has no known address', /nothing is wrong with the contact/],
    ['UND_ERR_SOCKET: api.brevo.com broke the connection off', /nothing is wrong with the contact/],
    // As the predecessor kept them: the texts of Python's exceptions.
    [
      "HTTPError('400 Client Error: Bad Request for url: https://api.brevo.com/v3/contacts')",
      /does not say why.*retry 17$/,
    ],
    ['400 Client Error: Bad Request for url: https://api.brevo.com/v3/contacts', /does not say why/],
    [
      'HTTPError("503 Server Error: Service Unavailable for url: https://api.brevo.com/v3/contacts")',
      /nothing is wrong/,
    ],
    ['HTTP 502 Bad Gateway', /nothing is wrong with the contact/],
    ['Brevo API error: status_code=401, body={"message":"Key not found"}', /API key/],
    [
      'ApiException: (400)\nReason: Bad Request\nHTTP response body: {"code":"invalid_parameter","message":"email is not valid"}',
      /Correct it on the site/,
    ],
    ['(400)\nReason: Bad Request\nHTTP response body: {"code":"duplicate_parameter","message":"SMS"}', /phone number/],
    ['Brevo returned 429: Too Many Requests', /nothing is wrong with the contact/],
    ["HTTPSConnectionPool(host='api.brevo.com', port=443): Read timed out. (read timeout=10)", /nothing is wrong/],
    ["ConnectionError(MaxRetryError('Max retries exceeded: [Errno 111] Connection refused'))", /nothing is wrong/],
    ['ReadTimeout', /nothing is wrong with the contact/],
    ['JSONDecodeError: Expecting value: line 1 column 1 (char 0)', /may have taken the contact.*retry 17$/],
    ["KeyError: 'email'", /^Read the last error/],
    ['The payload is not JSON: Unexpected token', /No retry.*discard 17$/],
    ['Unknown operation type "delete_contact".', /No retry.*discard 17$/],
    ['Discarded by hand. Before: 503: down', /gave this job up.*retry 17$/],
    ['Traceback (most recent call last)', /Read the last error.*retry 17.*discard 17$/],
    [null, /not recorded.*retry 17$/],
  ])('whose last error is %s', (lastError, advice) => {
    expect(adviceFor({ ...failed, lastError })).toMatch(advice);
  });
});

describe('the advice for any other job', () => {
  const pending = (nextAttempt: AdvisedJob['nextAttempt'], more: Partial<AdvisedJob> = {}): string =>
    adviceFor({ ...failed, status: 'pending', nextAttempt, ...more });

  it('says that nothing is to be done where that is so', () => {
    expect(adviceFor({ ...failed, status: 'success' })).toMatch(/^Nothing/);
    expect(pending({ state: 'due', at: null, afterJob: null })).toMatch(/drain-outbox delivers it/);
    expect(pending({ state: 'due', at: null, afterJob: null }, { lastError: '503: down' })).toMatch(/tries it again/);
    expect(pending({ state: 'scheduled', at: '2026-01-01 00:00:00', afterJob: null })).toMatch(
      /by itself.*now: .*retry 17/,
    );
    expect(pending({ state: 'held', at: '2026-01-01 00:00:00', afterJob: null })).toMatch(/2026-01-01 00:00:00/);
  });

  it('knows that no worker takes a job in a status of another program', () => {
    const advice = adviceFor({ ...failed, status: 'error', lastError: '503: down' });
    expect(advice).toMatch(/No worker .* status error.*retry 17\..*discard 17$/);
  });

  it('leads to the job it waits for', () => {
    expect(pending({ state: 'waits', at: null, afterJob: 12 })).toMatch(/outbox show 12$/);
  });

  it('knows that no worker takes a job without an entry', () => {
    expect(pending({ state: 'entry_gone', at: null, afterJob: null }, { isEntryGone: true })).toMatch(
      /no worker.*discard 17$/,
    );
    expect(adviceFor({ ...failed, lastError: '503: down', isEntryGone: true })).toMatch(/can no longer be delivered/);
  });
});
