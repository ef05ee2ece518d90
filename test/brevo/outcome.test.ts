import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify, classifyUpdate, type Outcome } from '../../src/brevo/outcome.ts';

const HTML = '<html><head><title>x</title></head><body>error code: 524</body></html>';

function json(code: string | undefined, message: string, metadata?: object): string {
  return JSON.stringify({ code, message, metadata });
}

function answer(status: number, body: string, headers: Record<string, string> = {}): Outcome {
  return classify({ status, body, headers: new Headers(headers) });
}

/** `delivered: created`, `fatal`, `stop: refused` and so on. */
function short(outcome: Outcome): string {
  if (outcome.kind === 'delivered') return outcome.created ? 'created' : 'updated';
  if (outcome.kind === 'stop') return `stop: ${outcome.problem}`;
  return outcome.kind;
}

const table: [status: number, body: string, meaning: string][] = [
  [201, '{"id":21}', 'created'],
  [204, '', 'updated'],
  [200, HTML, 'stop: configuration'],
  [200, '{"id":21}', 'stop: configuration'],
  [200, '', 'stop: configuration'],
  [201, '', 'stop: configuration'],
  [201, '{"ok":true}', 'stop: configuration'],
  [202, '{"processId":78}', 'stop: configuration'],
  [301, '', 'stop: configuration'],
  [307, HTML, 'stop: configuration'],

  [400, json('invalid_parameter', 'Invalid email address'), 'fatal'],
  [400, json('invalid_parameter', 'Invalid phone number'), 'fatal'],
  [400, json('invalid_parameter', 'invalid date format'), 'fatal'],
  [400, json('missing_parameter', 'email is missing'), 'fatal'],
  [400, json('out_of_range', 'value is out of range'), 'fatal'],
  [400, json(undefined, 'Invalid email address'), 'fatal'],
  [400, json('duplicate_parameter', 'taken', { duplicate_identifiers: ['SMS'] }), 'fatal'],
  [400, json('invalid_parameter', 'taken', { duplicate_identifiers: ['email', 'ext_id'] }), 'fatal'],
  [400, json('duplicate_parameter', 'Contact already exist'), 'fatal'],
  [400, json('invalid_parameter', 'List ID does not exist'), 'stop: configuration'],
  [400, json('invalid_parameter', 'listIds should be an array'), 'stop: configuration'],
  [400, json(undefined, 'Lists with ids 9 do not exist'), 'stop: configuration'],
  [400, json('invalid_parameter', 'Contact already in list and/or does not exist'), 'transient'],
  [400, json('duplicate_request', 'Request already processed'), 'transient'],
  [400, json(undefined, 'Request already processed'), 'transient'],
  [400, json('account_in_process', 'busy'), 'transient'],
  [403, json('account_in_process', 'busy'), 'transient'],
  [400, HTML, 'transient'],
  [400, '', 'transient'],
  [400, '{}', 'transient'],
  [400, '[]', 'transient'],
  [400, 'null', 'transient'],

  [401, json('unauthorized', 'Key not found'), 'stop: refused'],
  [401, json('unauthorized', 'authentication not found in headers'), 'stop: refused'],
  [401, json('unauthorized', 'We have detected you are using an unrecognised IP address 192.0.2.1'), 'stop: refused'],
  [401, '', 'stop: refused'],
  [402, json('not_enough_credits', 'x'), 'stop: refused'],
  [402, json('account_under_validation', 'x'), 'stop: refused'],
  [403, json('permission_denied', 'Access denied for resource "contacts"'), 'stop: refused'],
  [403, json('CONSENT_GROUP_NOT_ENABLED', 'x'), 'stop: refused'],
  [403, HTML, 'stop: refused'],
  [404, json('document_not_found', 'List ID does not exist'), 'stop: configuration'],
  // A contact that is not found is no answer to POST: the address must be wrong.
  [404, json('document_not_found', 'Contact does not exist'), 'stop: configuration'],
  [404, HTML, 'stop: configuration'],
  [405, json('method_not_allowed', 'x'), 'stop: configuration'],
  [405, HTML, 'stop: configuration'],
  [406, json('not_acceptable', 'x'), 'stop: configuration'],
  [415, json('unsupported', 'x'), 'stop: configuration'],
  [422, json('invalid_parameter', 'x'), 'stop: configuration'],

  [408, '', 'transient'],
  [409, json('conflict', 'x'), 'transient'],
  [425, json('account_in_process', 'Too Early'), 'transient'],
  [425, '', 'transient'],
  [500, json('internal_error', 'Internal error occurred'), 'transient'],
  [502, HTML, 'transient'],
  [503, '', 'transient'],
  [524, 'error code: 524', 'transient'],
  [429, json('too_many_requests', 'Too many requests'), 'rate_limited'],
  [429, HTML, 'rate_limited'],
];

describe('classify', () => {
  it.each(table)('%i %s is %s', (status, body, meaning) => {
    expect(short(answer(status, body))).toBe(meaning);
  });

  it.each([
    ['45', 45],
    ['1', 1],
    ['2.2', 3],
    ['0', 1],
    ['-5', 1],
    ['3600', 3600],
    ['1790000000', 3600],
    ['Infinity', 3600],
    ['soon', 1],
    ['', 1],
    [undefined, 1],
  ])('waits after a reset of %s for %i s', (reset, seconds) => {
    const outcome = answer(429, '', reset === undefined ? {} : { 'x-sib-ratelimit-reset': reset });
    expect(outcome).toMatchObject({ kind: 'rate_limited', retryAfterSeconds: seconds });
  });

  it('keeps status, code, message and request id', () => {
    const body = json('invalid_parameter', 'Invalid email address');
    expect(answer(400, body, { 'sib-request-id': 'r-1' })).toEqual({
      kind: 'fatal',
      reason: { status: 400, code: 'invalid_parameter', message: 'Invalid email address', requestId: 'r-1' },
    });
  });

  it('names the identifiers in conflict, and the text of an answer that is not Brevo’s', () => {
    const conflict = answer(400, json('invalid_parameter', 'taken', { duplicate_identifiers: ['SMS', 4] }));
    expect(conflict).toMatchObject({ reason: { message: 'taken [SMS]' } });
    const page = answer(502, HTML, { 'content-type': 'text/html; charset=utf-8' });
    expect(page).toMatchObject({
      reason: { message: 'an answer that is not Brevo\'s (text/html): "x error code: 524"' },
    });
  });

  it('points at the base URL when something else than Brevo answers', () => {
    expect(answer(200, HTML)).toMatchObject({ reason: { message: expect.stringContaining('brevo.baseUrl') } });
    expect(answer(404, HTML)).toMatchObject({ reason: { message: expect.stringContaining('brevo.baseUrl') } });
    const moved = answer(301, '', { location: 'https://new.example/v3/contacts?token=1' });
    const message = expect.stringMatching(/^a redirect to https:\/\/new\.example\/v3\/contacts;.*brevo\.baseUrl/);
    expect(moved).toMatchObject({ reason: { message } });
  });

  it('has a meaning for every status and every text, and calls nothing delivered but 201 and 204', () => {
    const statuses = fc.integer({ min: 100, max: 599 });
    fc.assert(
      fc.property(statuses, fc.oneof(fc.string(), fc.json()), (status, body) => {
        const outcome = answer(status, body);
        if (outcome.kind === 'delivered') expect([201, 204]).toContain(status);
        else expect(outcome.reason.status).toBe(status);
        if (status >= 500) expect(outcome.kind).toBe('transient');
      }),
    );
  });
});

describe('classifyUpdate', () => {
  it.each([
    [json('document_not_found', 'Contact does not exist'), 'missing_contact'],
    [json('document_not_found', 'x'), 'missing_contact'],
    [json(undefined, 'Contact not found'), 'missing_contact'],
    [json('document_not_found', 'List ID does not exist'), 'stop: configuration'],
    [json('not_found', 'No such route'), 'stop: configuration'],
    [HTML, 'stop: configuration'],
    ['', 'stop: configuration'],
  ])('404 %s is %s', (body, meaning) => {
    expect(short(classifyUpdate({ status: 404, body, headers: new Headers() }))).toBe(meaning);
  });

  it('takes everything else as an answer to POST /contacts', () => {
    for (const [status, body, meaning] of table.filter(([status]) => status !== 404)) {
      expect(short(classifyUpdate({ status, body, headers: new Headers() }))).toBe(meaning);
    }
  });
});
