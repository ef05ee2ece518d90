import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { expectedAfterRun, type World } from './model.ts';
import { comparable, createSyncedSite, occurred, type SyncedSite } from './synced-site.ts';

const messy = [
  'a@x.com',
  'A@X.com ',
  '\u200ba@x.com',
  'b@x.com',
  '\tB@x.COM',
  'b+1@x.com',
  'é@x.com',
  'E\u0301@x.com',
  '',
  'nobody',
];
const normal = ['a@x.com', 'b@x.com', 'b+1@x.com', 'é@x.com'];
// Few hours, so that things often happen at the same time.
const hour = fc.integer({ min: 1, max: 12 });
const world: fc.Arbitrary<World> = fc.record({
  finishes: fc.array(fc.record({ email: fc.constantFrom(...messy), test: fc.constantFrom(5, 6, 7, 99), hour }), {
    maxLength: 14,
  }),
  payments: fc.array(
    fc.record({
      email: fc.constantFrom(...messy),
      type: fc.constantFrom(1, 2),
      hour,
      isPaid: fc.constantFrom(true, true, false),
    }),
    { maxLength: 6 },
  ),
  entries: fc.uniqueArray(
    fc
      .record({
        email: fc.constantFrom(...normal),
        test: fc.constantFrom(0, 5, 7),
        funnel: fc.constantFrom('language', 'non_language'),
        hour,
        lead: fc.integer({ min: 0, max: 5 }),
      })
      .map(({ lead, ...entry }) => ({ ...entry, finish: entry.hour - lead })),
    { maxLength: 4, selector: ({ email, test, funnel }) => `${email} ${test} ${funnel}` },
  ),
});

describe.each(engines)('any small site (%s)', (engine) => {
  let site: SyncedSite;
  beforeAll(async () => {
    site = await createSyncedSite(engine);
  });
  afterAll(() => site.drop());

  it('comes out of a run as the rules say, told in advance by a dry run, and the next run finds nothing to do', async () => {
    const start = Date.parse(`${await ago(site.database, 101 * 3600)}Z`);
    const at = (hours: number): string =>
      new Date(start + hours * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    const check = async (told: World, batchSize: number): Promise<void> => {
      await site.clear();
      for (const { email, test, hour } of told.finishes) await site.finish(email, test, at(hour));
      for (const { email, type, hour, isPaid } of told.payments) await site.pay(email, type, at(hour), isPaid ? 2 : 1);
      for (const { email, funnel, test, hour, finish } of told.entries) {
        await site.enter(email, funnel, test, at(hour), at(finish));
      }
      const dry = await site.dryRun({ batchSize });
      const result = await site.sync({ batchSize });
      const expected = expectedAfterRun(told);
      expect(occurred(result.outcomes)).toEqual(expected.outcomes);
      expect(occurred(result.purchases.outcomes)).toEqual(expected.purchases);
      expect(comparable(dry)).toEqual(comparable(result));
      const entries = (await site.entries()).map((entry) => ({
        person: entry.email,
        funnel: entry.funnel_type,
        test: entry.test_id,
        boughtAt: entry.certificate_purchased_at,
        paidBeforeAt: entry.paid_before_entering_at,
      }));
      const foretold = expected.entries.map((entry) => ({
        ...entry,
        boughtAt: entry.boughtAt === null ? null : at(entry.boughtAt),
        paidBeforeAt: entry.paidBeforeAt === null ? null : at(entry.paidBeforeAt),
      }));
      // A repeat that enters instead of its first comes a batch later, so the order of rows is no part of the rules.
      expect(entries.toSorted(byIdentity)).toEqual(foretold.toSorted(byIdentity));
      const jobs = (await site.jobs()).map(({ funnel_entry_id, operation_type }) => [funnel_entry_id, operation_type]);
      expect(new Set(jobs.map(String)).size).toBe(jobs.length);
      const marked = entries.filter(({ boughtAt, paidBeforeAt }) => (boughtAt ?? paidBeforeAt) !== null).length;
      expect(jobs).toHaveLength(result.outcomes.entered + marked);
      const again = await site.sync({ batchSize });
      const { no_usable_address = 0 } = expected.purchases;
      expect([again.outcomes.entered, again.purchases.lookedAt]).toEqual([0, no_usable_address]);
    };
    const batchSize = fc.constantFrom(1, 2, 3, 500);
    await fc.assert(fc.asyncProperty(world, batchSize, check), { numRuns: engine === 'sqlite' ? 150 : 25 });
  });
});

function byIdentity(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
