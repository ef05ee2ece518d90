import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mostInOneSecond } from '../support/brevo-traffic.ts';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { send } from './send.ts';

let fake: FakeBrevo;
beforeEach(async () => {
  fake = await startFakeBrevo();
});
afterEach(() => fake.close().catch(() => undefined));

function call(line: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return send(fake.url, line, body, { 'api-key': fake.apiKey, ...headers });
}

function post(name: string): Promise<Response> {
  return call('POST /contacts', { email: `${name}@example.com`, updateEnabled: true });
}

describe('the fake Brevo', () => {
  it('records who called when, and how many were in flight together', async () => {
    fake.script({ kind: 'hang' }, { email: 'a@example.com', times: 2 });
    const held = [post('a'), post('a')];
    await fake.arrived(2);
    expect((await post('b')).status).toBe(201);
    expect((await post('b')).status).toBe(204);
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

  it('tells connections and programs apart', async () => {
    fake.script({ kind: 'hang' }, { times: 2 });
    const both = ['one/1', 'two/2'].map((agent) =>
      call('POST /contacts', { email: 'a@example.com', updateEnabled: true }, { 'user-agent': agent }),
    );
    await fake.arrived(2);
    fake.release();
    await Promise.all(both);
    expect(
      fake
        .writes()
        .map(({ userAgent }) => userAgent)
        .toSorted(),
    ).toEqual(['one/1', 'two/2']);
    expect(new Set(fake.writes().map(({ connection }) => connection)).size).toBe(2);
  });

  it('counts leaving a list among the writes, and reads apart from them', async () => {
    await post('a');
    await call('POST /contacts/lists/5/contacts/remove', { emails: ['a@example.com'] });
    await call('GET /contacts/lists/5');
    const written = fake.writes('a@example.com').map(({ method, path }) => `${method} ${path}`);
    expect(written).toEqual(['POST /v3/contacts', 'POST /v3/contacts/lists/5/contacts/remove']);
    expect(fake.reads()).toEqual(['GET /contacts/lists/5']);
    expect(fake.callsPerSecond()).toBeGreaterThan(0);
  });

  it('lets faults befall a path that is read, and written contacts only when none is named', async () => {
    fake.script({ kind: 'answer', status: 503 }, { path: '/contacts/lists/5' });
    fake.script({ kind: 'answer', status: 500 });
    expect((await call('GET /contacts/lists/7')).status).toBe(200);
    expect((await call('GET /contacts/lists/5')).status).toBe(503);
    expect((await call('GET /contacts/lists/5')).status).toBe(200);
    expect((await post('a')).status).toBe(500);
  });

  it('keeps the mark of a contact that wants no mail', async () => {
    fake.blocklist('a@example.com');
    await post('a');
    expect(fake.contacts.get('a@example.com')).toMatchObject({ id: 1, emailBlacklisted: true });
  });

  it.each([
    ['POST /contacts', { email: 'a@example.com', emailBlacklisted: false }, {}, /emailBlacklisted was sent/],
    ['POST /contacts', { email: 'a@example.com', emailBlacklisted: true }, {}, /emailBlacklisted was sent/],
    ['POST /contacts', { attributes: { X: { emailBlacklisted: 0 } } }, {}, /emailBlacklisted was sent/],
    ['POST /contacts', { smsBlacklisted: false }, {}, /smsBlacklisted was sent/],
    ['POST /contacts', { forceMerge: true }, {}, /forceMerge was sent/],
    ['POST /contacts', { attributes: { EMAIL: 'b@example.com' } }, {}, /EMAIL was sent as an attribute/],
    ['POST /contacts', { attributes: { funnel_type: 'x' } }, {}, /funnel_type must be in capital letters/],
    ['POST /contacts', { attributes: { CERTIFICATE_PURCHASED_AT: '2026-02-03 04:05:06' } }, {}, /invalid date format/],
    ['POST /contacts/lists/5/contacts/remove', { emails: 'a@example.com' }, {}, /emails must be an array of strings/],
    ['POST /contacts/lists/5/contacts/remove', { emails: [], all: true }, {}, /Unknown field: all/],
    ['POST /contacts/lists/5/contacts/remove', { emails: [], smsBlacklisted: true }, {}, /smsBlacklisted was sent/],
    ['POST /contacts', { email: 'a@example.com', list_ids: [5] }, {}, /Unknown field: list_ids/],
    ['POST /contacts', { email: 'a@example.com' }, { 'content-type': 'text/plain' }, /content-type must be/],
    ['GET /contacts/attributes', undefined, { accept: '*/*' }, /GET .*attributes: accept must be/],
  ])('fails at its end when it got %s %j %j', async (line, body, headers, message) => {
    await call(line, body, headers);
    await expect(fake.close()).rejects.toThrow(message);
  });

  it('fails at its end when a call came without a key', async () => {
    await send(fake.url, 'GET /account', undefined);
    await expect(fake.close()).rejects.toThrow('GET /v3/account: no api-key was sent');
  });
});

describe('the most within one second', () => {
  it.each([
    [[], 0],
    [[5], 1],
    [[0, 999, 1000], 2],
    [[1000, 0, 999.9, 1999, 1999.9], 3],
  ])('of %j is %i', (moments, most) => {
    expect(mostInOneSecond(moments)).toBe(most);
  });
});
