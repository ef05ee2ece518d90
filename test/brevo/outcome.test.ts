import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify, classifyRemoval, type Outcome } from '../../src/brevo/outcome.ts';

const HTML = '<html><head><title>x</title></head><body>error code: 524</body></html>';

function json(code: string | undefined, message: string, metadata?: object): string {
  return JSON.stringify({ code, message, metadata });
}

function answer(status: number, body: string, headers: Record<string, string> = {}): Outcome {
  return classify({ status, body, headers: new Headers(headers) });
}

/** `created`, `updated`, `rate_limited`; else what it is about, what a job of that contact is due, and how a run would end. */
function short(outcome: Outcome): string {
  if (outcome.kind === 'delivered') return outcome.created ? 'created' : 'updated';
  if (outcome.kind === 'rate_limited') return outcome.kind;
  const { scope, isRetryable, problem, isCertain } = outcome;
  return `${scope}, ${isRetryable ? 'again' : 'never'}, ${problem}${isCertain ? ', certain' : ''}`;
}

const own = 'contact, never, configuration';
const ownAgain = 'contact, again, configuration';
const busy = 'contact, again, unavailable';
const wrongWay = 'route, again, configuration';
const blocked = 'route, again, refused';
const down = 'service, again, unavailable';

const table: [status: number, body: string, meaning: string][] = [
  [201, '{"id":21}', 'created'],
  [204, '', 'updated'],
  [200, '{"id":21}', 'updated'],
  [200, '', 'updated'],
  [201, '', 'created'],
  [201, '{"id":"5"}', 'created'],
  [201, '{"ok":true}', 'updated'],
  [202, '{"processId":78}', 'updated'],
  [200, HTML, wrongWay],
  [201, 'OK', wrongWay],
  [200, '[]', wrongWay],
  [301, '', wrongWay],
  [307, HTML, wrongWay],
  [302, json('moved', 'elsewhere'), wrongWay],

  [400, json('invalid_parameter', 'Invalid email address'), own],
  [400, json('invalid_parameter', 'Invalid phone number'), own],
  [400, json('invalid_parameter', 'invalid date format'), own],
  [400, json('missing_parameter', 'email is missing'), own],
  [400, json('out_of_range', 'value is out of range'), own],
  [400, json(undefined, 'Invalid email address'), own],
  [400, json('duplicate_parameter', 'taken', { duplicate_identifiers: ['SMS'] }), own],
  [400, json('invalid_parameter', 'taken', { duplicate_identifiers: ['email', 'ext_id'] }), own],
  [400, json('duplicate_parameter', 'SMS is already associated with another Contact'), own],
  // We send no other identifier than the address: somebody else creates the contact at that moment.
  [400, json('duplicate_parameter', 'taken', { duplicate_identifiers: ['email'] }), busy],
  [400, json('invalid_parameter', 'taken', { duplicate_identifiers: ['EMAIL'] }), busy],
  [400, json('duplicate_parameter', 'Contact already exist'), busy],
  [400, json('invalid_parameter', 'List ID does not exist'), own],
  [400, json('invalid_parameter', 'Contact already in list and/or does not exist'), busy],
  [400, json('duplicate_request', 'Request already processed'), busy],
  [400, json(undefined, 'Request already processed'), busy],
  [400, json('account_in_process', 'busy'), busy],
  [403, json('account_in_process', 'busy'), busy],
  [400, HTML, wrongWay],
  [400, '', wrongWay],
  [400, '{}', wrongWay],
  [400, '[]', wrongWay],
  [400, 'null', wrongWay],

  [401, json('unauthorized', 'Key not found'), 'account, again, refused, certain'],
  [401, json(undefined, 'authentication not found in headers'), 'account, again, refused, certain'],
  [401, '', blocked],
  [401, HTML, blocked],
  [402, json('not_enough_credits', 'x'), 'account, again, refused'],
  [403, json('permission_denied', 'Access denied for resource "contacts"'), 'account, again, refused'],
  [403, HTML, blocked],
  [407, HTML, blocked],
  [451, HTML, blocked],
  [404, json('document_not_found', 'Contact does not exist'), ownAgain],
  [404, HTML, wrongWay],
  [405, json('method_not_allowed', 'x'), ownAgain],
  [405, HTML, wrongWay],
  [406, json('not_acceptable', 'x'), ownAgain],
  [415, json('unsupported', 'x'), ownAgain],
  [422, json('invalid_parameter', 'x'), ownAgain],
  [408, '', 'route, again, unavailable'],
  [409, json('conflict', 'x'), ownAgain],
  [409, HTML, wrongWay],
  [418, HTML, wrongWay],
  [425, json('account_in_process', 'Too Early'), busy],
  [425, '', 'route, again, unavailable'],
  [500, json('internal_error', 'Internal error occurred'), down],
  [502, HTML, down],
  [503, '', down],
  [524, 'error code: 524', down],
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

  it('heeds Retry-After of whatever stands before Brevo, in seconds and as a date', () => {
    expect(answer(429, '', { 'retry-after': '90' })).toMatchObject({ retryAfterSeconds: 90 });
    const date = new Date(Date.now() + 60_000).toUTCString();
    const outcome = answer(429, '', { 'retry-after': date });
    expect(outcome.kind === 'rate_limited' && outcome.retryAfterSeconds).toBeOneOf([59, 60, 61]);
    const both = { 'x-sib-ratelimit-reset': '7', 'retry-after': '90' };
    expect(answer(429, '', both)).toMatchObject({ retryAfterSeconds: 7 });
  });

  it('keeps status, code, message and request id', () => {
    const body = json('invalid_parameter', 'Invalid email address');
    expect(answer(400, body, { 'sib-request-id': 'r-1' })).toMatchObject({
      kind: 'failed',
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

  it('says where a redirect leads, without its query', () => {
    const moved = answer(301, '', { location: 'https://new.example/v3/contacts?token=1' });
    expect(moved).toMatchObject({ reason: { message: 'a redirect to https://new.example/v3/contacts' } });
  });

  it('has a meaning for every status and every text, and takes no page for a delivery or for an answer about a contact', () => {
    const statuses = fc.integer({ min: 100, max: 599 });
    fc.assert(
      fc.property(statuses, fc.oneof(fc.string(), fc.json()), (status, body) => {
        const outcome = answer(status, body);
        if (outcome.kind === 'delivered') expect(Math.floor(status / 100)).toBe(2);
        else expect(outcome.reason.status).toBe(status);
        const isObject = /^\s*\{/.test(body);
        if (outcome.kind === 'failed' && !isObject) expect(['route', 'service']).toContain(outcome.scope);
      }),
    );
  });
});

describe('classifyRemoval', () => {
  it.each([
    [201, '{"contacts":{"success":["a@example.com"],"failure":[]}}', 'updated'],
    [201, '{"contacts":{"success":[],"failure":["a@example.com"]}}', 'updated'],
    [400, json('invalid_parameter', 'Contact already removed from list and/or does not exist'), 'updated'],
    [404, json('document_not_found', 'List ID does not exist'), ownAgain],
    [400, HTML, wrongWay],
    [500, json('internal_error', 'x'), down],
  ])('%i %s is %s', (status, body, meaning) => {
    expect(short(classifyRemoval({ status, body, headers: new Headers() }))).toBe(meaning);
  });
});
