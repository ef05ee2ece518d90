import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Contact } from '../../src/brevo/contact.ts';
import { createBrevoClient } from '../../src/brevo/http-client.ts';
import { type FakeBrevo, type Fault, startFakeBrevo } from '../support/fake-brevo.ts';

const buyer: Contact = {
  email: "o'brien+tests/1@example.com",
  listIds: [7],
  unlinkListIds: [5],
  attributes: { CERTIFICATE_PURCHASED: true, CERTIFICATE_PURCHASED_AT: '2026-02-03' },
};

let brevo: FakeBrevo;
beforeEach(async () => {
  brevo = await startFakeBrevo();
});
afterEach(() => brevo.close());

function client(timeoutSeconds = 10) {
  return createBrevoClient({ baseUrl: brevo.url, apiKey: brevo.apiKey, timeoutSeconds, userAgent: 'funnels/test' });
}

describe('a contact that leaves a list', () => {
  it('is updated in one call: it joins, it leaves, and nothing else of it changes', async () => {
    await client().upsertContact({ email: buyer.email, listIds: [5], attributes: { FUNNEL_TYPE: 'language' } });
    expect(await client().upsertContact(buyer)).toEqual({ kind: 'delivered', created: false });
    expect(brevo.contacts.get(buyer.email)).toEqual({
      id: 1,
      listIds: new Set([7]),
      attributes: { FUNNEL_TYPE: 'language', CERTIFICATE_PURCHASED: true, CERTIFICATE_PURCHASED_AT: '2026-02-03' },
      emailBlacklisted: false,
    });
    const [, update] = brevo.writes(buyer.email);
    expect(update).toMatchObject({ method: 'PUT', path: "/v3/contacts/o'brien%2Btests%2F1%40example.com", faults: [] });
    expect(update?.body).toEqual({
      attributes: { CERTIFICATE_PURCHASED: true, CERTIFICATE_PURCHASED_AT: '2026-02-03' },
      listIds: [7],
      unlinkListIds: [5],
    });
  });

  it('can be told again: leaving a list that it is not in is no error', async () => {
    await client().upsertContact({ ...buyer, unlinkListIds: [] });
    for (let time = 0; time < 2; time += 1) {
      expect(await client().upsertContact(buyer)).toEqual({ kind: 'delivered', created: false });
    }
  });

  it('does not get mail again when it wants none', async () => {
    brevo.blocklist(buyer.email);
    await client().upsertContact(buyer);
    await client().upsertContact({ ...buyer, unlinkListIds: [] });
    expect(brevo.contacts.get(buyer.email)).toMatchObject({ emailBlacklisted: true, listIds: new Set([7]) });
  });

  it('is missing when Brevo does not have it, and is created without lists to leave', async () => {
    const reason = { status: 404, code: 'document_not_found', requestId: 'stand-in-0' };
    expect(await client().upsertContact(buyer)).toMatchObject({ kind: 'missing_contact', reason });
    expect(brevo.contacts.size).toBe(0);
    expect(await client().upsertContact({ ...buyer, unlinkListIds: [] })).toEqual({ kind: 'delivered', created: true });
    expect(brevo.writes().map(({ method }) => method)).toEqual(['PUT', 'POST']);
  });

  it('stops the run when the list to leave does not exist', async () => {
    brevo.blocklist(buyer.email);
    const outcome = await client().upsertContact({ ...buyer, unlinkListIds: [98] });
    expect(outcome).toMatchObject({ kind: 'stop', problem: 'configuration', reason: { status: 400 } });
  });

  it.each<[Fault, object]>([
    [{ kind: 'answer', status: 425, body: { message: 'Too early' } }, { kind: 'transient' }],
    [
      { kind: 'answer', status: 404, body: '<p>Nothing here</p>' },
      { kind: 'stop', problem: 'configuration' },
    ],
    [{ kind: 'reset' }, { kind: 'transient' }],
    [{ kind: 'hang' }, { kind: 'transient', reason: { code: 'timeout' } }],
    [{ kind: 'answer', status: 429, headers: { 'x-sib-ratelimit-reset': '9' } }, { kind: 'rate_limited' }],
  ])('%j is %j, after one call', async (fault, expected) => {
    brevo.blocklist(buyer.email);
    brevo.script(fault);
    expect(await client(0.3).upsertContact(buyer)).toMatchObject(expected);
    expect(brevo.writes()).toHaveLength(1);
  });
});
