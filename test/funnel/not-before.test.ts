import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../src/funnel/decision.ts';
import { surveyLate } from '../../src/funnel/late.ts';
import { modxTables } from '../../src/modx/tables.ts';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { bothFunnels, comparable, createSyncedSite, occurred, open, type SyncedSite } from './synced-site.ts';

const day = 86_400;

describe.each(engines)('a start before which nobody enters (%s)', (engine) => {
  let site: SyncedSite;
  let notBefore: string;
  beforeEach(async () => {
    site = await createSyncedSite(engine);
    notBefore = await ago(site.database, 5 * day);
  });
  afterEach(() => site.drop());

  const addresses = async (): Promise<string[]> => (await site.entries()).map(({ email }) => email);

  it('keeps out who finished before it, and nobody who finished then or later', async () => {
    await site.finish('before@x.com', 5, await ago(site.database, 5 * day + 1));
    await site.finish('edge@x.com', 5, notBefore);
    await site.finish('after@x.com', 7, await ago(site.database, 60));
    const decisions: Decision[] = [];
    const dry = await site.dryRun({ notBefore, onDecision: (one) => decisions.push(one) });
    const real = await site.sync({ notBefore });
    expect(comparable(dry)).toEqual(comparable(real));
    expect(occurred(real.outcomes)).toEqual({ entered: 2, finished_before_start: 1 });
    expect(await addresses()).toEqual(['edge@x.com', 'after@x.com']);
    expect(decisions.find(({ resultId }) => resultId === 1)).toMatchObject({
      outcome: 'finished_before_start',
      email: 'before@x.com',
      funnel: 'language',
      testId: 5,
    });
    expect(occurred((await site.sync({ notBefore })).outcomes)).toEqual({
      already_in_funnel: 2,
      finished_before_start: 1,
    });
    expect(occurred((await site.sync()).outcomes)).toEqual({ entered: 1, already_in_funnel: 2 });
  });

  it('holds with a beginning of the run before it as well, of which nobody has to be asked then', async () => {
    await site.finish('ancient@x.com', 5, await ago(site.database, 90 * day));
    await site.finish('old@x.com', 5, await ago(site.database, 40 * day));
    await site.finish('new@x.com', 5, await ago(site.database, 60));
    const since = await ago(site.database, 100 * day);
    const late = async (start: string | undefined): Promise<number> => {
      const session = open(site.database.url, 'read-only');
      try {
        const { entered } = await surveyLate(session, {
          tables: modxTables({ database: undefined, tablePrefix: '' }, engine),
          funnels: bothFunnels,
          lookbackDays: 30,
          batchSize: 500,
          runner: { host: 'test', version: 'test' },
          dryRun: true,
          signal: new AbortController().signal,
          since,
          notBefore: start,
        });
        return entered;
      } finally {
        await session.close();
      }
    };
    expect(await late(undefined)).toBe(2);
    expect(await late(notBefore)).toBe(0);
    const result = await site.sync({ since, notBefore });
    expect(occurred(result.outcomes)).toEqual({ entered: 1, finished_before_start: 2 });
    expect(result.late.entered).toBe(0);
  });

  it('lets somebody in for a test taken again afterwards, whatever stands in the same batch', async () => {
    await site.finish('ann@x.com', 5, await ago(site.database, 6 * day));
    await site.finish('Ann@x.com', 5, await ago(site.database, 60));
    const result = await site.sync({ notBefore });
    expect(occurred(result.outcomes)).toEqual({ entered: 1, finished_before_start: 1 });
    expect(await site.entries()).toMatchObject([{ email: 'ann@x.com', user_id: 2 }]);
  });

  it('is no matter to payments: who entered before the start is marked', async () => {
    await site.finish('ann@x.com', 5, await ago(site.database, 9 * day));
    await site.sync();
    await site.database.admin('UPDATE funnel_entries SET entered_at = ?', [await ago(site.database, 8 * day)]);
    await site.pay('ann@x.com', 1, await ago(site.database, 7 * day));
    const { purchases, outcomes } = await site.sync({ notBefore });
    expect(occurred(outcomes)).toEqual({ already_in_funnel: 1 });
    expect(purchases.entriesMarked).toBe(1);
    expect(await site.jobs('update_after_purchase')).toHaveLength(1);
  });

  it('enters whoever would enter if the site had no earlier results, in any mixture', async () => {
    const people = fc.array(
      fc.record({
        email: fc.constantFrom('a@x.com', 'A@x.com', 'b@x.com', 'in@x.com', 'bought@x.com', 'nobody', ''),
        test: fc.constantFrom(5, 5, 7, 99),
        days: fc.constantFrom(0, 2, 4, 6, 8, 20, 40),
      }),
      { maxLength: 15 },
    );
    const at = new Map<number, string>();
    for (const days of [0, 2, 4, 6, 8, 20, 40]) at.set(days, await ago(site.database, days * day + 3600));
    const bought = await ago(site.database, day);
    const fill = async (told: readonly { email: string; test: number; days: number }[]): Promise<void> => {
      await site.clear();
      for (const { email, test, days } of told) await site.finish(email, test, at.get(days) ?? '');
      await site.enter('in@x.com', 'language', 5, at.get(8) ?? '');
      await site.pay('bought@x.com', 1, bought);
    };
    const identities = async (): Promise<string[]> =>
      (await site.entries()).map(({ email, test_id }) => `${email} ${test_id}`).toSorted();
    const check = async (
      told: { email: string; test: number; days: number }[],
      batchSize: number,
      limit: number | undefined,
    ): Promise<void> => {
      await fill(told.filter(({ days }) => days < 5));
      await site.sync({ batchSize });
      const expected = await identities();
      await fill(told);
      let entered = 0;
      do {
        const dry = await site.dryRun({ batchSize, limit, notBefore });
        const real = await site.sync({ batchSize, limit, notBefore });
        expect(comparable(dry)).toEqual(comparable(real));
        entered = limit === undefined ? 0 : real.outcomes.entered;
      } while (entered > 0);
      expect(await identities()).toEqual(expected);
    };
    const limit = fc.constantFrom(undefined, 1, 2);
    const numRuns = engine === 'sqlite' ? 60 : 10;
    await fc.assert(fc.asyncProperty(people, fc.constantFrom(1, 2, 500), limit, check), { numRuns });
  });
});
