import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';

const purchase = {
  operation: 'update_after_purchase',
  payload: { email: 'anna@example.com', attributes: { CERTIFICATE_PURCHASED: true } },
};

describe.each(engines)('a limit on jobs whose ids are the wrong way round, on %s', (engine) => {
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

  it('does not part a purchase from its upsert: the upsert goes first', async () => {
    const { entryId } = await outbox.enqueue('anna@example.com');
    await outbox.enqueue('anna@example.com', { ...purchase, entryId });
    await outbox.database.admin('UPDATE brevo_sync_outbox SET id = 9 WHERE id = 1');
    await outbox.drain(brevo, { limit: 1 });
    expect(JSON.stringify(brevo.writes()[0]?.body)).toContain('listIds');
  });

  it('is not used up by a contact of which nothing can be sent yet', async () => {
    const { entryId } = await outbox.enqueue('anna@example.com');
    await outbox.enqueue('anna@example.com', { ...purchase, entryId });
    await outbox.enqueue('anna@example.com', { dueInMinutes: 5, retries: 1 });
    await outbox.enqueue('boris@example.com');
    // In order of ids now: the purchase, a job that waits for its retry, the upsert of the purchase.
    await outbox.database.admin('UPDATE brevo_sync_outbox SET id = 9 WHERE id = 1');
    await outbox.database.admin('UPDATE brevo_sync_outbox SET id = 20 WHERE id = 4');
    await outbox.drain(brevo, { limit: 1 });
    expect(brevo.writes().map(({ email }) => email)).toEqual(['boris@example.com']);
  });

  it('and at a slow pace such a contact does not end the run', async () => {
    const { entryId } = await outbox.enqueue('anna@example.com');
    await outbox.enqueue('anna@example.com', { ...purchase, entryId });
    await outbox.enqueue('anna@example.com', { dueInMinutes: 5, retries: 1 });
    await outbox.enqueue('boris@example.com');
    await outbox.database.admin('UPDATE brevo_sync_outbox SET id = 9 WHERE id = 1');
    await outbox.database.admin('UPDATE brevo_sync_outbox SET id = 20 WHERE id = 4');
    // So slow that a claim takes one contact.
    const result = await outbox.drain(brevo, { requestsPerSecond: 0.1 });
    expect(brevo.writes().map(({ email }) => email)).toEqual(['boris@example.com']);
    expect(result.left).toMatchObject({ due: 0, pending: 3 });
  });
});
