import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';
import { claim } from './claims.ts';

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

  it('is kept within one call: what waits together is merged, a later job over an earlier one', async () => {
    const { entryId } = await outbox.enqueue('anna@example.com');
    await outbox.enqueue('anna@example.com', { ...purchase, entryId });
    await outbox.enqueue('boris@example.com');
    await outbox.enqueue('anna@example.com', {
      payload: { email: 'anna@example.com', list_ids: [7, 5], attributes: { FUNNEL_TYPE: 'non_language' } },
    });
    expect(await outbox.drain(brevo, { concurrency: 4 })).toMatchObject({ sent: 4, coalesced: 2, created: 2 });
    expect(brevo.writes('anna@example.com').map(({ body }) => body)).toEqual([
      {
        email: 'anna@example.com',
        listIds: [5, 7],
        attributes: { FUNNEL_TYPE: 'non_language', CERTIFICATE_PURCHASED: true },
        updateEnabled: true,
      },
    ]);
    expect(brevo.writes()).toHaveLength(2);
    expect(await outbox.statuses()).toEqual({ success: 4 });
  });

  it('is kept when the ids are the wrong way round: an entry’s purchase comes after its upsert', async () => {
    const { entryId } = await outbox.enqueue('anna@example.com', { dueInMinutes: 5 });
    const bought = await outbox.enqueue('anna@example.com', { ...purchase, entryId });
    await outbox.database.admin('UPDATE brevo_sync_outbox SET id = 9 WHERE id = 1');
    expect(await outbox.drain(brevo)).toMatchObject({ claimed: 0, left: { due: 0, pending: 2 } });
    await outbox.makeDue();
    const { jobs } = await claim(outbox.open(), 10);
    expect(jobs.map(({ id }) => id)).toEqual([9, bought.id]);
  });

  it('shares the outcome of the one call', async () => {
    const { entryId } = await outbox.enqueue('anna@example.com', { retries: 5 });
    await outbox.enqueue('anna@example.com', { ...purchase, entryId });
    brevo.script({ kind: 'answer', status: 425, body: { message: 'Too early' } });
    expect(await outbox.drain(brevo)).toMatchObject({ claimed: 2, failed: 1, retried: 1, sent: 0 });
    expect((await outbox.jobs()).map(({ status, retries, error }) => [status, retries, error?.slice(0, 3)])).toEqual([
      ['failed', 6, '425'],
      ['pending', 1, '425'],
    ]);
    await outbox.makeDue();
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 1, coalesced: 0 });
  });

  it('makes a call of its own for a payload that names another address', async () => {
    const payload = { email: 'anna@elsewhere.example', list_ids: [5], attributes: {} };
    const { entryId } = await outbox.enqueue('anna@example.com');
    await outbox.enqueue('anna@example.com', { entryId, payload });
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 2, coalesced: 0 });
    expect(brevo.writes().map(({ email }) => email)).toEqual(['anna@example.com', 'anna@elsewhere.example']);
  });

  it('holds a purchase back while its upsert waits for a retry', async () => {
    const { entryId } = await outbox.enqueue('anna@example.com', { retries: 1, dueInMinutes: 5 });
    await outbox.enqueue('anna@example.com', { ...purchase, entryId });
    expect(await outbox.drain(brevo)).toMatchObject({ claimed: 0, left: { due: 0, pending: 2 } });
    expect(brevo.writes()).toEqual([]);
    await outbox.makeDue();
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 2 });
    expect(purchases()).toEqual([true]);
  });

  it('holds a purchase back that comes in while its upsert is in flight, and fails', async () => {
    const { entryId } = await outbox.enqueue('anna@example.com');
    brevo.script({ kind: 'hang' });
    brevo.script({ kind: 'answer', status: 500, body: { message: 'Oops' } });
    const draining = outbox.drain(brevo);
    await brevo.arrived(1);
    await outbox.enqueue('anna@example.com', { ...purchase, entryId });
    await outbox.enqueue('boris@example.com');
    expect(await outbox.drain(brevo, { limit: 1 })).toMatchObject({ claimed: 1, retried: 1 });
    expect(purchases()).toEqual([false, false]);
    brevo.release();
    expect(await draining).toMatchObject({ sent: 2, left: { due: 0, pending: 1 } });
    expect(purchases()).toEqual([false, false, true]);
    expect(brevo.mostInFlight('anna@example.com')).toBe(1);
  });

  it('lets a purchase go when its upsert has failed for good', async () => {
    const { entryId } = await outbox.enqueue('anna@example.com', { payload: 'not json' });
    await outbox.enqueue('anna@example.com', { ...purchase, entryId });
    expect(await outbox.drain(brevo)).toMatchObject({ failed: 1, sent: 1 });
    expect(purchases()).toEqual([true]);
  });

  it('keeps every other job of a contact back while one is in flight', async () => {
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
    expect(await draining).toMatchObject({ sent: 2, coalesced: 0 });
    expect(brevo.mostInFlight('anna@example.com')).toBe(1);
  });
});

describe('the order of one contact’s jobs between workers', () => {
  let outbox: TestOutbox;
  beforeEach(async () => {
    outbox = await createOutbox('mysql');
  });
  afterEach(() => outbox.drop());

  it('is kept when several claim at the same moment: each contact goes to one of them with all of its jobs', async () => {
    await outbox.enqueuePeople(40);
    for (let person = 1; person <= 40; person += 1) await outbox.enqueue(`person${person}@example.com`);
    const claims = await Promise.all([1, 2, 3, 4].map(() => claim(outbox.open(), 10)));
    // Which of them a row goes to, and whether they pass one over that another looks at, is the server's affair.
    claims.push(await claim(outbox.open(), 80));
    const contacts = claims.flatMap((one) => one.contacts);
    expect(contacts.every(({ jobs }) => jobs.length === 2)).toBe(true);
    expect(new Set(contacts.map(({ email }) => email)).size).toBe(40);
    expect(contacts).toHaveLength(40);
  });

  it('is kept while a claim is not committed yet: whoever else wants the contact waits, and then does not get it', async () => {
    await outbox.enqueue('anna@example.com');
    await outbox.enqueue('boris@example.com');
    const { admin } = outbox.database;
    await admin('START TRANSACTION');
    await admin(
      `INSERT INTO brevo_contact_leases (email, lease_token, lease_until)
        VALUES ('anna@example.com', 'another worker', UTC_TIMESTAMP() + INTERVAL 1 MINUTE)`,
    );
    const waiting = claim(outbox.open(), 10);
    await expect
      .poll(() => admin("SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"), { interval: 200 })
      .toHaveLength(1);
    await admin('COMMIT');
    expect((await waiting).jobs.map(({ id }) => id)).toEqual([2]);
  });
});
