import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBrevoClient } from '../../src/brevo/http-client.ts';
import { type FakeBrevo, type Fault, startFakeBrevo } from '../support/fake-brevo.ts';
import { failed } from './failed.ts';

const email = "o'brien+tests/1@example.com";
const left = { kind: 'delivered', created: false };

let brevo: FakeBrevo;
beforeEach(async () => {
  brevo = await startFakeBrevo();
});
afterEach(() => brevo.close());

function client(timeoutSeconds = 10, baseUrl = brevo.url) {
  return createBrevoClient({ baseUrl, apiKey: brevo.apiKey, timeoutSeconds, userAgent: 'funnels/test' });
}

function join(...listIds: number[]) {
  return client().upsertContact({ email, listIds, attributes: { FUNNEL_TYPE: 'language' } });
}

describe('a contact that leaves a list', () => {
  it('is out of it after one call, and nothing else of it changes', async () => {
    await join(5, 7);
    expect(await client().removeFromList(email, 5)).toEqual(left);
    expect(brevo.contacts.get(email)).toEqual({
      id: 1,
      listIds: new Set([7]),
      attributes: { FUNNEL_TYPE: 'language' },
      emailBlacklisted: false,
    });
    const [, removal, ...others] = brevo.requests;
    const path = '/v3/contacts/lists/5/contacts/remove';
    expect(removal).toMatchObject({ method: 'POST', path, faults: [], userAgent: 'funnels/test' });
    expect(removal?.body).toStrictEqual({ emails: [email] });
    expect(others).toEqual([]);
  });

  it('is named in the body alone, never in the address or a header', async () => {
    const heads: string[] = [];
    const server = createServer(({ method, url, rawHeaders }, response) => {
      heads.push(`${method} ${url} ${rawHeaders.join(' ')}`);
      response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    expect(await client(10, `http://127.0.0.1:${port}/v3`).removeFromList(email, 5)).toEqual(left);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(heads).toEqual([expect.stringMatching(/^POST \/v3\/contacts\/lists\/5\/contacts\/remove [^/?]/)]);
    expect(heads[0]).not.toMatch(/brien|example|%40|@/);
  });

  it('may have left it before, or never have been there', async () => {
    await join(5);
    for (let time = 0; time < 2; time += 1) expect(await client().removeFromList(email, 5)).toEqual(left);
    expect(await client().removeFromList(email, 7)).toEqual(left);
    expect(await client().removeFromList('nobody@example.com', 5)).toEqual(left);
    expect([...brevo.contacts.keys()]).toEqual([email]);
  });

  it('does not get mail again when it wants none', async () => {
    brevo.blocklist(email);
    await join(5, 7);
    await client().removeFromList(email, 5);
    expect(brevo.contacts.get(email)).toMatchObject({ emailBlacklisted: true, listIds: new Set([7]) });
  });

  it('is out of it though the first answer was lost', async () => {
    await join(5);
    brevo.script({ kind: 'lost answer' });
    expect(await client().removeFromList(email, 5)).toEqual(left);
    expect(brevo.contacts.get(email)?.listIds).toEqual(new Set());
    expect(brevo.writes(email).map(({ status }) => status)).toEqual([201, null, 400]);
  });

  it('has not left a list that does not exist', async () => {
    await join(5);
    const reason = { status: 404, code: 'document_not_found', message: 'List ID does not exist' };
    const expected = failed('contact', 'configuration', { reason });
    expect(await client().removeFromList(email, 98)).toMatchObject(expected);
    expect(brevo.contacts.get(email)?.listIds).toEqual(new Set([5]));
  });

  const refused = (status: number, message: string): Fault => ({ kind: 'answer', status, body: { message } });
  it.each<[Fault, object]>([
    [refused(400, 'List ID does not exist'), failed('contact', 'configuration', { isRetryable: false })],
    [refused(400, 'Invalid email address'), failed('contact', 'configuration', { isRetryable: false })],
    [refused(401, 'Key not found'), failed('account', 'refused', { isCertain: true })],
    [refused(403, 'Access denied'), failed('account', 'refused')],
    [refused(425, 'Too early'), failed('contact', 'unavailable')],
    [refused(500, 'Contact already removed from list'), failed('service', 'unavailable')],
    [
      { kind: 'answer', status: 400, body: '<p>Contact already removed from list</p>' },
      failed('route', 'configuration'),
    ],
    [{ kind: 'answer', status: 404, body: '<p>Nothing here</p>' }, failed('route', 'configuration')],
    [{ kind: 'answer', status: 200, body: '<p>Welcome</p>' }, failed('route', 'configuration')],
    [{ kind: 'answer', status: 201, body: { contacts: { success: [], failure: [email] } } }, left],
    [{ kind: 'answer', status: 201, body: { contacts: { success: null, processId: 3 } } }, left],
    [{ kind: 'answer', status: 201, body: { id: 3 } }, left],
    [{ kind: 'answer', status: 204 }, left],
    [
      { kind: 'answer', status: 429, headers: { 'x-sib-ratelimit-reset': '9' } },
      { kind: 'rate_limited', retryAfterSeconds: 9 },
    ],
    [
      { kind: 'answer', status: 429, headers: { 'retry-after': '90' } },
      { kind: 'rate_limited', retryAfterSeconds: 90 },
    ],
  ])('%j is %j, after one call', async (fault, expected) => {
    brevo.script(fault, { times: 5 });
    expect(await client().removeFromList(email, 5)).toMatchObject(expected);
    expect(brevo.writes(email)).toHaveLength(1);
  });

  it('is a failure when the connection breaks off twice', async () => {
    brevo.script({ kind: 'reset' }, { times: 5 });
    expect(await client().removeFromList(email, 5)).toMatchObject(failed('route', 'unavailable'));
    expect(brevo.writes(email)).toHaveLength(2);
  });

  it('is a failure when the time is up', async () => {
    brevo.script({ kind: 'hang' }, { times: 5 });
    const expected = failed('route', 'unavailable', { reason: { code: 'timeout' } });
    expect(await client(1.5).removeFromList(email, 5)).toMatchObject(expected);
    expect(brevo.writes(email)).toHaveLength(1);
  });

  it('rejects with the reason of the caller’s signal', async () => {
    const reason = new Error('SIGTERM');
    await expect(client().removeFromList(email, 5, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(brevo.requests).toEqual([]);
  });
});
