import { existsSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Contact } from '../../src/brevo/contact.ts';
import { type BrevoClientOptions, createBrevoClient } from '../../src/brevo/http-client.ts';
import { Problem } from '../../src/errors.ts';
import { type FakeBrevo, type Fault, startFakeBrevo } from '../support/fake-brevo.ts';
import { failed } from './failed.ts';

const ann: Contact = { email: 'ann@example.com', listIds: [5], attributes: { FUNNEL_TYPE: 'language', SHOE_SIZE: 38 } };

let brevo: FakeBrevo;
beforeEach(async () => {
  brevo = await startFakeBrevo();
});
afterEach(() => brevo.close());

function client(options: Partial<BrevoClientOptions> = {}) {
  const settings = { baseUrl: brevo.url, apiKey: brevo.apiKey, timeoutSeconds: 10, userAgent: 'funnels/test' };
  return createBrevoClient({ ...settings, ...options });
}

describe('a contact that arrives', () => {
  it('is created, then updated; lists add up and unknown attributes are dropped', async () => {
    expect(await client().upsertContact(ann)).toEqual({ kind: 'delivered', created: true });
    expect(await client().upsertContact({ ...ann, listIds: [7] })).toEqual({ kind: 'delivered', created: false });
    const kept = brevo.contacts.get('ann@example.com');
    expect(kept?.attributes).toEqual({ FUNNEL_TYPE: 'language' });
    expect([...(kept?.listIds ?? [])]).toEqual([5, 7]);
  });

  it.each(['/', '//', ''])('finds the way with "%s" at the end of the base URL', async (end) => {
    const outcome = await client({ baseUrl: brevo.url + end }).upsertContact(ann);
    expect(outcome).toEqual({ kind: 'delivered', created: true });
    expect(brevo.requests.map(({ path }) => path)).toEqual(['/v3/contacts']);
  });

  it('finds the way with a base URL that is a host alone', async () => {
    for (const end of ['', '/']) {
      await client({ baseUrl: new URL(brevo.url).origin + end }).upsertContact(ann);
    }
    expect(brevo.requests.map(({ path }) => path)).toEqual(['/contacts', '/contacts']);
  });

  it('takes a key with the line break of the file it came from', async () => {
    expect(await client({ apiKey: `${brevo.apiKey}\r\n` }).upsertContact(ann)).toMatchObject({ kind: 'delivered' });
  });
});

describe('a contact that Brevo refuses', () => {
  it.each([
    [{ ...ann, email: 'ann@' }, 'Invalid email address'],
    [{ ...ann, email: '' }, 'email is missing'],
    [{ ...ann, listIds: [5, 99] }, 'List ID does not exist'],
  ])('%j is not worth another try: %s', async (contact, message) => {
    const reason = { status: 400, message, requestId: 'stand-in-0' };
    const expected = failed('contact', 'configuration', { isRetryable: false, reason });
    expect(await client().upsertContact(contact)).toMatchObject(expected);
    expect(brevo.contacts.size).toBe(0);
  });

  it('is sure of a wrong key and does not show it, even when the answer repeats it', async () => {
    const reason = { status: 401, message: 'Key not found' };
    const expected = failed('account', 'refused', { isCertain: true, reason });
    expect(await client({ apiKey: 'wrong-key' }).upsertContact(ann)).toMatchObject(expected);
    brevo.script({ kind: 'answer', status: 401, body: { message: 'Key wrong-key not found' } });
    const repeated = await client({ apiKey: 'wrong-key' }).upsertContact(ann);
    expect(repeated).toMatchObject({ reason: { message: 'Key [key] not found' } });
  });

  it('may be tried again when the base URL leads elsewhere, to a page or to other JSON', async () => {
    const reason = { status: 404 };
    const json = await client({ baseUrl: brevo.url.replace('/v3', '/api') }).upsertContact(ann);
    expect(json).toMatchObject(failed('contact', 'configuration', { reason }));
    brevo.script({ kind: 'answer', status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>No</h1>' });
    expect(await client().upsertContact(ann)).toMatchObject(failed('route', 'configuration', { reason }));
  });
});

describe('an answer out of the ordinary', () => {
  const html = { 'content-type': 'text/html' };
  it.each<[Fault, object]>([
    [{ kind: 'answer', status: 500, body: { message: 'Internal error occurred' } }, failed('service', 'unavailable')],
    [{ kind: 'answer', status: 502, headers: html, body: '<h1>Bad gateway</h1>' }, failed('service', 'unavailable')],
    [{ kind: 'answer', status: 503 }, failed('service', 'unavailable')],
    [
      { kind: 'answer', status: 425, body: { code: 'account_in_process', message: 'x' } },
      failed('contact', 'unavailable'),
    ],
    [{ kind: 'answer', status: 425 }, failed('route', 'unavailable')],
    [{ kind: 'answer', status: 403, body: { message: 'Access denied' } }, failed('account', 'refused')],
    [{ kind: 'answer', status: 403, headers: html, body: '<h1>Blocked</h1>' }, failed('route', 'refused')],
    [{ kind: 'answer', status: 401, headers: html, body: '<h1>Log in</h1>' }, failed('route', 'refused')],
    [{ kind: 'answer', status: 400, headers: html, body: '<h1>Bad request</h1>' }, failed('route', 'configuration')],
    [{ kind: 'answer', status: 200, headers: html, body: '<p>Hi</p>' }, failed('route', 'configuration')],
    [{ kind: 'answer', status: 201, body: '[{"id":3}]' }, failed('route', 'configuration')],
    [
      { kind: 'answer', status: 200 },
      { kind: 'delivered', created: false },
    ],
    [
      { kind: 'answer', status: 202, body: { processId: 78 } },
      { kind: 'delivered', created: false },
    ],
    [
      { kind: 'answer', status: 204, headers: html },
      { kind: 'delivered', created: false },
    ],
    [
      { kind: 'answer', status: 201 },
      { kind: 'delivered', created: true },
    ],
    [
      { kind: 'answer', status: 201, headers: html, body: '{"id":3}' },
      { kind: 'delivered', created: true },
    ],
    [
      { kind: 'answer', status: 429, headers: { 'x-sib-ratelimit-reset': '45' } },
      { kind: 'rate_limited', retryAfterSeconds: 45 },
    ],
    [
      { kind: 'answer', status: 429, headers: { ...html, 'retry-after': '90' }, body: '<h1>Slow down</h1>' },
      { kind: 'rate_limited', retryAfterSeconds: 90, reason: { message: expect.stringContaining('Slow down') } },
    ],
    [{ kind: 'endless', status: 200 }, failed('route', 'configuration')],
    [{ kind: 'endless', status: 500 }, failed('service', 'unavailable')],
    [
      { kind: 'delay', milliseconds: 30 },
      { kind: 'delivered', created: true },
    ],
  ])('%j is %j, after one call', async (fault, expected) => {
    brevo.script(fault, { times: 5 });
    expect(await client().upsertContact(ann)).toMatchObject(expected);
    expect(brevo.writes()).toHaveLength(1);
  });

  it('does not follow a redirect with the key', async () => {
    const elsewhere = await startFakeBrevo();
    try {
      const headers = { location: `${elsewhere.url}/contacts` };
      brevo.script({ kind: 'answer', status: 307, headers });
      const outcome = await client().upsertContact(ann);
      expect(outcome).toMatchObject(failed('route', 'configuration', { reason: { status: 307 } }));
      expect(elsewhere.requests).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });
});

describe('a connection that breaks off', () => {
  const faults: Fault[] = [{ kind: 'reset' }, { kind: 'lost answer' }, { kind: 'reset midway', status: 400 }];

  it.each(faults)('%j is made anew once, and the same is sent over it', async (fault) => {
    brevo.script(fault);
    const created = fault.kind !== 'lost answer';
    expect(await client().upsertContact(ann)).toEqual({ kind: 'delivered', created });
    const [first, second, ...others] = brevo.writes();
    expect(second).toMatchObject({ path: first?.path, body: first?.body, status: created ? 201 : 204 });
    expect(second?.connection).not.toBe(first?.connection);
    expect(others).toEqual([]);
    expect(brevo.contacts.get(ann.email)).toMatchObject({ id: 1, listIds: new Set([5]) });
  });

  it.each(faults)('%j is a failure the second time, and names the host', async (fault) => {
    brevo.script(fault, { times: 5 });
    const reason = {
      status: null,
      requestId: null,
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ broke the connection off/),
    };
    expect(await client().upsertContact(ann)).toMatchObject(failed('route', 'unavailable', { reason }));
    expect(brevo.writes()).toHaveLength(2);
    expect(brevo.contacts.has(ann.email)).toBe(fault.kind === 'lost answer');
  });

  it('is not made anew a second time, whatever comes the second time', async () => {
    brevo.script({ kind: 'reset' });
    brevo.script({ kind: 'answer', status: 503 });
    const reason = { status: 503 };
    expect(await client().upsertContact(ann)).toMatchObject(failed('service', 'unavailable', { reason }));
    expect(brevo.writes()).toHaveLength(2);
  });

  it('leaves both calls together the time of one', async () => {
    brevo.script({ kind: 'reset' });
    brevo.script({ kind: 'hang' });
    const began = performance.now();
    const outcome = await client({ timeoutSeconds: 1.5 }).upsertContact(ann);
    expect(outcome).toMatchObject(failed('route', 'unavailable', { reason: { code: 'timeout' } }));
    expect(performance.now() - began).toBeGreaterThan(1490);
    expect(performance.now() - began).toBeLessThan(4500);
    expect(brevo.writes()).toHaveLength(2);
  });

  it('is left alone when the caller’s signal fires meanwhile', async () => {
    brevo.script({ kind: 'reset' });
    brevo.script({ kind: 'hang' });
    const reason = new Error('SIGTERM');
    const stop = new AbortController();
    const rejected = expect(client().upsertContact(ann, stop.signal)).rejects.toBe(reason);
    await brevo.arrived(2);
    stop.abort(reason);
    await rejected;
    expect(brevo.writes()).toHaveLength(2);
  });
});

describe('no answer', () => {
  const nothing = { status: null, requestId: null };

  it.each<[Fault]>([[{ kind: 'hang' }], [{ kind: 'hang midway', status: 200 }]])(
    '%j ends with the time-out, after one call, and may be tried again',
    async (fault) => {
      brevo.script(fault, { times: 5 });
      const began = performance.now();
      const outcome = await client({ timeoutSeconds: 1.5 }).upsertContact(ann);
      const message = expect.stringMatching(/^127\.0\.0\.1:\d+ did not answer within 1\.5 s$/);
      const reason = { ...nothing, code: 'timeout', message };
      expect(outcome).toMatchObject(failed('route', 'unavailable', { reason }));
      expect(brevo.writes()).toHaveLength(1);
      expect(performance.now() - began).toBeGreaterThan(1490);
      expect(performance.now() - began).toBeLessThan(4500);
    },
  );

  it('rejects with the reason of the caller’s signal, before and during a call', async () => {
    const reason = new Error('SIGTERM');
    await expect(client().upsertContact(ann, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(brevo.writes()).toHaveLength(0);

    brevo.script({ kind: 'hang' });
    const stop = new AbortController();
    const call = client().upsertContact(ann, stop.signal);
    const rejected = expect(call).rejects.toBe(reason);
    await brevo.arrived(1);
    stop.abort(reason);
    await rejected;
    expect(brevo.writes()).toHaveLength(1);
  });

  it('may be tried again when nobody listens, and says so', async () => {
    const gone = await startFakeBrevo();
    await gone.close();
    // A minimal machine may not know the name.
    for (const host of ['127.0.0.1', ...(existsSync('/etc/hosts') ? ['localhost'] : [])]) {
      const baseUrl = gone.url.replace('127.0.0.1', host);
      const outcome = await client({ baseUrl }).upsertContact(ann);
      const message = expect.stringMatching(/^(127\.0\.0\.1|localhost):\d+ refused the connection: .*ECONNREFUSED/);
      const reason = { ...nothing, code: 'ECONNREFUSED', message };
      expect(outcome).toMatchObject(failed('route', 'unavailable', { reason }));
    }
  });

  it('may be tried again when the name is unknown', async () => {
    const outcome = await client({ baseUrl: 'https://brevo.invalid/v3' }).upsertContact(ann);
    const message = expect.stringMatching(/^brevo\.invalid has no known address/);
    expect(outcome).toMatchObject(failed('route', 'unavailable', { reason: { ...nothing, message } }));
  });

  it('may be tried again when TLS meets a server without it, or HTTP something else', async () => {
    const secure = await client({ baseUrl: brevo.url.replace('http:', 'https:') }).upsertContact(ann);
    expect(secure).toMatchObject(failed('route', 'unavailable', { reason: nothing }));
    expect(secure).toMatchObject({ reason: { message: expect.stringContaining('over TLS') } });

    let connections = 0;
    const server = createTcpServer((socket) => {
      connections += 1;
      socket.on('error', () => socket.destroy()).resume();
      socket.end('220 mail.example.com ESMTP\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const mail = await client({ baseUrl: `http://127.0.0.1:${port}/v3` }).upsertContact(ann);
    expect(mail).toMatchObject(failed('route', 'unavailable', { reason: nothing }));
    expect(connections).toBe(1);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('a client that cannot be', () => {
  function refusal(options: Partial<BrevoClientOptions>): Problem {
    try {
      client(options);
    } catch (error) {
      if (error instanceof Problem) return error;
    }
    throw new Error('no Problem was thrown');
  }

  it.each(['', 'api.brevo.com', 'ftp://api.brevo.com/v3', '/v3', 'https://api.brevo.com/v3?x=1'])(
    'refuses the base URL "%s"',
    (baseUrl) => {
      expect(refusal({ baseUrl })).toMatchObject({
        kind: 'configuration',
        hint: expect.stringContaining('brevo.baseUrl'),
      });
    },
  );

  it('refuses a password in the base URL without showing it', () => {
    const problem = refusal({ baseUrl: 'https://me:hunter2@api.brevo.com/v3' });
    expect(problem.kind).toBe('configuration');
    expect(problem.message + problem.hint).not.toContain('hunter2');
  });

  it.each([undefined, '', ' \n'])('refuses the missing key %j and says where to set it', (apiKey) => {
    const problem = refusal({ apiKey });
    expect(problem.kind).toBe('configuration');
    for (const place of ['BREVO_API_KEY', 'brevo.apiKey', 'brevo.apiKeyFile']) expect(problem.hint).toContain(place);
  });

  it.each(['two\nlines', 'smart’quote', 'a b'])('refuses the key %j without showing it', (apiKey) => {
    const problem = refusal({ apiKey });
    expect(problem.kind).toBe('configuration');
    expect(problem.message + problem.hint).not.toContain(apiKey);
  });
});
