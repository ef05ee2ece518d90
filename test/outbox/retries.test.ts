import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';

const step = 60;

describe.each(engines)('retrying on %s', (engine) => {
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

  function busy(): void {
    const body = { code: 'too_early', message: 'The contact is being processed' };
    brevo.script({ kind: 'answer', status: 425, body, headers: { 'sib-request-id': 'r-1' } }, { times: 100 });
  }

  it('follows the guide: five retries, each five minutes later than the one before, then the end', async () => {
    await outbox.enqueue('anna@example.com');
    busy();
    for (const retries of [1, 2, 3, 4, 5]) {
      await outbox.makeDue();
      expect(await outbox.drain(brevo)).toMatchObject({ claimed: 1, retried: 1, left: { due: 0, pending: 1 } });
      const [job] = await outbox.jobs();
      expect(job).toMatchObject({ status: 'pending', retries, isLeased: 0 });
      // Seconds go by between the drain and the look at it.
      expect(job?.secondsAhead).toBeLessThanOrEqual(retries * 5 * step);
      expect(job?.secondsAhead).toBeGreaterThan(retries * 5 * step - 60);
    }
    await outbox.makeDue();
    expect(await outbox.drain(brevo)).toMatchObject({ failed: 1, retried: 0, left: { due: 0, pending: 0 } });
    expect(await outbox.jobs()).toMatchObject([{ status: 'failed', retries: 6, secondsAhead: null, isLeased: 0 }]);
    expect(brevo.writes()).toHaveLength(6);
  });

  it('keeps status, code, message and request of the answer', async () => {
    await outbox.enqueue('anna@example.com');
    busy();
    await outbox.drain(brevo);
    const [job] = await outbox.jobs();
    expect(job?.error).toBe('425 too_early: The contact is being processed (request r-1)');
  });

  it('delivers a job when its retry is due, not before', async () => {
    await outbox.enqueue('anna@example.com', { retries: 1, dueInMinutes: 1 });
    await outbox.enqueue('boris@example.com', { retries: 1, dueInMinutes: -1 });
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 1, left: { due: 0, pending: 1 } });
    expect(brevo.writes().map(({ email }) => email)).toEqual(['boris@example.com']);
  });

  it('has a number of retries and a step that can be set', async () => {
    await outbox.enqueue('anna@example.com');
    busy();
    const rules = { FUNNELS_OUTBOX_MAX_RETRIES: '1', FUNNELS_OUTBOX_RETRY_STEP_MINUTES: '60' };
    await outbox.drain(brevo, {}, rules);
    const [job] = await outbox.jobs();
    expect(job?.secondsAhead).toBeLessThanOrEqual(60 * step);
    expect(job?.secondsAhead).toBeGreaterThan(59 * step);
    await outbox.makeDue();
    await outbox.drain(brevo, {}, rules);
    expect(await outbox.jobs()).toMatchObject([{ status: 'failed', retries: 2 }]);
  });

  it('is not tried with a contact that Brevo will never take', async () => {
    await outbox.enqueue('anna@example.com', { payload: { email: 'not-an-address', list_ids: [5] } });
    expect(await outbox.drain(brevo)).toMatchObject({ failed: 1, retried: 0, stopped: null });
    const [job] = await outbox.jobs();
    expect(job).toMatchObject({ status: 'failed', retries: 1, secondsAhead: null });
    expect(job?.error).toMatch(/^400 invalid_parameter: /);
  });

  it.each([
    [
      'a server error',
      { kind: 'answer', status: 500, body: { code: 'internal', message: 'Oops' } },
      '500 internal: Oops',
    ],
    ['a gateway’s page', { kind: 'answer', status: 502, body: '<h1>Bad Gateway</h1>' }, '502: an answer that is not'],
    ['a broken connection', { kind: 'reset' }, 'broke the connection off'],
    ['an answer that breaks off', { kind: 'reset midway', status: 201 }, 'broke the connection off'],
    ['no answer in time', { kind: 'hang' }, 'did not answer within 1 s'],
  ] as const)('counts %s between successes as one failed attempt', async (_name, fault, error) => {
    await outbox.enqueuePeople(3);
    // A connection that breaks off is made anew once.
    brevo.script(fault, { email: 'person2@example.com', times: fault.kind.startsWith('reset') ? 2 : 1 });
    const result = await outbox.drain(brevo, { concurrency: 1 }, { FUNNELS_BREVO_TIMEOUT_SECONDS: '1' });
    expect(result).toMatchObject({ sent: 2, retried: 1, stopped: null, left: { due: 0, pending: 1 } });
    expect(result.reasons).toEqual([{ reason: expect.stringContaining(error), count: 1 }]);
    const [, job] = await outbox.jobs();
    expect(job).toMatchObject({ status: 'pending', retries: 1, error: expect.stringContaining(error), isLeased: 0 });
  });

  it('never writes the API key into the table, even when Brevo repeats it', async () => {
    await outbox.enqueuePeople(2);
    const body = { code: 'invalid_parameter', message: `Strange key ${brevo.apiKey} given` };
    brevo.script({ kind: 'answer', status: 400, body });
    brevo.script({ kind: 'answer', status: 500, body });
    const result = await outbox.drain(brevo, { concurrency: 1 });
    expect(result).toMatchObject({ failed: 1, retried: 1 });
    const rows = await outbox.database.admin('SELECT * FROM brevo_sync_outbox');
    expect(JSON.stringify({ rows, result })).not.toContain(brevo.apiKey);
    expect(JSON.stringify(rows)).toContain('Strange key [key] given');
  });
});
