import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';

describe.each(engines)('delivering jobs on %s', (engine) => {
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

  it('creates a contact in its list with its attributes, and closes the job', async () => {
    await outbox.enqueue('anna@example.com');
    const result = await outbox.drain(brevo);
    expect(result).toMatchObject({ claimed: 1, sent: 1, created: 1, left: { due: 0, pending: 0 }, stopped: null });
    expect(brevo.writes()[0]?.body).toEqual({
      email: 'anna@example.com',
      listIds: [5],
      attributes: { FUNNEL_TYPE: 'language' },
      updateEnabled: true,
    });
    expect(await outbox.jobs()).toMatchObject([
      { status: 'success', retries: 0, error: null, secondsAhead: null, isLeased: 0 },
    ]);
  });

  it('updates a contact that Brevo knows already, and does not count it as new', async () => {
    await outbox.enqueue('anna@example.com');
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 1, created: 1 });
    await outbox.enqueue('anna@example.com');
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 1, created: 0 });
    expect(brevo.writes().map(({ status }) => status)).toEqual([201, 204]);
    expect(await outbox.statuses()).toEqual({ success: 2 });
  });

  it('forgets an earlier error when a job succeeds at last', async () => {
    await outbox.enqueue('anna@example.com', { retries: 3, dueInMinutes: -1 });
    await outbox.database.admin("UPDATE brevo_sync_outbox SET last_error = '503: too busy'");
    await outbox.drain(brevo);
    expect(await outbox.jobs()).toMatchObject([{ status: 'success', retries: 3, error: null, secondsAhead: null }]);
  });

  it('calls attributes by the names that the account has for them', async () => {
    await outbox.enqueue('anna@example.com', {
      operation: 'update_after_purchase',
      payload: {
        email: 'anna@example.com',
        attributes: { FUNNEL_TYPE: 'language', CERTIFICATE_PURCHASED: true, CERTIFICATE_PURCHASED_AT: '2025-03-02' },
      },
    });
    await outbox.drain(brevo, {}, { FUNNELS_BREVO_ATTRIBUTES_CERTIFICATE_PURCHASED: 'HAS_BOUGHT' });
    expect(brevo.writes()[0]?.body).toEqual({
      email: 'anna@example.com',
      attributes: { FUNNEL_TYPE: 'language', HAS_BOUGHT: true, CERTIFICATE_PURCHASED_AT: '2025-03-02' },
      updateEnabled: true,
    });
  });

  it('delivers the payloads that the predecessor left behind', async () => {
    const { entryId } = await outbox.enqueue('anna@example.com', {
      payload: {
        email: 'anna@example.com',
        funnel_type: 'language',
        user_id: null,
        test_id: null,
        list_ids: [7],
        attributes: { FUNNEL_TYPE: 'language' },
      },
    });
    await outbox.enqueue('anna@example.com', {
      operation: 'update_after_purchase',
      entryId,
      payload: {
        email: 'anna@example.com',
        funnel_type: 'language',
        purchased_at: '2025-03-02T10:11:12',
        attributes: { FUNNEL_TYPE: 'language', CERTIFICATE_PURCHASED: true, CERTIFICATE_PURCHASED_AT: '2025-03-02' },
      },
    });
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 2, failed: 0 });
    expect(brevo.contacts.get('anna@example.com')).toMatchObject({
      listIds: new Set([7]),
      attributes: { FUNNEL_TYPE: 'language', CERTIFICATE_PURCHASED: true, CERTIFICATE_PURCHASED_AT: '2025-03-02' },
    });
  });

  it('fails jobs that cannot be read, says why, and goes on with the others', async () => {
    await outbox.enqueue('one@example.com', { payload: 'not json' });
    await outbox.enqueue('two@example.com', { operation: 'toString' });
    await outbox.enqueue('three@example.com', { payload: { list_ids: [5] } });
    await outbox.enqueue('four@example.com', {
      payload: { email: 'four@example.com', attributes: 'x'.repeat(60_000) },
    });
    await outbox.enqueue('five@example.com', { payload: { email: 'five@example.com', list_ids: ['5'] } });
    await outbox.enqueue('anna@example.com');
    expect(await outbox.drain(brevo)).toMatchObject({ claimed: 6, sent: 1, failed: 5, stopped: null });
    expect(brevo.writes().map(({ email }) => email)).toEqual(['anna@example.com']);
    const [one, two, three, four, five] = await outbox.jobs();
    for (const job of [one, two, three, four, five]) {
      expect(job).toMatchObject({ status: 'failed', retries: 1, secondsAhead: null, isLeased: 0 });
    }
    expect(one?.error).toMatch(/not JSON/);
    expect(two?.error).toMatch(/Unknown operation type "toString"/);
    expect(three?.error).toMatch(/"email"/);
    expect(four?.error).toMatch(/"attributes"/);
    expect(five?.error).toMatch(/"list_ids.0"/);
  });

  it('stops at the limit, and leaves the rest as it was', async () => {
    await outbox.enqueuePeople(7);
    expect(await outbox.drain(brevo, { limit: 3 })).toMatchObject({ sent: 3, left: { due: 4, pending: 4 } });
    expect(brevo.writes()).toHaveLength(3);
    expect((await outbox.jobs()).filter(({ status }) => status === 'pending').map(({ isLeased }) => isLeased)).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it('leaves jobs alone that are not due, or were done before', async () => {
    await outbox.enqueue('later@example.com', { dueInMinutes: 1, retries: 1 });
    await outbox.enqueue('failed@example.com');
    await outbox.database.admin("UPDATE brevo_sync_outbox SET status = 'failed' WHERE id = 2");
    const before = await outbox.database.admin('SELECT * FROM brevo_sync_outbox ORDER BY id');
    expect(await outbox.drain(brevo)).toMatchObject({ claimed: 0, left: { due: 0, pending: 1 } });
    expect(brevo.writes()).toEqual([]);
    expect(await outbox.database.admin('SELECT * FROM brevo_sync_outbox ORDER BY id')).toEqual(before);
  });

  it('works on several contacts at a time, as many as configured and no more', async () => {
    await outbox.enqueuePeople(12);
    brevo.script({ kind: 'hang' }, { times: 3 });
    const draining = outbox.drain(brevo, { concurrency: 3 });
    await brevo.arrived(3);
    brevo.release();
    expect(await draining).toMatchObject({ sent: 12 });
    expect(brevo.mostInFlight()).toBe(3);
  });

  it('tells how far it is', async () => {
    await outbox.enqueuePeople(3);
    const progress: [number, number][] = [];
    await outbox.drain(brevo, { concurrency: 1, onProgress: (done, total) => progress.push([done, total]) });
    expect(progress).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });
});
