import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../src/funnel/decision.ts';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { createSyncedSite, occurred, type SyncedSite } from './synced-site.ts';

// A correction on the site makes another identity of a result that has entered.
const corrections = {
  'the language of its test': 'UPDATE simpletest_test SET LangId = 1 WHERE Id = 7',
  'its address': "UPDATE simpletest_users SET Email = CONCAT('new-', Email)",
  'its test': 'UPDATE simpletest_users SET TestId = 8',
  'its address and its test': "UPDATE simpletest_users SET Email = CONCAT('new-', Email), TestId = 5",
  'its test and its date': 'UPDATE simpletest_users SET TestId = 5, Datep = CURRENT_TIMESTAMP',
} as const;

describe.each(engines)('a result that has entered (%s)', (engine) => {
  let site: SyncedSite;
  const hoursAgo = (hours: number): Promise<string> => ago(site.database, hours * 3600);
  const change = (sql: string): Promise<unknown> =>
    site.database.admin(engine === 'mysql' ? sql : sql.replace("CONCAT('new-', Email)", "'new-' || Email"));
  beforeAll(async () => {
    site = await createSyncedSite(engine);
  });
  beforeEach(async () => {
    await site.clear();
    await site.database.admin('UPDATE simpletest_test SET LangId = 99 WHERE Id = 7');
  });
  afterAll(() => site.drop());

  it.each(Object.entries(corrections))('does not enter again when the site corrects %s', async (_, correction) => {
    for (const name of ['ann', 'bob', 'cat']) await site.finish(`${name}@x.com`, 7, await hoursAgo(2));
    await site.sync();
    const before = await site.entries();
    await change(correction);
    const late = await site.finish('dan@x.com', 7, await hoursAgo(1));
    const told: Decision[] = [];
    const dry = await site.dryRun({ batchSize: 2, onDecision: (decision) => told.push(decision) });
    const real = await site.sync({ batchSize: 2 });
    expect(dry.outcomes).toEqual(real.outcomes);
    expect(occurred(real.outcomes)).toEqual({ entered: 1, entered_otherwise: 3 });
    const others = told.filter(({ outcome }) => outcome === 'entered_otherwise');
    expect(others.map(({ detail }) => detail)).toEqual(before.map(({ id }) => `entry ${id}`));
    expect((await site.entries()).slice(3)).toMatchObject([{ user_id: late }]);
    expect(await site.jobs()).toHaveLength(4);
    expect(occurred((await site.sync()).outcomes)).toEqual({ already_in_funnel: 1, entered_otherwise: 3 });
  });

  it.each([1, 2, 500])('keeps its repetitions out, too (batches of %i)', async (batchSize) => {
    for (const hours of [5, 4, 3]) await site.finish('ann@x.com', 7, await hoursAgo(hours));
    await site.finish('bob@x.com', 7, await hoursAgo(2));
    await site.sync();
    for (const correction of ['the language of its test', 'its address'] as const) {
      await change(corrections[correction]);
      const dry = await site.dryRun({ batchSize });
      const explained = await site.dryRun({ batchSize, onDecision: () => undefined });
      const real = await site.sync({ batchSize });
      expect([dry.outcomes, explained.outcomes]).toEqual([real.outcomes, real.outcomes]);
      expect(occurred(real.outcomes)).toEqual({ entered_otherwise: 4 });
    }
    expect(await site.entries()).toHaveLength(2);
  });

  it.each([1, 500])(
    'keeps its person out of the test when the site corrects its language, %i at a time',
    async (batchSize) => {
      for (const hours of [5, 4]) await site.finish('ann@x.com', 7, await hoursAgo(hours));
      await site.sync();
      await site.finish(' Ann@x.com', 7, await hoursAgo(0));
      await site.finish('bob@x.com', 7, await hoursAgo(1));
      expect(occurred((await site.sync()).outcomes)).toEqual({ already_in_funnel: 3, entered: 1 });
      await change('UPDATE simpletest_test SET LangId = 1 WHERE Id = 7');
      await site.finish('cat@x.com', 7, await hoursAgo(1));
      const dry = await site.dryRun({ batchSize });
      const real = await site.sync({ batchSize });
      expect(dry.outcomes).toEqual(real.outcomes);
      expect(occurred(real.outcomes)).toEqual({ entered: 1, entered_otherwise: 4 });
      expect((await site.entries()).map(({ email, funnel_type }) => [email, funnel_type])).toEqual([
        ['ann@x.com', 'non_language'],
        ['bob@x.com', 'non_language'],
        ['cat@x.com', 'language'],
      ]);
    },
  );

  it('counts its repetitions alike in batches of any size', async () => {
    await site.finish('ann@x.com', 7, await hoursAgo(5));
    const result = await site.finish('bob@x.com', 7, await hoursAgo(4));
    await site.pay('ann@x.com', 2, await hoursAgo(2));
    expect(occurred((await site.sync()).outcomes)).toEqual({ already_bought: 1, entered: 1 });
    await site.database.admin("UPDATE simpletest_users SET Email = 'ann@x.com' WHERE Id = ?", [result]);
    await site.finish('ann@x.com', 7, await hoursAgo(3));
    for (const batchSize of [1, 2, 500]) {
      const { outcomes } = await site.sync({ batchSize });
      expect(occurred(outcomes), `batches of ${batchSize}`).toEqual({ already_bought: 1, entered_otherwise: 2 });
    }
  });

  it('is not another one that has its number, because the site numbers anew', async () => {
    const result = await site.finish('ann@x.com', 7, await hoursAgo(1));
    await site.enter('bob@x.com', 'language', 5, await hoursAgo(2));
    await site.database.admin('UPDATE funnel_entries SET user_id = ?', [result]);
    expect(occurred((await site.dryRun()).outcomes)).toEqual({ entered: 1 });
    expect(occurred((await site.sync()).outcomes)).toEqual({ entered: 1 });
  });

  it('is not one of which an entry knows no number', async () => {
    await site.enter('ann@x.com', 'non_language', 7, await hoursAgo(5));
    await site.finish('bob@x.com', 7, await hoursAgo(2));
    expect(occurred((await site.sync()).outcomes)).toEqual({ entered: 1 });
  });

  it('is looked for before anything else that would keep it out', async () => {
    const result = await site.finish('ann@x.com', 7, await hoursAgo(2));
    await site.sync();
    await change("UPDATE simpletest_users SET Email = CONCAT('new-', Email)");
    await site.enter('new-ann@x.com', 'non_language', 0, await hoursAgo(1));
    await site.pay('new-ann@x.com', 2, await hoursAgo(1));
    const { outcomes } = await site.sync({ funnels: { language: none, non_language: none } });
    expect([result, occurred(outcomes)]).toEqual([result, { entered_otherwise: 1 }]);
  });
});

const none = { listId: undefined, source: undefined };
