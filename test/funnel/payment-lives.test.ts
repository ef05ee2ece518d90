import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { comparable, createSyncedSite, type EntryRow, occurred, type SyncedSite } from './synced-site.ts';

interface Life {
  buyer: number;
  /** paid so many hours ago */
  hours: number;
  /** what becomes of its status, run after run: 2 is paid, 0 stands for no row */
  states: number[];
}

const life: fc.Arbitrary<Life> = fc.record({
  buyer: fc.integer({ min: 1, max: 2 }),
  hours: fc.integer({ min: 1, max: 9 }),
  states: fc.array(fc.constantFrom(2, 2, 1, 3, 0), { minLength: 3, maxLength: 3 }),
});
const addressOf = (buyer: number): string => `p${buyer}@x.com`;
const [finished, entered] = [7, 5];

describe.each(engines)('the lives of payments (%s)', (engine) => {
  let site: SyncedSite;
  let at: (hours: number) => string;
  beforeAll(async () => {
    site = await createSyncedSite(engine);
    const now = Date.parse(`${await ago(site.database, 0)}Z`);
    at = (hours) => new Date(now - hours * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
  });
  afterAll(() => site.drop());

  async function setStatus(payment: number, status: number, hours: number): Promise<void> {
    await site.database.admin('DELETE FROM modx_cert_payment WHERE id = ?', [payment]);
    if (status === 0) return;
    const values = [payment, payment, status, at(hours)];
    await site.database.admin('INSERT INTO modx_cert_payment VALUES (?, ?, ?, ?)', values);
  }

  /** What an entry says has to follow from what is paid now, and whether anything ever was. */
  function expectToFollow(entry: EntryRow, paid: readonly Life[], wasBought: Set<string>): void {
    const own = paid.filter(({ buyer }) => addressOf(buyer) === entry.email);
    const after = own.filter(({ hours }) => hours <= entered).map(({ hours }) => at(hours));
    const between = own.filter(({ hours }) => hours > entered && hours <= finished).map(({ hours }) => at(hours));
    if (after.length > 0) wasBought.add(entry.email);
    expect(entry.certificate_purchased === 1).toBe(wasBought.has(entry.email));
    expect(entry.certificate_refunded_at !== null).toBe(wasBought.has(entry.email) && after.length === 0);
    if (after.length > 0) expect(after).toContain(entry.certificate_purchased_at);
    expect(entry.paid_before_entering_at !== null).toBe(between.length > 0);
    if (between.length > 0) expect(between).toContain(entry.paid_before_entering_at);
  }

  it('leave entries that follow from what is paid, whatever is confirmed, taken back and paid again, and when', async () => {
    const check = async (lives: Life[]): Promise<void> => {
      await site.clear();
      for (const buyer of [1, 2]) await site.enter(addressOf(buyer), 'language', 5, at(entered), at(finished));
      const payments: number[] = [];
      for (const { buyer, hours } of lives) payments.push(await site.pay(addressOf(buyer), 1, at(hours), 1));
      const wasBought = new Set<string>();
      for (const round of [0, 1, 2, 3]) {
        // In the end all is paid.
        const statusOf = ({ states }: Life): number => states[round] ?? 2;
        for (const [index, one] of lives.entries()) await setStatus(payments[index] ?? 0, statusOf(one), one.hours);
        expect(comparable(await site.dryRun())).toEqual(comparable(await site.sync()));
        const paid = lives.filter((one) => statusOf(one) === 2);
        for (const entry of await site.entries()) expectToFollow(entry, paid, wasBought);
        const again = await site.sync();
        expect(occurred({ ...again.purchases.outcomes, ...again.purchases.unpaid })).toEqual({});
      }
    };
    const lives = fc.array(life, { minLength: 1, maxLength: 5 });
    await fc.assert(fc.asyncProperty(lives, check), { numRuns: engine === 'sqlite' ? 60 : 8 });
  });
});
