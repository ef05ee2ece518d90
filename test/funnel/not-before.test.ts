import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { surveyLate } from '../../src/funnel/late.ts';
import { modxTables } from '../../src/modx/tables.ts';
import { runFunnels } from '../support/program.ts';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { bothFunnels, comparable, createSyncedSite, occurred, open, type SyncedSite } from './synced-site.ts';

const day = 86_400;

describe.each(engines)('a beginning before which nobody enters (%s)', (engine) => {
  let site: SyncedSite;
  beforeEach(async () => {
    site = await createSyncedSite(engine);
  });
  afterEach(() => site.drop());

  const people = async (): Promise<string[]> => (await site.entries()).map(({ email }) => email);

  it('leaves out what was finished before, to the second, with a counter of its own', async () => {
    const notBefore = await ago(site.database, 5 * day);
    await site.finish('before@x.com', 5, await ago(site.database, 5 * day + 1));
    await site.finish('edge@x.com', 5, notBefore);
    await site.finish('after@x.com', 7, await ago(site.database, 60));
    const counts = { entered: 2, finished_before_start: 1 };
    expect(occurred((await site.dryRun({ notBefore })).outcomes)).toEqual(counts);
    expect(occurred((await site.sync({ notBefore })).outcomes)).toEqual(counts);
    expect(await people()).toEqual(['edge@x.com', 'after@x.com']);
    expect(occurred((await site.sync()).outcomes)).toEqual({ entered: 1, already_in_funnel: 2 });
  });

  it('keeps nobody out who finishes the same test again, in the same run or a later one', async () => {
    const notBefore = await ago(site.database, 5 * day);
    await site.finish('ann@x.com', 5, await ago(site.database, 6 * day));
    await site.finish('bob@x.com', 5, await ago(site.database, 6 * day));
    await site.finish('bob@x.com', 5, await ago(site.database, 4 * day));
    expect(occurred((await site.sync({ notBefore })).outcomes)).toEqual({ entered: 1, finished_before_start: 2 });
    await site.finish('ann@x.com', 5, await ago(site.database, 60));
    await site.sync({ notBefore });
    expect((await people()).sort()).toEqual(['ann@x.com', 'bob@x.com']);
  });

  it('says of the rest what it would say without: in the funnel, covered, bought, without a list', async () => {
    const [finished, entered] = [await ago(site.database, 6 * day), await ago(site.database, 5 * day)];
    for (const name of ['known', 'covered', 'buyer', 'new']) await site.finish(`${name}@x.com`, 5, finished);
    await site.finish('listless@x.com', 7, finished);
    await site.enter('known@x.com', 'language', 5, entered, finished);
    await site.enter('covered@x.com', 'language', 0, entered);
    await site.pay('buyer@x.com', 1, await ago(site.database, day));
    const funnels = {
      language: { listId: 5, source: undefined },
      non_language: { listId: undefined, source: undefined },
    };
    const result = await site.sync({ funnels, notBefore: await ago(site.database, 60) });
    expect(occurred(result.outcomes)).toEqual({
      already_in_funnel: 1,
      covered_by_older_entry: 1,
      already_bought: 1,
      finished_before_start: 1,
      funnel_not_configured: 1,
    });
  });

  it('is the start of the day that sync.notBefore names, and stronger than --since', async () => {
    const [today] = await site.database.admin<{ day: string }>('SELECT SUBSTR(CURRENT_TIMESTAMP, 1, 10) AS day');
    await site.finish('old@x.com', 5, await ago(site.database, 40 * day));
    await site.finish('yesterday@x.com', 5, await ago(site.database, day));
    await site.finish('today@x.com', 5, `${today?.day} 00:00:00`);
    const run = await runFunnels(['sync', '--since', '2020-01-01', '--explain', '--format', 'tsv'], {
      environment: {
        FUNNELS_DATABASE_URL: site.database.url,
        FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5',
        FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID: '0',
        FUNNELS_SYNC_NOT_BEFORE: today?.day ?? '',
      },
    });
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('The funnel non_language has no list') });
    expect(run.stdout.match(/^\w+(?=\t\d{4}-)/gm)?.sort()).toEqual([
      'entered',
      'finished_before_start',
      'finished_before_start',
    ]);
    expect(run.stdout).toContain('results\tfinished_before_start\t2\n');
    expect(await people()).toEqual(['today@x.com']);
  });

  it('takes a site that keeps only days at its word: a start at midnight lets in whoever finished on that day', async () => {
    if (engine === 'mysql') await site.database.admin('ALTER TABLE simpletest_users MODIFY Datep DATE');
    const ages = [7, 6, 5, 4];
    const days = await Promise.all(ages.map(async (age) => (await ago(site.database, age * day)).slice(0, 10)));
    for (const [index, date] of days.entries()) await site.finish(`d${ages[index]}@x.com`, 5, date);
    const result = await site.sync({ notBefore: `${days[1]} 00:00:00` });
    expect(occurred(result.outcomes)).toEqual({ entered: 3, finished_before_start: 1 });
    expect(await people()).toEqual(['d6@x.com', 'd5@x.com', 'd4@x.com']);
  });

  it('sees fractions of a second where the site keeps them', async () => {
    if (engine === 'mysql') await site.database.admin('ALTER TABLE simpletest_users MODIFY Datep DATETIME(3)');
    const notBefore = await ago(site.database, 5 * day);
    await site.finish('just@x.com', 5, `${notBefore}.001`);
    await site.finish('not@x.com', 5, `${await ago(site.database, 5 * day + 1)}.999`);
    await site.sync({ notBefore });
    expect(await people()).toEqual(['just@x.com']);
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
    const notBefore = await ago(site.database, 5 * day);
    expect(await late(undefined)).toBe(2);
    expect(await late(notBefore)).toBe(0);
    const result = await site.sync({ since, notBefore });
    expect(occurred(result.outcomes)).toEqual({ entered: 1, finished_before_start: 2 });
    expect(result.late.entered).toBe(0);
  });

  it('is no matter to payments: who entered before the start is marked', async () => {
    const notBefore = await ago(site.database, 5 * day);
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
    const results = fc.array(
      fc.record({
        email: fc.constantFrom('a@x.com', 'A@x.com', 'b@x.com', 'in@x.com', 'bought@x.com', 'nobody', ''),
        test: fc.constantFrom(5, 5, 7, 99),
        days: fc.constantFrom(0, 2, 4, 6, 8, 20, 40),
      }),
      { maxLength: 15 },
    );
    const at = new Map<number, string>();
    for (const days of [0, 2, 4, 6, 8, 20, 40]) at.set(days, await ago(site.database, days * day + 3600));
    const [bought, notBefore] = [await ago(site.database, day), await ago(site.database, 5 * day)];
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
    await fc.assert(fc.asyncProperty(results, fc.constantFrom(1, 2, 500), limit, check), { numRuns });
  });
});
