import { describe, expect, it } from 'vitest';
import { contactBody } from '../../src/brevo/contact.ts';

describe('contactBody', () => {
  it('updates what exists, and says nothing about the blocklist', () => {
    const body = contactBody({ email: 'ann@example.com', listIds: [5], attributes: { FUNNEL_TYPE: 'language' } });
    expect(body).toStrictEqual({
      email: 'ann@example.com',
      attributes: { FUNNEL_TYPE: 'language' },
      listIds: [5],
      updateEnabled: true,
    });
  });

  it('leaves out lists and attributes when there are none', () => {
    expect(contactBody({ email: 'ann@example.com', listIds: [], attributes: {} })).toStrictEqual({
      email: 'ann@example.com',
      updateEnabled: true,
    });
  });

  it('names each list once', () => {
    expect(contactBody({ email: 'ann@example.com', listIds: [7, 5, 7], attributes: {} }).listIds).toEqual([7, 5]);
  });

  it('writes attribute names in upper case and never repeats the address', () => {
    const attributes = { funnel_type: 'language', Email: 'other@example.com', EMAIL: 'ann@example.com' };
    const body = contactBody({ email: 'ann@example.com', listIds: [], attributes });
    expect(body.attributes).toStrictEqual({ FUNNEL_TYPE: 'language' });
  });

  it('leaves out what a stored payload holds no value for, and keeps false, 0 and empty text', () => {
    const stored = JSON.parse('{"A":null,"B":false,"C":0,"D":""}');
    const body = contactBody({ email: 'ann@example.com', listIds: [], attributes: { ...stored, E: Number.NaN } });
    expect(body.attributes).toStrictEqual({ B: false, C: 0, D: '' });
  });

  it('treats a hostile attribute name as a name', () => {
    const attributes = JSON.parse('{"__proto__":"x","toString":"y"}');
    const sent = JSON.stringify(contactBody({ email: 'ann@example.com', listIds: [], attributes }).attributes);
    expect(JSON.parse(sent)).toStrictEqual(JSON.parse('{"__PROTO__":"x","TOSTRING":"y"}'));
  });
});
