import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PaymentDecision } from '../../src/funnel/decision.ts';
import type { SyncOptions } from '../../src/funnel/sync.ts';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { comparable, createSyncedSite, occurred, type SyncedSite } from './synced-site.ts';

describe.each(engines)('payments that change on the site (%s)', (engine) => {
  let site: SyncedSite;
  /** what happened at these many hours before the test began */
  let at: (hours: number) => string;
  const admin = (sql: string, ...values: (string | number | null)[]) => site.database.admin(sql, values);
  const remove = (payment: number) => admin('DELETE FROM modx_cert_payment WHERE id = ?', payment);
  beforeAll(async () => {
    site = await createSyncedSite(engine);
    await admin('INSERT INTO modx_cert_test VALUES (3, 3)');
  });
  beforeEach(async () => {
    await site.clear();
    const now = Date.parse(`${await ago(site.database, 0)}Z`);
    at = (hours) => new Date(now - hours * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
  });
  afterAll(() => site.drop());

  /** Runs dry and for real; everything that is counted and told has to be the same. */
  async function run(options: Partial<SyncOptions> = {}): Promise<Record<string, number>> {
    const told: [PaymentDecision[], PaymentDecision[]] = [[], []];
    const dry = await site.dryRun({ ...options, onPayment: (decision) => told[0].push(decision) });
    const real = await site.sync({ ...options, onPayment: (decision) => told[1].push(decision) });
    expect(comparable(dry)).toEqual(comparable(real));
    expect(told[0]).toEqual(told[1]);
    const { outcomes, unpaid, lookedAt: _, ...entries } = real.purchases;
    return occurred({ ...outcomes, ...unpaid, ...entries, entered: real.outcomes.entered });
  }

  async function entries(): Promise<Record<string, unknown>> {
    const rows = (await site.entries()).map((entry) => [
      entry.email,
      [
        entry.certificate_purchased_at,
        ...(entry.certificate_refunded_at === null ? [] : ['refunded']),
        ...(entry.paid_before_entering_at === null ? [] : ['before', entry.paid_before_entering_at]),
      ],
    ]);
    return Object.fromEntries(rows);
  }

  const tellsBrevo = async (): Promise<number> => (await site.jobs('update_after_purchase')).length;

  describe('confirmed late', () => {
    it.each([
      ['at the very finish', 5],
      ['between finish and entry', 4],
    ])('a payment %s takes its buyer out of the mails and is no conversion', async (_, hours) => {
      await site.finish('ann@x.com', 5, at(5));
      const payment = await site.pay('Ann@x.com', 1, at(hours), 1);
      expect(await run()).toEqual({ entered: 1 });
      await admin('UPDATE modx_cert_payment SET id_status = 2 WHERE id = ?', payment);
      expect(await run()).toEqual({ paid_before_entering: 1, entriesPaidBefore: 1 });
      expect(await entries()).toEqual({ 'ann@x.com': [null, 'before', at(hours)] });
      const [job] = await site.jobs('update_after_purchase');
      expect(JSON.parse(job?.payload ?? '')).toMatchObject({ purchased_at: at(hours), email: 'ann@x.com' });
      expect(await run()).toEqual({ recordedEarlier: 1 });
      expect(await tellsBrevo()).toBe(1);
    });

    it('a payment before the finish does nothing', async () => {
      await site.finish('ann@x.com', 5, at(5));
      await site.sync();
      await site.pay('ann@x.com', 1, at(6));
      expect(await run()).toEqual({ paid_before_finishing: 1 });
      expect(await entries()).toEqual({ 'ann@x.com': [null] });
    });

    it('the finish of an old entry is that of the result it names, else the entry itself', async () => {
      const result = await site.finish('ann@x.com', 5, at(900));
      for (const name of ['ann', 'bob']) await site.enter(`${name}@x.com`, 'language', 0, at(800));
      await admin("UPDATE funnel_entries SET user_id = ? WHERE email = 'ann@x.com'", result);
      for (const name of ['ann', 'bob']) await site.pay(`${name}@x.com`, 1, at(850));
      expect(await run()).toEqual({ paid_before_entering: 1, paid_before_finishing: 1, entriesPaidBefore: 1 });
      expect(await entries()).toEqual({ 'ann@x.com': [null, 'before', at(850)], 'bob@x.com': [null] });
    });

    it('a purchase after entering makes it a conversion all the same, and Brevo is told once per run', async () => {
      await site.enter('ann@x.com', 'language', 5, at(5), at(8));
      await site.pay('ann@x.com', 1, at(7));
      await site.pay('ann@x.com', 1, at(4));
      expect(await run()).toEqual({ paid_before_entering: 1, marked: 1, entriesMarked: 1, entriesPaidBefore: 1 });
      expect(await entries()).toEqual({ 'ann@x.com': [at(4), 'before', at(7)] });
      expect(await tellsBrevo()).toBe(1);
    });
  });

  describe('that cannot be used yet', () => {
    const broken: [string, string, string, string][] = [
      ['no_usable_address', 'UPDATE modx_cert_users SET email = ?', 'ann@example,com', 'ann@x.com'],
      ['no_date', 'UPDATE modx_cert_payment SET datetime_payment = ?', '', 'date'],
      ['dated_ahead', 'UPDATE modx_cert_payment SET datetime_payment = ?', '2999-01-01 00:00:00', 'date'],
      ['other_type', 'UPDATE modx_cert_result SET id_test = ?', '3', '1'],
      ['no_test', 'UPDATE modx_cert_result SET id_test = ?', '77', '1'],
      ['no_buyer', 'UPDATE modx_cert_result SET id_user = ?', '-77', 'own number'],
      ['no_result', 'UPDATE modx_cert_payment SET id_result = ?', '-77', 'own number'],
    ];
    it.each(broken)('%s: counted and named by every run until it can', async (outcome, sql, bad, good) => {
      await site.enter('ann@x.com', 'language', 5, at(5));
      const payment = await site.pay('ann@x.com', 1, at(4));
      await admin(sql, bad === '' ? null : bad);
      const told: PaymentDecision[] = [];
      expect(await run()).toEqual({ [outcome]: 1 });
      expect(await run({ onPayment: (decision) => told.push(decision) })).toEqual({ [outcome]: 1 });
      await site.sync({ onPayment: (decision) => told.push(decision) });
      expect(told).toMatchObject([{ paymentId: payment, outcome }]);
      await admin(sql, good === 'date' ? at(4) : good === 'own number' ? payment : good);
      expect(await run()).toEqual({ marked: 1, entriesMarked: 1 });
      expect(await run()).toEqual({ recordedEarlier: 1 });
    });

    it('a test without a type is one of another type', async () => {
      await admin('UPDATE modx_cert_test SET type = NULL WHERE id = 1');
      await site.pay('ann@x.com', 1, at(4));
      expect(await run()).toEqual({ other_type: 1 });
      await admin('UPDATE modx_cert_test SET type = 1 WHERE id = 1');
    });
  });

  describe('corrected', () => {
    it.each([
      ['the address', 'UPDATE modx_cert_users SET email = ?', 'bob@x.com', { bob: 'now' }],
      ['the type', 'UPDATE modx_cert_result SET id_test = ?', '2', { cat: 'now' }],
      ['the date', 'UPDATE modx_cert_payment SET datetime_payment = ?', 'later', { ann: 'later' }],
    ])('%s: the purchase is that of whom the site names, as of then', async (_, sql, value, to) => {
      for (const name of ['ann', 'bob']) await site.enter(`${name}@x.com`, 'language', 5, at(9));
      await site.enter('ann@x.com', 'non_language', 7, at(9));
      await admin("UPDATE funnel_entries SET email = 'cat@x.com' WHERE funnel_type = 'non_language'");
      await site.pay('ann@x.com', 1, at(4));
      await admin("UPDATE funnel_entries SET email = 'ann@x.com' WHERE funnel_type = 'non_language'");
      await run();
      await admin(sql, value === 'later' ? at(2) : value);
      await run();
      const after = (await site.entries()).map((entry) => [
        entry.funnel_type === 'language' ? entry.email.slice(0, 3) : 'cat',
        entry.certificate_purchased_at,
        entry.certificate_refunded_at === null,
      ]);
      const isMoved = !('ann' in to);
      expect(after).toContainEqual(['ann', isMoved ? at(4) : at(2), !isMoved]);
      for (const name of ['bob', 'cat']) expect(after).toContainEqual([name, name in to ? at(4) : null, true]);
      expect(await run()).toEqual({ recordedEarlier: 1 });
    });

    it.each(['\u200bann@x.com', 'ÁNN@x.com', ' ANN@x.com\t'])(
      'is nothing that the normal form folds: %s',
      async (text) => {
        await site.pay('ann@x.com', 1, at(4));
        await admin('UPDATE modx_cert_users SET email = ?', text);
        await run();
        expect(await run()).toEqual({ recordedEarlier: 1 });
      },
    );
  });

  describe('taken back', () => {
    const refund = (payment: number) => admin('UPDATE modx_cert_payment SET id_status = 3 WHERE id = ?', payment);
    const noStatus = (payment: number) => admin('UPDATE modx_cert_payment SET id_status = NULL WHERE id = ?', payment);

    it.each([
      ['refunded', refund],
      ['refunded', noStatus],
      ['vanished', remove],
    ])('%s: the entry keeps its date and counts no more, until it is paid again', async (outcome, take) => {
      await site.enter('ann@x.com', 'language', 5, at(9));
      const payment = await site.pay('ann@x.com', 1, at(4));
      await run();
      await take(payment);
      expect(await run()).toEqual({ [outcome]: 1, entriesWithdrawn: 1 });
      expect(await entries()).toEqual({ 'ann@x.com': [at(4), 'refunded'] });
      expect(await run()).toEqual({});
      await remove(payment);
      await admin('INSERT INTO modx_cert_payment VALUES (?, ?, 2, ?)', payment, payment, at(4));
      expect(await run()).toEqual({ marked: 1, entriesRestored: 1 });
      expect(await entries()).toEqual({ 'ann@x.com': [at(4)] });
      expect(await tellsBrevo()).toBe(1);
    });

    it('counts on by another payment, and by a later one again, of which Brevo hears', async () => {
      await site.enter('ann@x.com', 'language', 5, at(9));
      const [first, second] = [await site.pay('ann@x.com', 1, at(8)), await site.pay('ann@x.com', 1, at(7))];
      await run();
      await refund(first);
      expect(await run()).toEqual({ refunded: 1, recordedEarlier: 1 });
      expect(await entries()).toEqual({ 'ann@x.com': [at(7)] });
      await refund(second);
      expect(await run()).toEqual({ refunded: 1, entriesWithdrawn: 1 });
      await site.pay('ann@x.com', 1, at(1));
      expect(await run()).toEqual({ marked: 1, entriesMarked: 1 });
      expect(await entries()).toEqual({ 'ann@x.com': [at(1)] });
      expect(await tellsBrevo()).toBe(2);
    });

    it('keeps nobody from entering', async () => {
      await site.finish('ann@x.com', 5, at(9));
      const payment = await site.pay('ann@x.com', 1, at(8));
      expect(await run()).toEqual({ not_in_funnel: 1 });
      await refund(payment);
      expect(await run()).toEqual({ refunded: 1, entered: 1 });
    });

    it('takes back what was paid before entering as well', async () => {
      await site.enter('ann@x.com', 'language', 5, at(5), at(8));
      const payment = await site.pay('ann@x.com', 1, at(7));
      await run();
      await refund(payment);
      expect(await run()).toEqual({ refunded: 1, entriesWithdrawn: 1 });
      expect(await entries()).toEqual({ 'ann@x.com': [null] });
    });

    it.each([
      ['all gone', 'DELETE FROM modx_cert_payment'],
      ['all of another status', 'UPDATE modx_cert_payment SET id_status = 4'],
    ])('%s: held for an accident, told, and believed when the setting says so', async (_, accident) => {
      for (let buyer = 1; buyer <= 21; buyer += 1) {
        await site.enter(`p${buyer}@x.com`, 'language', 5, at(9));
        await site.pay(`p${buyer}@x.com`, 1, at(4));
      }
      await run();
      await admin(accident);
      const told: string[] = [];
      expect(await run({ onWarning: (text) => told.push(text) })).toEqual({ unpaid_but_kept: 21 });
      expect(told.join('\n')).toContain('FUNNELS_SYNC_VANISHED_PAYMENTS=refunded');
      const gone = accident.startsWith('DELETE') ? 'vanished' : 'refunded';
      expect(await run({ vanishedPayments: 'refunded' })).toEqual({ [gone]: 21, entriesWithdrawn: 21 });
    });

    it.each(['gone', 'refunded'] as const)('all but one %s: the other kind is noticed all the same', async (many) => {
      const payments: number[] = [];
      for (let buyer = 1; buyer <= 22; buyer += 1) {
        await site.enter(`p${buyer}@x.com`, 'language', 5, at(9));
        payments.push(await site.pay(`p${buyer}@x.com`, 1, at(4)));
      }
      await run();
      const [one = 0, ...others] = payments;
      for (const payment of others) await (many === 'gone' ? remove(payment) : refund(payment));
      await (many === 'gone' ? refund(one) : remove(one));
      const told: string[] = [];
      const noticed = many === 'gone' ? { refunded: 1 } : { vanished: 1 };
      expect(await run({ onWarning: (text) => told.push(text) })).toEqual({
        ...noticed,
        unpaid_but_kept: 21,
        entriesWithdrawn: 1,
      });
      expect(new Set(told.filter((text) => text.includes('sync.vanishedPayments: kept'))).size).toBe(
        many === 'gone' ? 1 : 0,
      );
    });

    it('does not take back what was bought before it was paid, by a payment that the site no longer has', async () => {
      await site.enter('ann@x.com', 'language', 5, at(9));
      await admin(`UPDATE funnel_entries SET certificate_purchased = 1, certificate_purchased_at = '${at(6)}'`);
      const payment = await site.pay('ann@x.com', 1, at(4));
      expect(await run()).toEqual({ already_marked: 1 });
      await refund(payment);
      expect(await run()).toEqual({ refunded: 1 });
      expect(await entries()).toEqual({ 'ann@x.com': [at(6)] });
    });

    it('a row that is gone is kept where the setting says so, and a refund is noticed all the same', async () => {
      for (const name of ['ann', 'bob']) await site.enter(`${name}@x.com`, 'language', 5, at(9));
      const [gone, refunded] = [await site.pay('ann@x.com', 1, at(4)), await site.pay('bob@x.com', 1, at(4))];
      await run();
      await remove(gone);
      await refund(refunded);
      const kept = await run({ vanishedPayments: 'kept' });
      expect(kept).toEqual({ refunded: 1, unpaid_but_kept: 1, entriesWithdrawn: 1 });
      expect(await entries()).toEqual({ 'ann@x.com': [at(4)], 'bob@x.com': [at(4), 'refunded'] });
    });
  });
});
