import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../src/funnel/decision.ts';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { bothFunnels, comparable, createSyncedSite, occurred, type SyncedSite } from './synced-site.ts';

const day = 86_400;

describe.each(engines)('a run with a beginning or an end of its own (%s)', (engine) => {
  let site: SyncedSite;
  beforeEach(async () => {
    site = await createSyncedSite(engine);
  });
  afterEach(() => site.drop());

  it('looks at everything from the given moment on, that moment included', async () => {
    for (const [email, at] of [
      ['before@x.com', '2020-05-04 23:59:59'],
      ['edge@x.com', '2020-05-05 00:00:00'],
      ['recent@x.com', await ago(site.database, 60)],
    ] as const) {
      await site.finish(email, 5, at);
    }
    const result = await site.sync({ since: '2020-05-05 00:00:00' });
    expect(result).toMatchObject({ lookedAt: 2, older: 1, remaining: 0, window: { from: '2020-05-05 00:00:00' } });
    expect((await site.entries()).map(({ email }) => email)).toEqual(['edge@x.com', 'recent@x.com']);
  });

  it('may begin later than the look-back would', async () => {
    for (const days of [10, 3]) await site.finish(`d${days}@x.com`, 5, await ago(site.database, days * day));
    const since = await ago(site.database, 5 * day);
    expect(await site.sync({ since })).toMatchObject({ lookedAt: 1, older: 1 });
    expect(await site.sync()).toMatchObject({ lookedAt: 2, older: 0, outcomes: { entered: 1, already_in_funnel: 1 } });
  });

  it('finds nothing when it is to begin in the future', async () => {
    await site.finish('ann@x.com', 5, await ago(site.database, 60));
    expect(await site.sync({ since: '2999-01-01 00:00:00' })).toMatchObject({ lookedAt: 0, older: 1, remaining: 0 });
  });

  it('counts as older what has a date before the window, and not what was never finished', async () => {
    await site.finish('old@x.com', 5, '2019-01-01 00:00:00');
    await site.finish('never@x.com', 5, null);
    if (engine === 'mysql') await site.database.admin("SET SESSION sql_mode = ''");
    await site.finish('zero@x.com', 5, engine === 'mysql' ? '0000-00-00 00:00:00' : '');
    await site.finish('future@x.com', 5, '2999-01-01 00:00:00');
    const oddDates = { no_date: 2, dated_ahead: 1, latest: '2999-01-01 00:00:00' };
    expect(await site.sync()).toMatchObject({ lookedAt: 0, older: 1, oddDates });
    expect(await site.sync({ since: '1000-01-01 00:00:00' })).toMatchObject({ lookedAt: 1, older: 0 });
  });

  it('has as many older ones as it can count, and else more than that', async () => {
    const seconds = await ago(site.database, 90 * day);
    const numbers =
      engine === 'mysql'
        ? 'SELECT seq FROM seq_1_to_100001'
        : 'WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 100001) SELECT seq FROM n';
    await site.database.admin(
      `INSERT INTO simpletest_users SELECT seq, 'a@x.com', 5, '${seconds}', 1 FROM (${numbers}) AS numbers`,
    );
    expect((await site.sync()).older).toBe(100_001);
    await site.database.admin('DELETE FROM simpletest_users WHERE Id <= 1');
    expect((await site.sync()).older).toBe(100_000);
  });

  it.each([1, 2, 500])('stops at the limit and goes on the next time (batches of %i)', async (batchSize) => {
    const hourAgo = await ago(site.database, 3600);
    for (const person of ['a', 'b', 'a', 'c', 'd', 'a', 'e']) await site.finish(`${person}@x.com`, 5, hourAgo);
    const first = await site.sync({ limit: 2, batchSize });
    expect(first).toMatchObject({ interrupted: false, outcomes: { entered: 2 } });
    expect(first.lookedAt + first.remaining).toBe(7);
    expect((await site.entries()).map(({ email }) => email)).toEqual(['a@x.com', 'b@x.com']);
    expect(await site.sync({ limit: 2, batchSize })).toMatchObject({ outcomes: { entered: 2, already_in_funnel: 4 } });
    const last = await site.sync({ limit: 2, batchSize });
    expect(last).toMatchObject({ lookedAt: 7, remaining: 0, outcomes: { entered: 1, already_in_funnel: 6 } });
    expect(await site.jobs()).toHaveLength(5);
  });

  // What a limit has to get along with: repeats, obstacles of each kind, earlier entries, purchases.
  const results = fc.array(
    fc.record({
      email: fc.constantFrom('a@x.com', 'A@x.com', 'b@x.com', 'é@x.com', 'bought@x.com', 'in@x.com', 'nobody', ''),
      test: fc.constantFrom(5, 5, 5, 6, 7, 99),
    }),
    { maxLength: 20 },
  );
  it('any limit is kept, in any mixture, told in advance, and all get in at last as without one', async () => {
    const hourAgo = await ago(site.database, 3600);
    const funnels = { ...bothFunnels, non_language: { listId: undefined, source: undefined } };
    const fill = async (told: readonly { email: string; test: number }[]): Promise<void> => {
      await site.clear();
      for (const { email, test } of told) await site.finish(email, test, hourAgo);
      await site.enter('in@x.com', 'language', 5, '2026-01-01 00:00:00');
      await site.pay('bought@x.com', 1, await ago(site.database, 1800));
    };
    const identities = async (): Promise<string[]> =>
      (await site.entries()).map(({ email, test_id }) => `${email} ${test_id}`).toSorted();
    const check = async (told: { email: string; test: number }[], limit: number, batchSize: number): Promise<void> => {
      await fill(told);
      const all = await site.sync({ funnels, batchSize });
      const expected = await identities();
      await fill(told);
      let left = all.outcomes.entered;
      do {
        const decisions: Decision[] = [];
        const dry = await site.dryRun({ funnels, batchSize, limit });
        const explained = await site.dryRun({ funnels, batchSize, limit, onDecision: (one) => decisions.push(one) });
        const real = await site.sync({ funnels, batchSize, limit });
        expect(comparable(dry)).toEqual(comparable(real));
        expect(real.outcomes.entered).toBe(Math.min(limit, left));
        expect(real.lookedAt + real.remaining).toBe(told.length);
        expect(explained.outcomes.entered).toBe(real.outcomes.entered);
        expect(explained.lookedAt + explained.remaining).toBe(told.length);
        expect(new Set(decisions.map(({ resultId }) => resultId)).size).toBe(explained.lookedAt);
        left -= real.outcomes.entered;
      } while (left > 0);
      expect(await identities()).toEqual(expected);
      expect(await site.jobs('upsert_contact')).toHaveLength(all.outcomes.entered);
      expect(await site.sync({ funnels, batchSize, limit })).toMatchObject({ remaining: 0, lookedAt: told.length });
    };
    const [limit, batchSize] = [fc.integer({ min: 1, max: 4 }), fc.constantFrom(1, 2, 3, 500)];
    const numRuns = engine === 'sqlite' ? 100 : 12;
    await fc.assert(fc.asyncProperty(results, limit, batchSize, check), { numRuns });
  });

  it('takes a thousand repeats of somebody who may not enter in a few questions', async () => {
    const hourAgo = await ago(site.database, 3600);
    for (let time = 0; time < 1000; time += 1) await site.finish('ann@x.com', 7, hourAgo);
    const funnels = { ...bothFunnels, non_language: { listId: undefined, source: undefined } };
    let steps = 0;
    const result = await site.sync({ funnels, batchSize: 100, onProgress: () => (steps += 1) });
    expect(occurred(result.outcomes)).toEqual({ funnel_not_configured: 1000 });
    expect(steps).toBeLessThan(20);
  });
});
