import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { classify } from '../../src/brevo/outcome.ts';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';
import { expectUntouched } from './job-state.ts';

describe.each(engines)('answers that are not the job’s fault, on %s', (engine) => {
  let outbox: TestOutbox;
  let brevo: FakeBrevo;
  beforeAll(async () => {
    outbox = await createOutbox(engine);
  });
  afterAll(() => outbox.drop());
  beforeEach(async () => {
    await outbox.empty();
    brevo = await startFakeBrevo();
  });
  afterEach(() => brevo.close());

  it('waits out a short rate limit, and delivers everything without counting an attempt', async () => {
    await outbox.enqueuePeople(5);
    const tooMany = { status: 429, body: { message: 'Too many requests' }, headers: { 'x-sib-ratelimit-reset': '1' } };
    brevo.script({ kind: 'answer', ...tooMany });
    const told: string[] = [];
    const result = await outbox.drain(brevo, { concurrency: 1, onInformation: (text) => told.push(text) });
    expect(result).toMatchObject({ claimed: 6, sent: 5, released: 1, retried: 0, stopped: null });
    expect(told).toEqual(['Brevo asks to wait 1 s (rate limit).']);
    expect((await outbox.jobs()).map(({ retries }) => retries)).toEqual([0, 0, 0, 0, 0]);
    const [refused, next] = brevo.writes();
    expect((next?.receivedAt ?? 0) - (refused?.finishedAt ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('does not count a job given back against the limit', async () => {
    await outbox.enqueuePeople(3);
    brevo.script({ kind: 'answer', status: 429, headers: { 'x-sib-ratelimit-reset': '1' } });
    expect(await outbox.drain(brevo, { limit: 2, concurrency: 1 })).toMatchObject({ sent: 2, left: { due: 1 } });
  });

  it('ends the run at a long rate limit', async () => {
    await outbox.enqueuePeople(6);
    brevo.script({ kind: 'answer', status: 429, headers: { 'x-sib-ratelimit-reset': '1800' } }, { times: 99 });
    const { stopped } = await outbox.drain(brevo);
    expect(stopped).toMatchObject({
      kind: 'temporary',
      hint: expect.stringMatching(/run it again after \d{4}-.* UTC/),
    });
    await expectUntouched(outbox, 6);
  });

  it('stops at once at a key that Brevo itself refuses', async () => {
    await outbox.enqueuePeople(6);
    brevo.script(
      { kind: 'answer', status: 401, body: { code: 'unauthorized', message: 'Key not found' } },
      { times: 99 },
    );
    const result = await outbox.drain(brevo, { concurrency: 2 });
    expect(result).toMatchObject({ claimed: 6, released: 6, sent: 0, stopped: { kind: 'refused' } });
    expect(result.stopped?.message).toMatch(/401 unauthorized: Key not found .*\(job \d for person\d@example\.com\)/);
    expect(brevo.writes().length).toBeLessThanOrEqual(2);
    await expectUntouched(outbox, 6);
  });

  it.each([
    [402, 'not_enough_credits', 'Not enough credits', 'refused'],
    [403, 'permission_denied', 'Access denied for resource "contacts"', 'refused'],
    [404, 'not_found', 'No such route', 'configuration'],
    [425, 'account_in_process', 'Too early', 'unavailable'],
  ])('stops at %i %s (%s) for everybody', async (status, code, message, kind) => {
    await outbox.enqueuePeople(12);
    brevo.script({ kind: 'answer', status, body: { code, message } }, { times: 99 });
    const result = await outbox.drain(brevo, { concurrency: 2 });
    expect(result).toMatchObject({ claimed: 12, released: 12, sent: 0, stopped: { kind } });
    expect(result.stopped?.message).toContain(`${status} ${code}: ${message}`);
    expect(result.stopped?.message).toMatch(/\(job \d+ for person\d+@example\.com, .*\d more\)$/);
    await expectUntouched(outbox, 12);
  });

  it('stops at a list that the account does not have', async () => {
    await outbox.enqueue('anna@example.com', { payload: { email: 'anna@example.com', list_ids: [99] } });
    await outbox.enqueue('bob@example.com');
    const variables = { FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '99' };
    const result = await outbox.drain(brevo, { concurrency: 1 }, variables);
    expect(result.stopped).toMatchObject({
      kind: 'configuration',
      message: expect.stringContaining('there is no list 99 (funnels.language.listId)'),
    });
    expect((await outbox.jobs()).map(({ status, retries }) => [status, retries])).toContainEqual(['pending', 0]);
    expect(result).toMatchObject({ failed: 0, retried: 0 });
  });

  it('fails a job whose list is configured no more, and goes on with the others', async () => {
    await outbox.enqueue('anna@example.com', { payload: { email: 'anna@example.com', list_ids: [98] } });
    await outbox.enqueue('bob@example.com');
    const result = await outbox.drain(brevo);
    expect(result).toMatchObject({ sent: 1, failed: 1, stopped: null });
    const [anna] = await outbox.jobs();
    expect(anna).toMatchObject({ status: 'failed', error: expect.stringContaining('List ID') });
  });

  it.each([
    ['a page that is not found', { status: 404, body: '<h1>Not Found</h1>' }, 'Not Found'],
    ['a web page', { status: 200, body: '<h1>Welcome</h1>' }, 'Welcome'],
    ['a redirect', { status: 302, headers: { location: 'https://example.com/login' } }, 'https://example.com/login'],
  ])('takes %s for a wrong base URL, and stops', async (_name, answer, text) => {
    await outbox.enqueuePeople(2);
    brevo.script({ kind: 'answer', ...answer }, { times: 99 });
    brevo.script({ kind: 'answer', ...answer }, { path: '/contacts/attributes', times: 99 });
    const { stopped } = await outbox.drain(brevo);
    expect(stopped).toMatchObject({ kind: 'configuration', message: expect.stringContaining(text) });
    expect(stopped?.hint).toContain('brevo.baseUrl');
    await expectUntouched(outbox, 2);
  });

  it.each([true, false])(
    'takes failures in a row for an outage, whether questions are answered or not (%s)',
    async (answered) => {
      await outbox.enqueuePeople(20);
      const down = { kind: 'answer', status: 503, body: '<h1>Service Unavailable</h1>' } as const;
      brevo.script(down, { times: 99 });
      if (!answered) brevo.script(down, { path: '/contacts/attributes', times: 99 });
      const result = await outbox.drain(brevo, { concurrency: 2 });
      expect(result).toMatchObject({ retried: 0, failed: 0, released: 20, left: { due: 20, pending: 20 } });
      expect(result.stopped).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('503: ') });
      expect(brevo.writes().length).toBeLessThanOrEqual(answered ? 12 : 8);
      await expectUntouched(outbox, 20);
    },
  );

  it('takes a Brevo that cannot be reached for an outage', async () => {
    await outbox.enqueuePeople(6);
    await brevo.close();
    const { stopped } = await outbox.drain(brevo);
    expect(stopped).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('refused the connection') });
    await expectUntouched(outbox, 6);
  });

  it('charges four failures in a row when the next call succeeds', async () => {
    await outbox.enqueuePeople(6);
    brevo.script({ kind: 'answer', status: 500, body: { message: 'Oops' } }, { times: 4 });
    const result = await outbox.drain(brevo, { concurrency: 1 });
    expect(result).toMatchObject({ sent: 2, retried: 4, stopped: null, reasons: [{ reason: '500: Oops', count: 4 }] });
    const charged = (await outbox.jobs()).map(({ retries }) => retries);
    expect(charged[0]).toBe(1);
    expect(charged.toSorted()).toEqual([0, 0, 1, 1, 1, 1]);
  });

  it('gets past contacts at the head of the queue that always fail: others are tried at random', async () => {
    await outbox.enqueuePeople(30);
    for (let person = 1; person <= 8; person += 1) {
      const email = `person${person}@example.com`;
      brevo.script({ kind: 'answer', status: 500, body: { message: 'Oops' } }, { email, times: 99 });
    }
    const result = await outbox.drain(brevo, { concurrency: 8 });
    expect(result).toMatchObject({ sent: 22, retried: 8, stopped: null });
  });

  it('takes the same refusal of five contacts in a row for a mistake in the settings', async () => {
    await outbox.enqueuePeople(20);
    const body = { code: 'invalid_parameter', message: 'Invalid date format' };
    brevo.script({ kind: 'answer', status: 400, body }, { times: 99 });
    const result = await outbox.drain(brevo, { concurrency: 2 });
    expect(result.stopped).toMatchObject({ kind: 'configuration', message: expect.stringContaining('date format') });
    expect(result).toMatchObject({ failed: 0, released: 20, reasons: [{ reason: expect.stringContaining('date') }] });
    expect(brevo.writes().length).toBeLessThanOrEqual(6);
    await expectUntouched(outbox, 20);
  });

  it('charges nobody for refusals that the end of the run left unexplained', async () => {
    await outbox.enqueuePeople(6);
    const interruption = new AbortController();
    let calls = 0;
    const result = await outbox.drain(brevo, {
      concurrency: 1,
      signal: interruption.signal,
      upsert: async () => {
        calls += 1;
        if (calls === 3) interruption.abort();
        const body = '{"code":"invalid_parameter","message":"Invalid date format"}';
        return classify({ status: 400, body, headers: new Headers() });
      },
    });
    expect(result).toMatchObject({ claimed: 6, released: 6, failed: 0, interrupted: true });
    await expectUntouched(outbox, 6);
  });

  it('gives contacts back whose verdict came with the end of the run', async () => {
    await outbox.enqueuePeople(2);
    const interruption = new AbortController();
    const result = await outbox.drainWith(outbox.open(), {
      signal: interruption.signal,
      upsert: async () => classify({ status: 503, body: '', headers: new Headers() }),
      probe: async () => {
        interruption.abort();
        return { kind: 'well', isWhole: true };
      },
    });
    expect(result).toMatchObject({ claimed: 2, released: 2, retried: 0, interrupted: true });
    await expectUntouched(outbox, 2);
  });

  it.each([400, 404])(
    'fails a purchase alone that is to leave a list which is configured no more (%i)',
    async (status) => {
      const payload = { email: 'anna@example.com', unlink_list_ids: [77], attributes: {} };
      await outbox.enqueue('anna@example.com', { operation: 'update_after_purchase', payload });
      await outbox.enqueue('boris@example.com');
      const body = { code: 'invalid_parameter', message: 'List ID does not exist' };
      brevo.script({ kind: 'answer', status, body }, { email: 'anna@example.com' });
      expect(await outbox.drain(brevo)).toMatchObject({ sent: 1, failed: 1, stopped: null });
    },
  );

  it('stops when everybody is refused in the same words, though they sound like one contact’s fault', async () => {
    await outbox.enqueuePeople(30);
    for (let person = 1; person <= 30; person += 1) {
      const message = `Please confirm the address person${person}@example.com (request ${person * 17}) first`;
      const answer = { kind: 'answer', status: 400, body: { code: 'invalid_parameter', message } } as const;
      brevo.script(answer, { email: `person${person}@example.com`, times: 9 });
    }
    const result = await outbox.drain(brevo, { concurrency: 4 });
    expect(result).toMatchObject({ failed: 0, stopped: { kind: 'configuration' } });
    await expectUntouched(outbox, 30);
  });

  it('fails each of many contacts whose address Brevo does not take, once anybody else is well', async () => {
    await outbox.enqueuePeople(9);
    const body = { code: 'invalid_parameter', message: 'Invalid email address' };
    for (let person = 1; person <= 8; person += 1) {
      brevo.script({ kind: 'answer', status: 400, body }, { email: `person${person}@example.com`, times: 9 });
    }
    let result = await outbox.drain(brevo, { concurrency: 1 });
    if (result.stopped !== null) result = await outbox.drain(brevo, { concurrency: 1 });
    expect(await outbox.statuses()).toEqual({ success: 1, failed: 8 });
  });

  it('records what succeeded beside an answer that stops the run', async () => {
    await outbox.enqueuePeople(4);
    brevo.script({ kind: 'hang' }, { email: 'person1@example.com' });
    brevo.script({ kind: 'answer', status: 401, body: { message: 'Key not found' } }, { email: 'person2@example.com' });
    const draining = outbox.drain(brevo, {
      concurrency: 2,
      // The refusal is known by the time the first job given back is.
      onProgress: () => brevo.release(),
    });
    expect(await draining).toMatchObject({ sent: 1, released: 3, stopped: { kind: 'refused' } });
    expect(await outbox.statuses()).toEqual({ success: 1, pending: 3 });
  });
});
