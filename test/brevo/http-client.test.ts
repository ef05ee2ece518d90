import { existsSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Contact } from '../../src/brevo/contact.ts';
import { type BrevoClientOptions, createBrevoClient } from '../../src/brevo/http-client.ts';
import { Problem } from '../../src/errors.ts';
import { type FakeBrevo, type Fault, startFakeBrevo } from '../support/fake-brevo.ts';

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
    [{ ...ann, email: 'ann@' }, 'fatal', 'Invalid email address'],
    [{ ...ann, email: '' }, 'fatal', 'email is missing'],
    [{ ...ann, listIds: [5, 99] }, 'stop', 'List ID does not exist'],
  ])('%j: %s, %s', async (contact, kind, message) => {
    const reason = { status: 400, message, requestId: 'stand-in-0' };
    expect(await client().upsertContact(contact)).toMatchObject({ kind, reason });
    expect(brevo.contacts.size).toBe(0);
  });

  it('stops at a wrong key without showing it, even when the answer repeats it', async () => {
    const stop = { kind: 'stop', problem: 'refused', reason: { status: 401, message: 'Key not found' } };
    expect(await client({ apiKey: 'wrong-key' }).upsertContact(ann)).toMatchObject(stop);
    brevo.script({ kind: 'answer', status: 401, body: { message: 'Key wrong-key not found' } });
    const repeated = await client({ apiKey: 'wrong-key' }).upsertContact(ann);
    expect(repeated).toMatchObject({ reason: { message: 'Key [key] not found' } });
  });

  it('stops at a base URL that leads elsewhere', async () => {
    const outcome = await client({ baseUrl: brevo.url.replace('/v3', '/api') }).upsertContact(ann);
    expect(outcome).toMatchObject({ kind: 'stop', problem: 'configuration', reason: { status: 404 } });
  });
});

describe('an answer out of the ordinary', () => {
  const html = { 'content-type': 'text/html' };
  it.each<[Fault, object]>([
    [{ kind: 'answer', status: 500, body: { message: 'Internal error occurred' } }, { kind: 'transient' }],
    [{ kind: 'answer', status: 502, headers: html, body: '<h1>Bad gateway</h1>' }, { kind: 'transient' }],
    [{ kind: 'answer', status: 503 }, { kind: 'transient' }],
    [{ kind: 'answer', status: 425, body: { code: 'account_in_process', message: 'x' } }, { kind: 'transient' }],
    [
      { kind: 'answer', status: 403, body: { message: 'Access denied' } },
      { kind: 'stop', problem: 'refused' },
    ],
    [
      { kind: 'answer', status: 200, headers: html, body: '<p>Hi</p>' },
      { kind: 'stop', problem: 'configuration' },
    ],
    [
      { kind: 'answer', status: 200 },
      { kind: 'stop', problem: 'configuration' },
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
      { kind: 'endless', status: 200 },
      { kind: 'stop', problem: 'configuration' },
    ],
    [{ kind: 'endless', status: 500 }, { kind: 'transient' }],
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
      expect(outcome).toMatchObject({ kind: 'stop', problem: 'configuration', reason: { status: 307 } });
      expect(elsewhere.requests).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });
});

describe('no answer', () => {
  const nothing = { status: null, requestId: null };

  it.each<[Fault]>([[{ kind: 'reset' }], [{ kind: 'lost answer' }], [{ kind: 'reset midway', status: 400 }]])(
    '%j is transient, names the host, and is tried once',
    async (fault) => {
      brevo.script(fault, { times: 5 });
      const message = expect.stringMatching(/^127\.0\.0\.1:\d+ broke the connection off/);
      const outcome = await client().upsertContact(ann);
      expect(outcome).toMatchObject({ kind: 'transient', reason: { ...nothing, message } });
      expect(brevo.writes()).toHaveLength(1);
      expect(brevo.contacts.has(ann.email)).toBe(fault.kind === 'lost answer');
    },
  );

  it.each<[Fault]>([[{ kind: 'hang' }], [{ kind: 'hang midway', status: 200 }]])(
    '%j ends with the time-out and is transient',
    async (fault) => {
      brevo.script(fault);
      const began = performance.now();
      const outcome = await client({ timeoutSeconds: 0.2 }).upsertContact(ann);
      const message = expect.stringMatching(/^127\.0\.0\.1:\d+ did not answer within 0\.2 s$/);
      expect(outcome).toMatchObject({ kind: 'transient', reason: { ...nothing, code: 'timeout', message } });
      expect(performance.now() - began).toBeGreaterThan(190);
      expect(performance.now() - began).toBeLessThan(3000);
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
  });

  it('is transient when nobody listens, and says so', async () => {
    const gone = await startFakeBrevo();
    await gone.close();
    // A minimal machine may not know the name.
    for (const host of ['127.0.0.1', ...(existsSync('/etc/hosts') ? ['localhost'] : [])]) {
      const baseUrl = gone.url.replace('127.0.0.1', host);
      const outcome = await client({ baseUrl }).upsertContact(ann);
      const message = expect.stringMatching(/^(127\.0\.0\.1|localhost):\d+ refused the connection: .*ECONNREFUSED/);
      expect(outcome).toMatchObject({ kind: 'transient', reason: { ...nothing, code: 'ECONNREFUSED', message } });
    }
  });

  it('is transient when the name is unknown', async () => {
    const outcome = await client({ baseUrl: 'https://brevo.invalid/v3' }).upsertContact(ann);
    const message = expect.stringMatching(/^brevo\.invalid has no known address/);
    expect(outcome).toMatchObject({ kind: 'transient', reason: { ...nothing, message } });
  });

  it('is transient when TLS meets a server without it, or HTTP something else', async () => {
    const secure = await client({ baseUrl: brevo.url.replace('http:', 'https:') }).upsertContact(ann);
    expect(secure).toMatchObject({ kind: 'transient', reason: nothing });
    expect(secure).toMatchObject({ reason: { message: expect.stringContaining('over TLS') } });

    const server = createTcpServer((socket) => {
      socket.on('error', () => socket.destroy()).resume();
      socket.end('220 mail.example.com ESMTP\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const mail = await client({ baseUrl: `http://127.0.0.1:${port}/v3` }).upsertContact(ann);
    expect(mail).toMatchObject({ kind: 'transient', reason: nothing });
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
