import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type StandIn, startBrevoStandIn } from '../../src/demo/brevo-stand-in.ts';
import { startFakeBrevo } from '../support/fake-brevo.ts';

const apiKey = 'xkeysib-demo';
let brevo: StandIn;
beforeEach(async () => {
  brevo = await startBrevoStandIn({ lists: [5], attributes: ['FUNNEL_TYPE'], apiKey });
});
afterEach(() => brevo.close());

function get(path: string, headers: Record<string, string> = { 'api-key': apiKey }): Promise<Response> {
  return fetch(brevo.url + path, { headers });
}

function post(body: unknown, url = brevo.url, key = apiKey): Promise<Response> {
  const headers = { 'api-key': key, 'content-type': 'application/json' };
  return fetch(`${url}/contacts`, { method: 'POST', headers, body: JSON.stringify(body) });
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
      new Map([['ann@example.com', { id: 1, listIds: new Set([5]), attributes: { FUNNEL_TYPE: 'x' } }]]),
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
    [{ email: 'ann@example.com', smtpBlacklistSender: null }, 'invalid_parameter'],
    [{ email: 'ann@example.com', list_ids: [5] }, 'invalid_parameter'],
    [[], 'invalid_parameter'],
  ])('refuses %j with %s and keeps nothing', async (body, code) => {
    const reply = await post(body);
    expect([reply.status, await reply.json()]).toEqual([400, { code, message: expect.any(String) }]);
    expect(brevo.contacts.size).toBe(0);
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
    expect(await (await get('/contacts/attributes')).json()).toMatchObject({ attributes: [{ name: 'FUNNEL_TYPE' }] });
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

describe('the fake Brevo', () => {
  it('records who called when, and how many were in flight together', async () => {
    const fake = await startFakeBrevo({ apiKey });
    fake.script({ kind: 'hang' }, { email: 'a@example.com', times: 2 });
    const calls = ['a', 'a', 'b', 'b'].map((name) => ({ email: `${name}@example.com`, updateEnabled: true }));
    const held = [post(calls[0], fake.url), post(calls[1], fake.url)];
    await fake.arrived(2);
    expect((await post(calls[2], fake.url)).status).toBe(201);
    expect((await post(calls[3], fake.url)).status).toBe(204);
    expect(fake.writes('a@example.com').map(({ finishedAt }) => finishedAt)).toEqual([null, null]);
    fake.release();
    expect((await Promise.all(held)).map(({ status }) => status).sort()).toEqual([201, 204]);

    expect(fake.mostInFlight('a@example.com')).toBe(2);
    expect(fake.mostInFlight('b@example.com')).toBe(1);
    expect(fake.mostInFlight()).toBe(3);
    expect(fake.mostInFlight('nobody@example.com')).toBe(0);
    for (const { receivedAt, finishedAt, body } of fake.writes()) {
      expect(finishedAt).toBeGreaterThanOrEqual(receivedAt);
      expect(body).toMatchObject({ updateEnabled: true });
    }
    await fake.close();
  });
});
