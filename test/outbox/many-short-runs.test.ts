import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { discardJobs } from '../../src/outbox/discard.ts';
import { fingerprint } from '../../src/outbox/fingerprint.ts';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';
import { expectUntouched } from './job-state.ts';

describe.each(engines)('over many short runs, on %s', (engine) => {
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

  it.each([
    ['that always get 500, when the account itself answers', { status: 500, body: { message: 'Oops' } }],
    ['a firewall keeps from Brevo', { status: 403, body: '<h1>Blocked</h1>' }],
    ['redirected elsewhere', { status: 302, headers: { location: 'https://example.com' } }],
  ])('charges six contacts %s, though nobody else is due', async (_name, answer) => {
    await outbox.enqueuePeople(6);
    brevo.script({ kind: 'answer', ...answer }, { times: 99 });
    expect(await outbox.drain(brevo)).toMatchObject({ retried: 6, stopped: null });
    expect((await outbox.jobs()).map(({ retries }) => retries)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it.each([3, 12])('charges none of %i when nothing answers, questions included, run after run', async (people) => {
    await outbox.enqueuePeople(people);
    const down = { kind: 'answer', status: 503, body: '' } as const;
    brevo.script(down, { times: 99 });
    brevo.script(down, { path: '/contacts/attributes', times: 99 });
    for (let run = 0; run < 3; run += 1) {
      expect(await outbox.drain(brevo, { limit: 4 })).toMatchObject({ retried: 0, stopped: { kind: 'unavailable' } });
    }
    await expectUntouched(outbox, people);
  });

  it('gives attempts back that turn out to have been everybody’s', async () => {
    const body = { code: 'invalid_parameter', message: 'Attribute LASTNAME is not valid' };
    brevo.script({ kind: 'answer', status: 400, body }, { times: 99 });
    await outbox.enqueue('anna@example.com');
    expect(await outbox.drain(brevo)).toMatchObject({ failed: 1, stopped: null });
    await outbox.enqueue('bob@example.com');
    const result = await outbox.drain(brevo);
    expect(result).toMatchObject({ failed: 0, takenBack: 1, stopped: { kind: 'configuration' } });
    expect((await outbox.jobs()).map(({ status, retries }) => [status, retries])).toEqual(
      Array(2).fill(['pending', 0]),
    );
    brevo.heal();
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 2, stopped: null });
  });

  it('delivers others before a contact that has stopped a run', async () => {
    await outbox.enqueue('anna@example.com');
    const body = { code: 'permission_denied', message: 'Access denied' };
    brevo.script({ kind: 'answer', status: 403, body }, { email: 'anna@example.com', times: 99 });
    expect((await outbox.drain(brevo)).stopped).toMatchObject({ kind: 'refused' });
    await outbox.enqueue('bob@example.com');
    const told: string[] = [];
    const result = await outbox.drain(brevo, { concurrency: 1, onInformation: (text) => told.push(text) });
    expect(result).toMatchObject({ sent: 1, retried: 1, stopped: null });
    expect(told).toEqual([
      expect.stringMatching(/^Job 1 \(upsert_contact for anna@example\.com\) .*403 permission_denied/),
    ]);
    expect(brevo.writes().map(({ email }) => email)).toEqual([
      'anna@example.com',
      'bob@example.com',
      'anna@example.com',
    ]);
  });

  it('remembers a long rate limit: the next run calls nobody before its end', async () => {
    await outbox.enqueuePeople(2);
    brevo.script({ kind: 'answer', status: 429, headers: { 'retry-after': '900' } });
    expect((await outbox.drain(brevo, { concurrency: 1 })).stopped).toMatchObject({ kind: 'temporary' });
    const second = await outbox.drain(brevo);
    expect(second.stopped).toMatchObject({
      kind: 'temporary',
      message: expect.stringMatching(/another (900|899|898) s/),
    });
    expect(brevo.requests).toHaveLength(1);
    await outbox.database.admin('UPDATE brevo_pace SET paused_until = 1, next_call_at = 1');
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 2 });
  });

  it('leaves alone what somebody has given up, though it was charged in ignorance', async () => {
    const body = { code: 'invalid_parameter', message: 'Invalid email address' };
    brevo.script({ kind: 'answer', status: 400, body }, { email: 'anna@example.com' });
    const { id } = await outbox.enqueue('anna@example.com');
    expect(await outbox.drain(brevo)).toMatchObject({ failed: 1 });
    await discardJobs(outbox.open(), [id], false);
    await outbox.enqueue('bob@example.com');
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 1, takenBack: 0 });
    expect(await outbox.statuses()).toEqual({ success: 1, failed: 1 });
  });

  it('tries once more what failed for good while there was nobody to compare it with', async () => {
    await outbox.enqueue('anna@example.com', { retries: 5 });
    brevo.script({ kind: 'answer', status: 500, body: { message: 'Oops' } });
    expect(await outbox.drain(brevo)).toMatchObject({ failed: 1, stopped: null });
    await outbox.enqueue('bob@example.com');
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 1, takenBack: 1 });
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 1 });
  });

  it('takes an outage for one though some contacts are refused in it', async () => {
    await outbox.enqueuePeople(10);
    const body = { code: 'invalid_parameter', message: 'Invalid email address' };
    for (const person of [1, 3, 7]) {
      brevo.script({ kind: 'answer', status: 400, body }, { email: `person${person}@example.com`, times: 99 });
    }
    brevo.script({ kind: 'answer', status: 503, body: 'down' }, { times: 99 });
    brevo.script({ kind: 'answer', status: 503, body: 'down' }, { path: '/contacts/attributes', times: 99 });
    for (let run = 0; run < 3; run += 1) {
      const result = await outbox.drain(brevo, { limit: run === 0 ? 99 : 4 });
      expect(result).toMatchObject({ retried: 0, failed: 0, stopped: { kind: 'unavailable' } });
    }
    await expectUntouched(outbox, 10);
  });

  it('charges many that are known to fail on their own without keeping all in mind, unless nothing answers', async () => {
    await outbox.enqueuePeople(40);
    await outbox.database.admin(
      `INSERT INTO brevo_suspected_contacts (account, email, cause, others_are_well, charges, failed_at)
        SELECT ?, email, 'no proper answer', 1, '[]', CURRENT_TIMESTAMP FROM funnel_entries`,
      [fingerprint(brevo.url)],
    );
    const down = { kind: 'answer', status: 503, body: '' } as const;
    brevo.script(down, { times: 999 });
    brevo.script(down, { path: '/contacts/attributes' });
    expect(await outbox.drain(brevo)).toMatchObject({ retried: 0, stopped: { kind: 'unavailable' } });
    expect(brevo.writes().length).toBeLessThanOrEqual(20);
    await expectUntouched(outbox, 40);
    expect(await outbox.drain(brevo)).toMatchObject({ retried: 40, stopped: null });
    expect(brevo.reads().length).toBeLessThanOrEqual(6);
  });
});
