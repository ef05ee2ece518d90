import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountAttribute } from '../../src/demo/brevo-account.ts';
import { CallLimit } from '../../src/demo/brevo-limit.ts';
import { type StandIn, startBrevoStandIn } from '../../src/demo/brevo-stand-in.ts';
import { startFakeBrevo } from '../support/fake-brevo.ts';
import { send } from './send.ts';

const apiKey = 'xkeysib-demo';
const attributes: AccountAttribute[] = [
  { name: 'FUNNEL_TYPE', category: 'normal', type: 'text' },
  { name: 'BOUGHT', category: 'normal', type: 'boolean' },
  { name: 'BOUGHT_AT', category: 'normal', type: 'date' },
];
let brevo: StandIn;
beforeEach(async () => {
  brevo = await startBrevoStandIn({ lists: [5], attributes, apiKey });
});
afterEach(() => brevo.close());

function get(path: string, headers: Record<string, string> = { 'api-key': apiKey }): Promise<Response> {
  return fetch(brevo.url + path, { headers });
}

function post(body: unknown, url = brevo.url, key = apiKey): Promise<Response> {
  return send(url, 'POST /contacts', body, { 'api-key': key });
}

function remove(list: number | string, body: unknown): Promise<Response> {
  return send(brevo.url, `POST /contacts/lists/${list}/contacts/remove`, body, { 'api-key': apiKey });
}

describe('the stand-in for Brevo', () => {
  it('creates with 201 and an id, updates with an empty 204', async () => {
    const created = await post({ email: 'Ann@Example.com', listIds: [5], updateEnabled: true });
    expect([created.status, await created.json()]).toEqual([201, { id: 1 }]);
    const updated = await post({
      email: 'ann@example.com',
      attributes: { FUNNEL_TYPE: 'x', NO: 1 },
      updateEnabled: true,
    });
    expect([updated.status, await updated.text()]).toEqual([204, '']);
    expect(brevo.contacts).toEqual(
      new Map([
        [
          'ann@example.com',
          { id: 1, listIds: new Set([5]), attributes: { FUNNEL_TYPE: 'x' }, emailBlacklisted: false },
        ],
      ]),
    );
  });

  it.each([
    [{}, 'missing_parameter'],
    [{ email: 'ann' }, 'invalid_parameter'],
    [{ email: 'ann@example.com', listIds: [6] }, 'invalid_parameter'],
    [{ email: 'ann@example.com', listIds: ['5'] }, 'invalid_parameter'],
    [{ email: 'ann@example.com', listIds: 5 }, 'invalid_parameter'],
    [{ email: 'ann@example.com', attributes: null }, 'invalid_parameter'],
    [{ email: 'ann@example.com', attributes: { FUNNEL_TYPE: null } }, 'invalid_parameter'],
    [{ email: 'ann@example.com', attributes: { funnel_type: 'x' } }, 'invalid_parameter'],
    [{ email: 'ann@example.com', attributes: { BOUGHT_AT: '05.04.1984' } }, 'invalid_parameter'],
    [{ email: 'ann@example.com', unlinkListIds: [5] }, 'invalid_parameter'],
    [{ email: 'ann@example.com', smtpBlacklistSender: null }, 'invalid_parameter'],
    [{ email: 'ann@example.com', list_ids: [5] }, 'invalid_parameter'],
    [[], 'invalid_parameter'],
  ])('refuses %j with %s and keeps nothing', async (body, code) => {
    const reply = await post(body);
    expect([reply.status, await reply.json()]).toEqual([400, { code, message: expect.any(String) }]);
    expect(brevo.contacts.size).toBe(0);
  });

  it('adds lists and attributes to a contact that is there, and drops values of the wrong type', async () => {
    brevo.account.lists.push(6);
    await post({ email: 'a+b@example.com', listIds: [5], attributes: { FUNNEL_TYPE: 'x', BOUGHT: 'yes' } });
    expect(brevo.contacts.get('a+b@example.com')?.attributes).toEqual({ FUNNEL_TYPE: 'x' });
    const attributes = { BOUGHT: true, BOUGHT_AT: '2026-02-03' };
    const updated = await post({ email: 'A+b@example.com', listIds: [6], attributes, updateEnabled: true });
    expect([updated.status, await updated.text()]).toEqual([204, '']);
    expect(brevo.contacts.get('a+b@example.com')).toEqual({
      id: 1,
      listIds: new Set([5, 6]),
      attributes: { FUNNEL_TYPE: 'x', BOUGHT: true, BOUGHT_AT: '2026-02-03' },
      emailBlacklisted: false,
    });
  });

  it.each([
    [{ listIds: [6] }, 'List ID does not exist'],
    [{ listIds: 5 }, 'listIds must be an array of integers'],
    [{ emails: ['ann@example.com'] }, 'Unknown field: emails'],
    [{ unlinkListIds: [5] }, 'Unknown field: unlinkListIds'],
    [{ updateEnabled: 'yes' }, 'updateEnabled must be a boolean'],
  ])('refuses to update with %j, and changes nothing', async (body, message) => {
    await post({ email: 'ann@example.com', listIds: [5] });
    const attributes = { FUNNEL_TYPE: 'x' };
    const reply = await post({ email: 'ann@example.com', attributes, updateEnabled: true, ...body });
    expect([reply.status, await reply.json()]).toEqual([400, { code: 'invalid_parameter', message }]);
    expect(brevo.contacts.get('ann@example.com')).toMatchObject({ listIds: new Set([5]), attributes: {} });
  });

  it('takes addresses out of a list, and names those that were not in it', async () => {
    brevo.account.lists.push(6);
    await post({ email: 'a+b@example.com', listIds: [5, 6], attributes: { FUNNEL_TYPE: 'x' } });
    const removed = await remove(5, { emails: ['A+b@example.com', 'bob@example.com'] });
    const contacts = { success: ['A+b@example.com'], failure: ['bob@example.com'] };
    expect([removed.status, await removed.json()]).toEqual([201, { contacts }]);
    expect([...brevo.contacts]).toEqual([
      ['a+b@example.com', { id: 1, listIds: new Set([6]), attributes: { FUNNEL_TYPE: 'x' }, emailBlacklisted: false }],
    ]);
  });

  it.each<[number | string, object, number, string, string]>([
    [5, { emails: ['bob@example.com'] }, 400, 'invalid_parameter', 'already removed from list and/or does not exist'],
    [6, { emails: ['ann@example.com'] }, 400, 'invalid_parameter', 'already removed from list and/or does not exist'],
    [7, { emails: ['ann@example.com'] }, 404, 'document_not_found', 'List ID does not exist'],
    ['five', { emails: ['ann@example.com'] }, 404, 'document_not_found', 'List ID does not exist'],
    [5, { emails: 'ann@example.com' }, 400, 'invalid_parameter', 'emails must be an array of strings'],
    [5, { emails: [1] }, 400, 'invalid_parameter', 'emails must be an array of strings'],
    [5, { email: 'ann@example.com' }, 400, 'invalid_parameter', 'emails is missing'],
    [5, {}, 400, 'invalid_parameter', 'emails is missing'],
    [5, { emails: ['ann@example.com'], listIds: [5] }, 400, 'invalid_parameter', 'Unknown field: listIds'],
    [5, [], 400, 'invalid_parameter', 'The body must be a JSON object'],
  ])('takes nobody out of the list %j for %j', async (list, body, status, code, message) => {
    brevo.account.lists.push(6);
    await post({ email: 'ann@example.com', listIds: [5] });
    const reply = await remove(list, body);
    expect([reply.status, await reply.json()]).toEqual([status, { code, message: expect.stringContaining(message) }]);
    expect(brevo.contacts.get('ann@example.com')?.listIds).toEqual(new Set([5]));
  });

  it('has no other way to change a contact', async () => {
    await post({ email: 'ann@example.com', listIds: [5] });
    const body = { attributes: { FUNNEL_TYPE: 'x' } };
    const reply = await send(brevo.url, 'PUT /contacts/ann%40example.com', body, { 'api-key': apiKey });
    expect([reply.status, await reply.json()]).toMatchObject([404, { code: 'not_found' }]);
    expect(brevo.contacts.get('ann@example.com')?.attributes).toEqual({});
  });

  it('keeps the mark of somebody who wants no mail, whatever else is written', async () => {
    await post({ email: 'ann@example.com', listIds: [5] });
    const ann = brevo.contacts.get('ann@example.com');
    if (ann) ann.emailBlacklisted = true;
    await post({ email: 'ann@example.com', listIds: [5], updateEnabled: true });
    await remove(5, { emails: ['ann@example.com'] });
    await post({ email: 'ann@example.com', listIds: [5], updateEnabled: true });
    expect(await (await get('/contacts/ann@example.com')).json()).toMatchObject({ emailBlacklisted: true });
    expect(await (await get('/contacts/lists/5')).json()).toMatchObject({ totalSubscribers: 0, totalBlacklisted: 1 });
  });

  it('enforces a limit when it is given one, and says so as Brevo does', async () => {
    const limited = await startBrevoStandIn({ lists: [], attributes: [], apiKey, callsPerSecond: 1 });
    const ann = { email: 'ann@example.com', updateEnabled: true };
    let refused: Response | undefined;
    while (refused?.status !== 429) refused = await post(ann, limited.url);
    expect(await refused.json()).toMatchObject({ code: 'too_many_requests' });
    expect(refused.headers.get('x-sib-ratelimit-limit')).toBe('1');
    expect(refused.headers.get('x-sib-ratelimit-remaining')).toBe('0');
    expect(refused.headers.get('x-sib-ratelimit-reset')).toBe('1');
    await expect.poll(async () => (await post(ann, limited.url)).status, { timeout: 5000 }).toBe(204);
    await limited.close();
  });

  it('refuses an address that exists unless it may update', async () => {
    await post({ email: 'ann@example.com' });
    const reply = await post({ email: 'ann@example.com' });
    const conflict = { code: 'duplicate_parameter', metadata: { duplicate_identifiers: ['email'] } };
    expect([reply.status, await reply.json()]).toMatchObject([400, conflict]);
  });

  it('asks for the key in Brevo’s words', async () => {
    expect(await (await get('/account', {})).json()).toMatchObject({ message: 'authentication not found in headers' });
    const wrong = await post({ email: 'ann@example.com' }, brevo.url, 'other');
    expect([wrong.status, await wrong.json()]).toEqual([401, { code: 'unauthorized', message: 'Key not found' }]);
    expect(brevo.contacts.size).toBe(0);
  });

  it('shows contact, attributes, list and account, with the limits in the headers', async () => {
    await post({ email: 'a+b@example.com', listIds: [5] });
    const contact = await get(`/contacts/${encodeURIComponent('a+b@example.com')}`);
    expect(await contact.json()).toMatchObject({ id: 1, email: 'a+b@example.com', listIds: [5] });
    expect(contact.headers.get('x-sib-ratelimit-remaining')).toBe('8');
    expect(await (await get('/contacts/attributes')).json()).toEqual({ attributes });
    expect(await (await get('/contacts/lists/5')).json()).toMatchObject({ id: 5, totalSubscribers: 1 });
    expect((await get('/account')).status).toBe(200);
    for (const path of ['/contacts/lists/6', '/contacts/bob@example.com', '/contacts/%ff', '/nowhere']) {
      const missing = await get(path);
      expect([missing.status, await missing.json()]).toMatchObject([404, { message: expect.any(String) }]);
    }
  });

  it('fails where it is told to', async () => {
    const faults = ({ index }: { index: number }) => (index === 1 ? { status: 503 } : undefined);
    const shaky = await startBrevoStandIn({ lists: [], attributes: [], apiKey, faults });
    const answers: number[] = [];
    for (const name of ['a', 'b', 'c']) answers.push((await post({ email: `${name}@example.com` }, shaky.url)).status);
    expect(answers).toEqual([201, 503, 201]);
    expect([...shaky.contacts.keys()]).toEqual(['a@example.com', 'c@example.com']);
    expect(shaky.requests.map(({ email, status }) => [email, status])).toContainEqual(['b@example.com', 503]);
    await shaky.close();
  });

  it('closes though a connection is kept alive or waits for an answer', async () => {
    const hanging = await startFakeBrevo({ apiKey });
    await post({ email: 'a@example.com' }, hanging.url);
    hanging.script({ kind: 'hang' });
    const waiting = expect(post({ email: 'a@example.com' }, hanging.url)).rejects.toThrow('fetch failed');
    await hanging.arrived(2);
    await hanging.close();
    await waiting;
    await expect(post({ email: 'a@example.com' }, hanging.url)).rejects.toThrow('fetch failed');
  });
});

describe('the limit of an account', () => {
  it('holds for any one second, and calls that were refused do not count', () => {
    const limit = new CallLimit(2);
    const moments = [0, 400, 500, 999, 1000, 1001, 1399, 1400];
    const answers = moments.map((moment) => limit.take(moment).refusal?.status ?? 'through');
    expect(answers).toEqual(['through', 'through', 429, 429, 'through', 429, 429, 'through']);
  });
});
