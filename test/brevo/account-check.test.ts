import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountCheck, AccountNeeds, Turns } from '../../src/brevo/account-check.ts';
import { createBrevoClient } from '../../src/brevo/http-client.ts';
import type { AccountAttribute } from '../../src/demo/brevo-account.ts';
import { type FakeBrevo, type Fault, startFakeBrevo } from '../support/fake-brevo.ts';
import { failed } from './failed.ts';

const needs: AccountNeeds = {
  lists: [
    { id: 5, setting: 'a' },
    { id: 7, setting: 'b' },
  ],
  attributes: [
    { name: 'FUNNEL_TYPE', types: ['text', 'category'], options: ['language', 'non_language'], setting: 'c' },
    { name: 'CERTIFICATE_PURCHASED', types: ['boolean'], setting: 'd' },
  ],
};

let brevo: FakeBrevo;
beforeEach(async () => {
  brevo = await startFakeBrevo();
});
afterEach(() => brevo.close());

function check(wanted: Partial<AccountNeeds> = {}, turns: Turns = {}, timeoutSeconds = 10): Promise<AccountCheck> {
  const { url: baseUrl, apiKey } = brevo;
  const client = createBrevoClient({ baseUrl, apiKey, timeoutSeconds, userAgent: 'funnels/test' });
  return client.checkAccount({ ...needs, ...wanted }, turns);
}

/** The states of what was found, lists first. */
async function states(wanted: Partial<AccountNeeds> = {}): Promise<string[]> {
  const result = await check(wanted);
  if (result.kind !== 'checked') throw new Error(`not checked: ${result.kind}`);
  return [...result.lists, ...result.attributes].map(({ state }) => state);
}

describe('an account', () => {
  it('that has everything is told with names and types, after one call for each', async () => {
    expect(await check()).toEqual({
      kind: 'checked',
      lists: [
        { id: 5, setting: 'a', name: 'List 5', state: 'found' },
        { id: 7, setting: 'b', name: 'List 7', state: 'found' },
      ],
      attributes: [
        { ...needs.attributes[0], type: 'text', state: 'found' },
        { ...needs.attributes[1], type: 'boolean', state: 'found' },
      ],
      unreadable: null,
    });
    expect(brevo.reads()).toEqual(['GET /contacts/attributes', 'GET /contacts/lists/5', 'GET /contacts/lists/7']);
    expect(brevo.requests.every(({ userAgent, faults }) => userAgent === 'funnels/test' && faults.length === 0)).toBe(
      true,
    );
  });

  it('is asked once for a list that two settings name', async () => {
    const lists = ['a', 'b', 'c'].map((setting) => ({ id: 5, setting }));
    expect(await states({ lists, attributes: [] })).toEqual(['found', 'found', 'found']);
    expect(brevo.reads()).toHaveLength(2);
  });

  it.each([
    [404, { code: 'document_not_found', message: 'List ID does not exist' }],
    [404, { message: 'List not found' }],
    [400, { code: 'invalid_parameter', message: 'List id is out of range' }],
  ])('has no such list when it says %i %j', async (status, body) => {
    brevo.script({ kind: 'answer', status, body }, { path: '/contacts/lists/5' });
    expect(await states({ attributes: [] })).toEqual(['missing', 'found']);
  });

  it('takes a 404 about something else for no word on the list', async () => {
    brevo.script(
      { kind: 'answer', status: 404, body: { code: 'not_found', message: 'No route' } },
      { path: '/contacts/lists/5' },
    );
    expect(await states({ attributes: [] })).toEqual(['not_checked', 'found']);
  });

  it('tells every list that it does not have', async () => {
    brevo.account.lists = [7];
    const lists = [5, 6, 7].map((id) => ({ id, setting: 'a' }));
    expect(await states({ lists, attributes: [] })).toEqual(['missing', 'missing', 'found']);
  });

  const boolean: AccountAttribute = { name: 'CERTIFICATE_PURCHASED', category: 'normal', type: 'boolean' };
  const options = (...labels: string[]): AccountAttribute => ({
    name: 'FUNNEL_TYPE',
    category: 'category',
    enumeration: labels.map((label, index) => ({ value: index + 1, label })),
  });
  it.each<[string, AccountAttribute[], string[]]>([
    ['none', [], ['missing', 'missing']],
    ['one under another spelling', [{ ...boolean, name: 'Certificate_Purchased' }], ['missing', 'found']],
    ['one of another type', [{ ...boolean, type: 'text' }], ['missing', 'wrong_type']],
    ['one that is computed', [{ ...boolean, category: 'calculated' }], ['missing', 'wrong_type']],
    ['one without a type', [{ name: 'FUNNEL_TYPE', category: 'normal' }, boolean], ['found', 'found']],
    ['two of a name', [{ ...boolean, category: 'global' }, boolean], ['missing', 'found']],
    ['a choice with both funnels', [options('Language', 'x', 'NON_LANGUAGE'), boolean], ['found', 'found']],
    ['a choice without one funnel', [options('language'), boolean], ['lacks_options', 'found']],
    ['a choice untold', [{ name: 'FUNNEL_TYPE', category: 'category' }, boolean], ['found', 'found']],
  ])('that has of the attributes %s', async (_name, attributes, expected) => {
    brevo.account.attributes = attributes;
    expect(await states({ lists: [] })).toEqual(expected);
  });

  it('may have so many attributes that the answer is far larger than that to a contact', async () => {
    const filler = Array.from(
      { length: 8000 },
      (_, n): AccountAttribute => ({ name: `ATTRIBUTE_WITH_A_LONG_NAME_${n}`, category: 'normal', type: 'text' }),
    );
    brevo.account.attributes = [...filler, ...brevo.account.attributes];
    expect(await states({ lists: [] })).toEqual(['found', 'found']);
  });

  it('whose names hold what would move a terminal’s cursor has them cut out', async () => {
    const body = { id: 5, name: `Buyers\n\u001b[2J ${'x'.repeat(500)}` };
    brevo.script({ kind: 'answer', status: 200, body }, { path: '/contacts/lists/5' });
    const result = await check({ lists: [{ id: 5, setting: 'a' }] });
    expect(result).toMatchObject({ lists: [{ name: expect.stringMatching(/^Buyers \[2J x{80,90}…$/) }] });
  });
});

describe('what a key may not read', () => {
  const denied: Fault = { kind: 'answer', status: 403, body: { code: 'permission_denied', message: 'Access denied' } };

  it('is not checked, and keeps nothing else from being checked', async () => {
    brevo.script(denied, { path: '/contacts/lists/5' });
    expect(await check()).toMatchObject({
      kind: 'checked',
      lists: [{ state: 'not_checked' }, { state: 'found' }],
      attributes: [{ state: 'found' }, { state: 'found' }],
      unreadable: { status: 403, message: 'Access denied' },
    });
  });

  it('does not keep it from what it may read', async () => {
    brevo.script(denied, { path: '/contacts/attributes' });
    expect(await states()).toEqual(['found', 'found', 'not_checked', 'not_checked']);
  });
});

describe('an answer of Brevo’s that is no use', () => {
  const unclear = { message: 'an answer that cannot be understood' };
  const answers: [Omit<Extract<Fault, { kind: 'answer' }>, 'kind'>, object][] = [
    [{ status: 400, body: { code: 'invalid_parameter', message: 'limit' } }, { message: 'limit' }],
    [{ status: 402, body: { message: 'No credits' } }, { message: 'No credits' }],
    [{ status: 403, body: { code: 'account_in_process', message: 'x' } }, { code: 'account_in_process' }],
    [{ status: 405, body: { code: 'method_not_allowed', message: 'x' } }, { code: 'method_not_allowed' }],
    [{ status: 425, body: { message: 'Too early' } }, { message: 'Too early' }],
    [{ status: 200, body: '{"attributes":[{"name":"X"' }, unclear],
    [{ status: 200, body: '{"id":5,"na' }, unclear],
    [{ status: 200, body: { ok: true } }, unclear],
    [{ status: 200, body: { attributes: null, id: 5, name: null } }, unclear],
    [{ status: 200, body: [] }, unclear],
  ];

  it.each(answers)('%j leaves the attributes unchecked, and the check goes on', async (answer, why) => {
    brevo.script({ kind: 'answer', ...answer }, { path: '/contacts/attributes' });
    expect(await check()).toMatchObject({
      kind: 'checked',
      lists: [{ state: 'found' }, { state: 'found' }],
      attributes: [
        { type: null, state: 'not_checked' },
        { type: null, state: 'not_checked' },
      ],
      unreadable: { status: answer.status, ...why },
    });
    expect(brevo.reads()).toEqual(['GET /contacts/attributes', 'GET /contacts/lists/5', 'GET /contacts/lists/7']);
  });

  it.each(answers)('%j leaves a list unchecked, and not the attributes', async (answer, why) => {
    brevo.script({ kind: 'answer', ...answer }, { path: '/contacts/lists/5' });
    expect(await check({ lists: [{ id: 5, setting: 'a' }] })).toMatchObject({
      kind: 'checked',
      lists: [{ name: null, state: 'not_checked' }],
      attributes: [{ state: 'found' }, { state: 'found' }],
      unreadable: { status: answer.status, ...why },
    });
    expect(brevo.reads()).toEqual(['GET /contacts/attributes', 'GET /contacts/lists/5']);
  });

  it('is told for the attributes when a list cannot be read either', async () => {
    for (const path of ['/contacts/attributes', '/contacts/lists/5']) {
      brevo.script({ kind: 'answer', status: 403, body: { message: path } }, { path });
    }
    expect(await check()).toMatchObject({ kind: 'checked', unreadable: { message: '/contacts/attributes' } });
  });
});

describe('an attribute that cannot be understood', () => {
  const text = { name: 'FUNNEL_TYPE', category: 'normal', type: 'text' };
  const boolean = { name: 'CERTIFICATE_PURCHASED', category: 'normal', type: 'boolean' };

  function attributes(...entries: unknown[]): void {
    brevo.script({ kind: 'answer', status: 200, body: { attributes: entries } }, { path: '/contacts/attributes' });
  }

  it.each<[unknown]>([
    [{ name: 'SHOE_SIZE', category: 'normal', type: null }],
    [{ name: 'SHOE_SIZE', category: null, type: 'float' }],
    [{ name: 'SHOE_SIZE' }],
    [{ name: 'SHOE_SIZE', category: 'category', enumeration: 'many' }],
    [{ name: 'SHOE_SIZE', category: 'category', enumeration: [null, { label: 1 }] }],
    [{ name: null, category: 'normal', type: 'text' }],
    [{ name: ['FUNNEL_TYPE'], category: 'normal', type: 'text' }],
    [{}],
    [[]],
    [null],
    ['FUNNEL_TYPE'],
  ])('does no harm when nobody asks for it: %j', async (other) => {
    attributes(other, text, other, boolean, other);
    expect(await check({ lists: [] })).toMatchObject({
      kind: 'checked',
      attributes: [
        { type: 'text', state: 'found' },
        { type: 'boolean', state: 'found' },
      ],
      unreadable: null,
    });
  });

  it.each<[unknown]>([
    [{ ...text, type: null }],
    [{ ...text, type: ['text'] }],
    [{ ...text, category: null }],
    [{ name: 'FUNNEL_TYPE' }],
    [{ ...text, name: 'Funnel_Type', type: null }],
    [{ ...text, category: 'category', enumeration: 'language' }],
    [{ ...text, category: 'category', enumeration: [{ label: null }] }],
  ])('is not checked when it is asked for, and keeps nothing else from it: %j', async (entry) => {
    attributes(entry, boolean);
    expect(await check()).toMatchObject({
      kind: 'checked',
      lists: [{ state: 'found' }, { state: 'found' }],
      attributes: [
        { type: null, state: 'not_checked' },
        { type: 'boolean', state: 'found' },
      ],
    });
  });

  it.each([
    ['found', { ...text, type: null }, text],
    ['found', text, { ...text, type: null }],
    ['not_checked', { ...text, type: null }, { ...text, type: 'float' }],
    ['not_checked', { ...text, type: 'float' }, { ...text, type: null }],
    ['not_checked', { ...text, type: null }, { name: 'FUNNEL_TYPE' }],
    ['wrong_type', { ...text, type: 'date' }, { ...text, type: 'float' }],
  ])('is %s when one name stands for %j and %j', async (state, ...entries) => {
    attributes(...entries, boolean);
    expect(await states({ lists: [] })).toEqual([state, 'found']);
  });
});

describe('an answer that tells nothing of the account', () => {
  const html = { 'content-type': 'text/html' };
  const paths = ['/contacts/attributes', '/contacts/lists/5'];

  it.each<[Fault, object]>([
    [{ kind: 'answer', status: 500, body: { message: 'Oops' } }, failed('service', 'unavailable')],
    [{ kind: 'answer', status: 503, headers: html, body: '<h1>Down</h1>' }, failed('service', 'unavailable')],
    [{ kind: 'answer', status: 425 }, failed('route', 'unavailable')],
    [
      { kind: 'answer', status: 429, headers: { 'x-sib-ratelimit-reset': '45' } },
      { kind: 'rate_limited', retryAfterSeconds: 45 },
    ],
    [
      { kind: 'answer', status: 429, headers: { 'retry-after': '90' } },
      { kind: 'rate_limited', retryAfterSeconds: 90 },
    ],
    [
      { kind: 'answer', status: 401, body: { message: 'Key not found' } },
      failed('account', 'refused', { isCertain: true }),
    ],
    [{ kind: 'answer', status: 401, headers: html, body: '<h1>Log in</h1>' }, failed('route', 'refused')],
    [{ kind: 'answer', status: 402 }, failed('route', 'refused')],
    [{ kind: 'answer', status: 403, headers: html, body: '<h1>Blocked</h1>' }, failed('route', 'refused')],
    [{ kind: 'answer', status: 400, headers: html, body: '<h1>Bad</h1>' }, failed('route', 'configuration')],
    [{ kind: 'answer', status: 404, headers: html, body: '<h1>No</h1>' }, failed('route', 'configuration')],
    [{ kind: 'answer', status: 200, headers: html, body: '<p>Hi</p>' }, failed('route', 'configuration')],
    [{ kind: 'answer', status: 200, body: '"Hi"' }, failed('route', 'configuration')],
    [{ kind: 'answer', status: 204 }, failed('route', 'configuration')],
    [{ kind: 'answer', status: 302, headers: { location: '/login' } }, failed('route', 'configuration')],
    [{ kind: 'endless', status: 200 }, failed('route', 'configuration')],
  ])('%j is %j, and ends the check', async (fault, expected) => {
    for (const path of paths) {
      brevo.script(fault, { path });
      expect(await check()).toMatchObject(expected);
    }
    expect(brevo.reads()).toEqual([paths[0], ...paths].map((path) => `GET ${path}`));
  });

  it.each<[Fault]>([[{ kind: 'hang' }], [{ kind: 'hang midway', status: 200 }]])(
    'is none within the time: %j ends the check',
    async (fault) => {
      for (const path of paths) {
        brevo.script(fault, { path });
        const expected = failed('route', 'unavailable', { reason: { code: 'timeout' } });
        expect(await check({}, {}, 1)).toMatchObject(expected);
      }
      expect(brevo.reads()).toEqual([paths[0], ...paths].map((path) => `GET ${path}`));
    },
  );

  it.each<[Fault]>([[{ kind: 'reset' }], [{ kind: 'reset midway', status: 200 }]])(
    'is none at all: %j ends the check when it comes twice, and not when it comes once',
    async (fault) => {
      for (const path of paths) {
        brevo.script(fault, { path, times: 2 });
        expect(await check()).toMatchObject(failed('route', 'unavailable', { reason: { status: null } }));
        expect(brevo.reads().slice(-2)).toEqual([`GET ${path}`, `GET ${path}`]);
      }
      for (const path of paths) {
        brevo.script(fault, { path });
        expect(await states()).toEqual(['found', 'found', 'found', 'found']);
      }
    },
  );
});

describe('a base URL that leads elsewhere', () => {
  it('is told from the first answer that is a page', async () => {
    brevo.script({ kind: 'answer', status: 404, body: '<h1>No</h1>' }, { path: '/contacts/attributes' });
    const reason = { status: 404, message: expect.stringContaining('not Brevo') };
    expect(await check()).toMatchObject(failed('route', 'configuration', { reason }));
    expect(brevo.reads()).toHaveLength(1);
  });

  it('leaves unchecked what it answers in JSON, and calls no attribute missing', async () => {
    const body = { code: 'not_found', message: 'No route' };
    brevo.script({ kind: 'answer', status: 404, body }, { path: '/contacts/attributes' });
    const { attributes } = needs;
    expect(await check()).toMatchObject({
      kind: 'checked',
      attributes: attributes.map(({ name }) => ({ name, type: null, state: 'not_checked' })),
      unreadable: { status: 404, code: 'not_found', message: 'No route' },
    });
  });
});

describe('the calls of a check', () => {
  it('each wait for their turn', async () => {
    const turns: number[] = [];
    await check({}, { pace: async () => void turns.push(brevo.requests.length) });
    expect(turns).toEqual([0, 1, 2]);
  });

  it('end when the signal fires, with its reason', async () => {
    const reason = new Error('SIGTERM');
    await expect(check({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(brevo.requests).toEqual([]);
  });
});
