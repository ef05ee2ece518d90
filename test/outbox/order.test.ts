import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { claimJobs } from '../../src/outbox/claim.ts';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';

const purchase = {
  operation: 'update_after_purchase',
  payload: { email: 'anna@example.com', attributes: { CERTIFICATE_PURCHASED: true } },
};

describe.each(engines)('the order of one contact’s jobs on %s', (engine) => {
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

  const purchases = () => brevo.writes().map(({ body }) => JSON.stringify(body).includes('CERTIFICATE_PURCHASED'));

  it('is the order in which they were enqueued, one call after another', async () => {
    const { entryId } = await outbox.enqueue('anna@example.com');
    await outbox.enqueue('anna@example.com', { ...purchase, entryId });
    await outbox.enqueue('boris@example.com');
    await outbox.enqueue('anna@example.com');
    brevo.script({ kind: 'delay', milliseconds: 50 }, { times: 4 });
    expect(await outbox.drain(brevo, { concurrency: 4 })).toMatchObject({ sent: 4, left: { pending: 0 } });
    expect(purchases().indexOf(true)).toBeGreaterThan(0);
    expect(brevo.writes('anna@example.com').map(({ body }) => (body as { listIds?: number[] }).listIds)).toEqual([
      [5],
      undefined,
      [5],
    ]);
    expect(brevo.mostInFlight('anna@example.com')).toBe(1);
    expect(brevo.mostInFlight()).toBe(2);
  });

  it('holds a purchase back while its upsert waits for a retry', async () => {
    const { entryId } = await outbox.enqueue('anna@example.com', { retries: 1, dueInMinutes: 5 });
    await outbox.enqueue('anna@example.com', { ...purchase, entryId });
    expect(await outbox.drain(brevo)).toMatchObject({ claimed: 0, left: { due: 0, pending: 2 } });
    expect(brevo.writes()).toEqual([]);
    await outbox.makeDue();
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 2 });
    expect(purchases()).toEqual([false, true]);
  });

  it('holds a purchase back when its upsert fails transiently in the same run', async () => {
    const { entryId } = await outbox.enqueue('anna@example.com');
    await outbox.enqueue('anna@example.com', { ...purchase, entryId });
    brevo.script({ kind: 'answer', status: 500, body: { message: 'Oops' } });
    expect(await outbox.drain(brevo)).toMatchObject({ retried: 1, sent: 0, left: { due: 0, pending: 2 } });
    expect(purchases()).toEqual([false]);
  });

  it('lets a purchase go when its upsert has failed for good', async () => {
    const { entryId } = await outbox.enqueue('anna@example.com', { payload: 'not json' });
    await outbox.enqueue('anna@example.com', { ...purchase, entryId });
    expect(await outbox.drain(brevo)).toMatchObject({ failed: 1, sent: 1 });
    expect(purchases()).toEqual([true]);
  });

  it('keeps an older job back while a newer one is in flight', async () => {
    await outbox.enqueue('anna@example.com');
    await outbox.enqueue('anna@example.com');
    await outbox.database.admin("UPDATE brevo_sync_outbox SET status = 'failed' WHERE id = 1");
    brevo.script({ kind: 'hang' });
    const draining = outbox.drain(brevo);
    await brevo.arrived(1);
    // Somebody puts the failed job back in by hand.
    await outbox.database.admin("UPDATE brevo_sync_outbox SET status = 'pending' WHERE id = 1");
    expect(await outbox.drain(brevo)).toMatchObject({ claimed: 0 });
    brevo.release();
    expect(await draining).toMatchObject({ sent: 2 });
    expect(brevo.mostInFlight('anna@example.com')).toBe(1);
  });
});

describe('the order of one contact’s jobs between workers', () => {
  let outbox: TestOutbox;
  beforeEach(async () => {
    outbox = await createOutbox('mysql');
  });
  afterEach(() => outbox.drop());

  it('is kept when several claim at the same moment: each job goes to one of them, second ones to none', async () => {
    await outbox.enqueuePeople(40);
    for (let person = 1; person <= 40; person += 1) await outbox.enqueue(`person${person}@example.com`);
    const claims = await Promise.all([1, 2, 3, 4].map(() => claimJobs(outbox.open(), 10, 60)));
    // Which of them a row goes to, and whether they pass one over that another looks at, is the server's affair.
    claims.push(await claimJobs(outbox.open(), 80, 60));
    const ids = claims.flatMap(({ jobs }) => jobs.map(({ id }) => Number(id)));
    expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  it('is kept while a claim is not committed yet: what is locked still counts as first in line', async () => {
    await outbox.enqueue('anna@example.com');
    await outbox.enqueue('anna@example.com');
    await outbox.enqueue('boris@example.com');
    const { admin } = outbox.database;
    await admin('START TRANSACTION');
    await admin('SELECT id FROM brevo_sync_outbox WHERE id = 1 FOR UPDATE');
    const first = await claimJobs(outbox.open(), 10, 60);
    const second = await claimJobs(outbox.open(), 10, 60);
    await admin('ROLLBACK');
    const third = await claimJobs(outbox.open(), 10, 60);
    expect([first, second, third].map(({ jobs }) => jobs.map(({ id }) => id))).toEqual([[3], [], [1]]);
  });
});
