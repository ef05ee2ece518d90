import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DrainPreview } from '../../src/outbox/preview.ts';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { runFunnels } from '../support/program.ts';
import { engines } from '../support/test-databases.ts';

describe.each(engines)('a buyer who changes lists, on %s', (engine) => {
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

  const email = 'anna+1@example.com';
  const purchase = {
    operation: 'update_after_purchase',
    payload: {
      email,
      list_ids: [7],
      unlink_list_ids: [5],
      attributes: { FUNNEL_TYPE: 'language', CERTIFICATE_PURCHASED: true, CERTIFICATE_PURCHASED_AT: '2026-02-03' },
    },
  };

  it('is in the new list and no longer in the funnel’s, and still gets no mail if that was so', async () => {
    const { entryId } = await outbox.enqueue(email);
    await outbox.drain(brevo);
    brevo.blocklist(email);
    await outbox.enqueue(email, { ...purchase, entryId });
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 1, created: 0 });
    expect(brevo.contacts.get(email)).toMatchObject({
      listIds: new Set([7]),
      attributes: purchase.payload.attributes,
      emailBlacklisted: true,
    });
    const calls = brevo.writes(email).map(({ method, path }) => `${method} ${path}`);
    expect(calls).toEqual(['POST /v3/contacts', 'POST /v3/contacts', 'POST /v3/contacts/lists/5/contacts/remove']);
  });

  it('leaves the list in a call of its own that names nobody in its path, and is told again when that fails', async () => {
    const address = 'backup@shop.zip';
    brevo.blocklist(address);
    brevo.contacts.get(address)?.listIds.add(5);
    await outbox.enqueue(address, { ...purchase, payload: { ...purchase.payload, email: address } });
    await outbox.enqueue('bob@example.com');
    brevo.script(
      { kind: 'answer', status: 500, body: { message: 'Oops' } },
      { path: '/contacts/lists/5/contacts/remove' },
    );
    expect(await outbox.drain(brevo, { concurrency: 1 })).toMatchObject({ sent: 1, retried: 1 });
    await outbox.makeDue();
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 1 });
    expect(brevo.contacts.get(address)?.listIds).toEqual(new Set([7]));
    for (const { path } of brevo.requests) expect(path).not.toContain('shop');
  });

  it('is shown by --dry-run with both lists', async () => {
    await outbox.enqueue(email, purchase);
    const { stdout } = await runFunnels(['drain-outbox', '--dry-run', '--json'], {
      environment: { FUNNELS_DATABASE_URL: outbox.database.url },
    });
    const { jobs } = JSON.parse(stdout) as DrainPreview;
    expect(jobs).toMatchObject([{ email, listIds: [7], unlinkListIds: [5], problem: null }]);
  });
});
