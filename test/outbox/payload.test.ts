import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPayload } from '../../src/outbox/payload.ts';

const names = { FUNNEL_TYPE: 'ENTONNOIR' };

function read(payload: unknown, operation = 'upsert_contact') {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return readPayload({ id: 1, entryId: 1, operation, payload: text, retryCount: 0, email: 'anna@example.com' }, names);
}

describe('a payload', () => {
  it('of an upsert gives address, lists and attributes, with the account’s names', () => {
    const payload = { email: 'anna@example.com', list_ids: [5], attributes: { FUNNEL_TYPE: 'language', OTHER: 1 } };
    expect(read(payload)).toEqual({
      ok: true,
      delivery: {
        email: 'anna@example.com',
        listIds: [5],
        unlinkListIds: [],
        attributes: { ENTONNOIR: 'language', OTHER: 1 },
      },
    });
  });

  it('of the predecessor may hold the address as it was typed; it is sent in its normal form', () => {
    expect(read({ email: ' Anna@Example.COM\u200b' })).toMatchObject({ delivery: { email: 'anna@example.com' } });
  });

  it('of a purchase joins and leaves the lists it names, and the predecessor’s named none', () => {
    const payload = { email: 'anna@example.com', list_ids: [21], unlink_list_ids: [5] };
    const moved = { email: 'anna@example.com', listIds: [21], unlinkListIds: [5], attributes: {} };
    expect(read(payload, 'update_after_purchase')).toEqual({ ok: true, delivery: moved });
    expect(read({ email: 'anna@example.com' }, 'update_after_purchase')).toEqual({
      ok: true,
      delivery: { ...moved, listIds: [], unlinkListIds: [] },
    });
  });

  it('of an upsert leaves no list, whatever it says', () => {
    expect(read({ email: 'anna@example.com', unlink_list_ids: [5] })).toMatchObject({
      delivery: { unlinkListIds: [] },
    });
  });

  it('leaves out attributes that are null, and keeps false, 0 and the empty text', () => {
    const reading = read({ email: 'a@example.com', attributes: { A: null, B: false, C: 0, D: '' } });
    expect(reading).toMatchObject({ delivery: { attributes: { B: false, C: 0, D: '' } } });
    expect(JSON.stringify(reading)).not.toContain('"A"');
  });

  describe('of a purchase has the types that Brevo has', () => {
    const bought = (attributes: object, purchased_at?: unknown) =>
      read({ email: 'a@example.com', purchased_at, attributes }, 'update_after_purchase');
    const day = '2026-11-01';

    it.each([
      ['of the predecessor', { CERTIFICATE_PURCHASED: 1, CERTIFICATE_PURCHASED_AT: '2026-11-01T10:20:30' }, undefined],
      ['of ours', { CERTIFICATE_PURCHASED: true, CERTIFICATE_PURCHASED_AT: day }, '2026-11-01 10:20:30'],
      ['as text', { CERTIFICATE_PURCHASED: '1', CERTIFICATE_PURCHASED_AT: '2026-11-01 10:20:30.123456' }, undefined],
      ['as words', { CERTIFICATE_PURCHASED: ' True', CERTIFICATE_PURCHASED_AT: '2026-11-01T10:20:30+02:00' }, null],
      ['in small letters', { certificate_purchased: 1.0, Certificate_Purchased_At: ' 2026-11-01 ' }, undefined],
      ['as a Unix time', { CERTIFICATE_PURCHASED: 1, CERTIFICATE_PURCHASED_AT: 1_793_528_430 }, undefined],
      ['in milliseconds', { CERTIFICATE_PURCHASED: 1, CERTIFICATE_PURCHASED_AT: '1793528430000' }, undefined],
      [
        'by the site’s clock',
        { CERTIFICATE_PURCHASED: 1, CERTIFICATE_PURCHASED_AT: 1_793_489_000 },
        '2026-11-01 00:43:20',
      ],
      ['that are missing', {}, '2026-11-01T10:20:30'],
      ['that are null', { CERTIFICATE_PURCHASED: null, CERTIFICATE_PURCHASED_AT: null }, '2026-11-01'],
      ['that are empty', { CERTIFICATE_PURCHASED: '', CERTIFICATE_PURCHASED_AT: ' ' }, '2026-11-01 10:20:30'],
    ])('%s', (_name, attributes, purchasedAt) => {
      expect(bought(attributes, purchasedAt)).toMatchObject({
        delivery: { attributes: { CERTIFICATE_PURCHASED: true, CERTIFICATE_PURCHASED_AT: day } },
      });
    });

    it.each([[0], ['0'], ['false'], [false]])('when it says %j', (value) => {
      const reading = bought({ CERTIFICATE_PURCHASED: value }, '2026-11-01');
      expect(reading).toMatchObject({ delivery: { attributes: { CERTIFICATE_PURCHASED: false } } });
    });

    it.each([
      [{ CERTIFICATE_PURCHASED: 'maybe' }, /"attributes.CERTIFICATE_PURCHASED": "maybe" is neither true nor false/],
      [{ CERTIFICATE_PURCHASED: 2 }, /"attributes.CERTIFICATE_PURCHASED": 2 is neither/],
      [{ CERTIFICATE_PURCHASED: '' }, /"attributes.CERTIFICATE_PURCHASED": "" is neither/],
      [{ CERTIFICATE_PURCHASED_AT: '' }, /"attributes.CERTIFICATE_PURCHASED_AT": "" is not a date/],
      [{ CERTIFICATE_PURCHASED_AT: '01.11.2026' }, /"01.11.2026" is not a date/],
      [{ CERTIFICATE_PURCHASED_AT: '2026-02-30' }, /"2026-02-30" is not a date/],
      [{ CERTIFICATE_PURCHASED_AT: '0000-00-00 00:00:00' }, /is not a date/],
      [{ certificate_purchased_at: true }, /"attributes.CERTIFICATE_PURCHASED_AT": true is not a date/],
      [{ CERTIFICATE_PURCHASED_AT: 20261101 }, /20261101 is not a date/],
    ])('or is refused by name: %j', (attributes, reason) => {
      expect(bought(attributes, 'soon')).toEqual({ ok: false, reason: expect.stringMatching(reason) });
    });

    it('and an upsert, too, whose empty ones are left out and never filled in', () => {
      const given = { CERTIFICATE_PURCHASED: 0, CERTIFICATE_PURCHASED_AT: '' };
      const reading = read({ email: 'a@example.com', purchased_at: day, attributes: given });
      expect(reading).toMatchObject({ ok: true, delivery: { attributes: { CERTIFICATE_PURCHASED: false } } });
      expect(JSON.stringify(reading)).not.toContain('_AT');
    });
  });

  it.each([
    ['not json at all', 'upsert_contact', /not JSON/],
    ['', 'upsert_contact', /not JSON/],
    ['[]', 'upsert_contact', /email/],
    ['null', 'upsert_contact', /The payload is wrong: .*null/],
    ['{}', 'upsert_contact', /"email"/],
    ['{"email":""}', 'upsert_contact', /"email"/],
    ['{"email":7}', 'update_after_purchase', /"email"/],
    ['{"email":"a@b.c","list_ids":"5"}', 'upsert_contact', /"list_ids"/],
    ['{"email":"a@b.c","list_ids":[5,"7"]}', 'upsert_contact', /"list_ids.1"/],
    ['{"email":"a@b.c","list_ids":[0]}', 'upsert_contact', /"list_ids.0"/],
    ['{"email":"a@b.c","unlink_list_ids":["5"]}', 'update_after_purchase', /"unlink_list_ids.0"/],
    ['{"email":"a@b.c","attributes":null}', 'upsert_contact', /"attributes"/],
    ['{"email":"a@b.c","attributes":{"A":{"deep":1}}}', 'upsert_contact', /"attributes.A"/],
    ['{"email":"a@b.c"}', 'delete_contact', /Unknown operation type "delete_contact"/],
    ['{"email":"a@b.c"}', 'toString', /Unknown operation type "toString"/],
    ['{"email":"a@b.c"}', '', /Unknown operation type ""/],
  ])('that cannot be read is told why: %s for %s', (payload, operation, reason) => {
    expect(read(payload, operation)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });

  it('never makes a reason longer than the column and the log can take, nor shows a key', () => {
    const huge = { email: 'a@b.c', attributes: `xkeysib-secret ${'x'.repeat(60_000)}` };
    const reading = read(huge);
    expect(reading).toEqual({ ok: false, reason: expect.stringMatching(/^The payload is wrong.{1,480}$/) });
    expect(JSON.stringify(reading)).not.toContain('xkeysib');
  });

  it('of any kind is either read or refused, never an exception', () => {
    const operations = fc.oneof(fc.constantFrom('upsert_contact', 'update_after_purchase'), fc.string());
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), operations, (payload, operation) => {
        expect(typeof read(payload, operation).ok).toBe('boolean');
      }),
    );
  });
});
