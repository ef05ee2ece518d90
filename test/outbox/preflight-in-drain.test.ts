import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBrevoClient } from '../../src/brevo/http-client.ts';
import { brevoCalls } from '../../src/outbox/brevo-calls.ts';
import type { DrainResult } from '../../src/outbox/drain-result.ts';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { settingsFrom } from '../support/settings.ts';
import { engines } from '../support/test-databases.ts';

describe.each(engines)('before the first call of a drain on %s', (engine) => {
  let outbox: TestOutbox;
  let brevo: FakeBrevo;
  beforeAll(async () => {
    outbox = await createOutbox(engine);
  });
  afterAll(() => outbox.drop());
  beforeEach(async () => {
    await outbox.empty();
    await outbox.database.admin('DELETE FROM brevo_pace');
    brevo = await startFakeBrevo();
  });
  afterEach(() => brevo.close());

  /** Drains as the command does, the question to the account included. */
  async function drain(listId: number): Promise<DrainResult> {
    const settings = await settingsFrom({
      FUNNELS_DATABASE_URL: outbox.database.url,
      FUNNELS_BREVO_BASE_URL: brevo.url,
      BREVO_API_KEY: brevo.apiKey,
      FUNNELS_FUNNELS_LANGUAGE_LIST_ID: String(listId),
    });
    const client = createBrevoClient({ ...settings.brevo, userAgent: 'test' });
    const calls = brevoCalls(outbox.open(), settings, client, () => undefined);
    return outbox.drain(brevo, { ...calls, pace: async () => undefined });
  }

  const asked = () => brevo.requests.filter(({ method }) => method === 'GET').map(({ path }) => path);

  it('the account is asked once, and not again by the runs of the next hour', async () => {
    await outbox.enqueuePeople(3);
    expect(await drain(5)).toMatchObject({ sent: 3, stopped: null });
    expect(asked()).toEqual(['/v3/contacts/attributes', '/v3/contacts/lists/5']);
    await outbox.enqueue('anna@example.com');
    expect(await drain(5)).toMatchObject({ sent: 1 });
    expect(asked()).toHaveLength(2);
  });

  it('nothing is asked when nothing is due', async () => {
    expect(await drain(5)).toMatchObject({ claimed: 0, stopped: null });
    expect(brevo.requests).toEqual([]);
  });

  it('a list that does not exist ends the run: no call is made, no job is charged', async () => {
    await outbox.enqueuePeople(3);
    const result = await drain(1234);
    expect(result).toMatchObject({ claimed: 3, released: 3, stopped: { kind: 'configuration' } });
    expect(result.stopped?.message).toContain('1234');
    expect(brevo.writes()).toEqual([]);
    expect((await outbox.jobs()).map(({ status, retries, isLeased }) => [status, retries, isLeased])).toEqual(
      Array(3).fill(['pending', 0, 0]),
    );
  });

  it('a key that is refused ends the run', async () => {
    await outbox.enqueue('anna@example.com');
    brevo.script({ kind: 'answer', status: 401, body: { message: 'Key not found' } }, { path: '/contacts/attributes' });
    expect(await drain(5)).toMatchObject({ released: 1, stopped: { kind: 'refused' } });
  });

  it('a buyer whom Brevo does not know is created, in the list for buyers and in no other', async () => {
    const payload = { email: 'anna@example.com', list_ids: [7], unlink_list_ids: [5], attributes: {} };
    await outbox.enqueue('anna@example.com', { operation: 'update_after_purchase', payload });
    expect(await drain(5)).toMatchObject({ sent: 1, created: 1 });
    expect(brevo.writes().map(({ path, status }) => [path, status])).toEqual([
      ['/v3/contacts', 201],
      ['/v3/contacts/lists/5/contacts/remove', 400],
    ]);
    expect(brevo.contacts.get('anna@example.com')).toMatchObject({ listIds: new Set([7]) });
  });

  it('an upsert and a purchase that wait together put the buyer into the list for buyers only', async () => {
    await outbox.enqueue('anna@example.com');
    expect(await drain(5)).toMatchObject({ sent: 1 });
    const { entryId } = await outbox.enqueue('anna@example.com');
    const payload = { email: 'anna@example.com', list_ids: [7], unlink_list_ids: [5], attributes: {} };
    await outbox.enqueue('anna@example.com', { entryId, operation: 'update_after_purchase', payload });
    expect(await drain(5)).toMatchObject({ sent: 2, coalesced: 1 });
    expect(brevo.contacts.get('anna@example.com')).toMatchObject({ listIds: new Set([7]) });
  });
});
