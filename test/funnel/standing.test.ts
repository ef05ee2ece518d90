import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { createSyncedSite, occurred, type SyncedSite } from './synced-site.ts';

describe.each(engines)('what keeps a finished test from entering (%s)', (engine) => {
  let site: SyncedSite;
  const hoursAgo = (hours: number): Promise<string> => ago(site.database, hours * 3600);
  beforeAll(async () => {
    site = await createSyncedSite(engine);
  });
  beforeEach(() => site.clear());
  afterAll(() => site.drop());

  /** Runs dry and for real; the counters have to be the same. */
  async function outcomes(batchSize = 500): Promise<Record<string, number>> {
    const dry = await site.dryRun({ batchSize });
    const real = await site.sync({ batchSize });
    expect(dry.outcomes).toEqual(real.outcomes);
    return occurred(real.outcomes);
  }

  it('is an entry for the same test, however long ago it was made', async () => {
    await site.enter('ann@x.com', 'language', 5, '2019-01-01 00:00:00');
    await site.finish('Ann@x.com', 5, await hoursAgo(1));
    expect(await outcomes()).toEqual({ already_in_funnel: 1 });
  });

  it('is not an entry in the other funnel or for another test', async () => {
    await site.enter('ann@x.com', 'non_language', 5, await hoursAgo(0));
    await site.enter('ann@x.com', 'language', 6, await hoursAgo(0));
    await site.finish('ann@x.com', 5, await hoursAgo(1));
    expect(await outcomes()).toEqual({ entered: 1 });
  });

  it("is an entry without a test number that was made after the finish, or at the finish's very second", async () => {
    const finish = await hoursAgo(3);
    await site.enter('ann@x.com', 'language', 0, finish);
    await site.enter('bob@x.com', 'language', 0, await hoursAgo(2));
    await site.finish('ann@x.com', 5, finish);
    await site.finish('bob@x.com', 5, finish);
    await site.finish('bob@x.com', 6, finish);
    expect(await outcomes()).toEqual({ covered_by_older_entry: 3 });
  });

  it('is not an entry without a test number for what was finished later, or for the other funnel', async () => {
    await site.enter('ann@x.com', 'language', 0, await hoursAgo(2));
    await site.finish('ann@x.com', 5, await hoursAgo(1));
    await site.finish('ann@x.com', 7, await hoursAgo(3));
    expect(await outcomes()).toEqual({ entered: 2 });
  });

  it('is a certificate of that kind paid since, or in the very second of the finish', async () => {
    const finish = await hoursAgo(3);
    await site.finish('ann@x.com', 5, finish);
    await site.finish('bob@x.com', 5, finish);
    await site.pay(' ANN@x.com ', 1, await hoursAgo(2));
    await site.pay('bob@x.com', 1, finish);
    expect(await outcomes()).toEqual({ already_bought: 2 });
    expect(await outcomes()).toEqual({ already_bought: 2 });
    expect(await site.jobs()).toEqual([]);
  });

  it('is not a payment before the finish, for the other kind, unpaid, or by somebody else', async () => {
    const finish = await hoursAgo(3);
    for (const name of ['ann', 'bob', 'cat', 'dan']) await site.finish(`${name}@x.com`, 5, finish);
    await site.pay('ann@x.com', 1, await hoursAgo(4));
    await site.pay('bob@x.com', 2, await hoursAgo(2));
    await site.pay('cat@x.com', 1, await hoursAgo(2), 1);
    await site.pay('dan+1@x.com', 1, await hoursAgo(2));
    expect(await outcomes()).toEqual({ entered: 4 });
  });

  it.each([1, 500])(
    'is judged for each finish by itself when a payment lies between two (batches of %i)',
    async (size) => {
      await site.finish('ann@x.com', 5, await hoursAgo(6));
      await site.finish('ann@x.com', 5, await hoursAgo(5));
      await site.pay('ann@x.com', 1, await hoursAgo(4));
      const second = await hoursAgo(3);
      const row = await site.finish('ann@x.com', 5, second);
      await site.finish('ann@x.com', 5, await hoursAgo(2));
      expect(await outcomes(size)).toEqual({ already_bought: 2, entered: 1, repeated_in_run: 1 });
      const [entry] = await site.entries();
      expect(entry).toMatchObject({ user_id: row, test_completed_at: second, certificate_purchased: 0 });
      expect(occurred((await site.sync()).outcomes)).toEqual({ already_in_funnel: 4 });
    },
  );

  it('is a purchase that an interrupted run had already taken in', async () => {
    await site.finish('ann@x.com', 5, await hoursAgo(3));
    await site.pay('ann@x.com', 1, await hoursAgo(2));
    await site.sync({ signal: AbortSignal.abort() });
    expect(await site.database.admin('SELECT matched_at FROM funnel_purchases')).toEqual([{ matched_at: null }]);
    expect(await outcomes()).toEqual({ already_bought: 1 });
  });
});
