import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runFunnels } from '../support/program.ts';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { createSyncedSite, occurred, type SyncedSite } from './synced-site.ts';

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
});
