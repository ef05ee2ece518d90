import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SyncResult } from '../../src/funnel/counts.ts';
import { createSyncedSite, type SyncedSite } from '../funnel/synced-site.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';

const lists = { FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5', FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID: '7' };

describe.each(engines)('the flags of funnels sync (%s)', (engine) => {
  let site: SyncedSite;
  let hourAgo: string;
  beforeEach(async () => {
    site = await createSyncedSite(engine);
    hourAgo = await ago(site.database, 3600);
  });
  afterEach(() => site.drop());

  function run(...words: string[]): Promise<Run> {
    return runFunnels(['sync', ...words], { environment: { ...lists, FUNNELS_DATABASE_URL: site.database.url } });
  }

  it('--since takes in what is older than the look-back, as the summary had said', async () => {
    await site.finish('old@x.com', 5, '2020-05-05 00:00:00');
    await site.finish('ann@x.com', 5, hourAgo);
    const first = await run('--format', 'table');
    expect(first.stdout).toContain('\n1 older result was left out: funnels sync --since YYYY-MM-DD\n');
    expect((await run()).stdout).toContain('results\tolder\t1\n');
    const oldest = /2020-05-05 00:00:00/;
    const refused = await run('--since', '2020-05-05');
    expect(refused).toMatchObject({ code: 64, stdout: '', stderr: expect.stringMatching(oldest) });
    expect(refused.stderr).toMatch(
      /^Error: 1 result that would enter was finished more than sync\.lookbackDays \(30 days\) ago, .*, [\d,]+ days ago: this person .* Nothing was changed\.\nTo .* --yes\. /,
    );
    expect((await site.entries()).map(({ email }) => email)).toEqual(['ann@x.com']);
    const dry = await run('--since', '2020-05-05', '--dry-run', '--format', 'table');
    expect(dry.stdout).toMatch(
      /^1 would enter from before the look-back, .*;\nthe oldest finished on 2020-05-05 00:00:00\.$/m,
    );
    const second = await run('--since', '2020-05-05', '--json', '--yes');
    expect(JSON.parse(second.stdout)).toMatchObject({
      window: { from: '2020-05-05 00:00:00' },
      older: 0,
      lookedAt: 2,
      late: { entered: 1, oldest: '2020-05-05 00:00:00' },
      outcomes: { entered: 1, already_in_funnel: 1 },
    });
    // There is nobody left to be asked about.
    expect(await run('--since', '2020-05-05')).toMatchObject({ code: 0, stderr: '' });
  });

  it('sync.notBefore holds with --since too: told, counted, explained, and nobody is asked about', async () => {
    await site.finish('old@x.com', 5, '2020-05-05 00:00:00');
    await site.finish('ann@x.com', 5, hourAgo);
    const runFrom = (...words: string[]): Promise<Run> =>
      runFunnels(['sync', ...words], {
        environment: {
          ...lists,
          FUNNELS_DATABASE_URL: site.database.url,
          FUNNELS_SYNC_NOT_BEFORE: '2020-06-01 08:30',
        },
      });
    const holds =
      'sync.notBefore holds with --since too: nobody enters for a test finished before 2020-06-01 08:30:00.\n';
    const dry = await runFrom('--since', '2020-05-01', '--dry-run', '--explain');
    expect(dry.stdout).toContain('finished_before_start\t2020-05-05 00:00:00\t1\t5\tlanguage\told@x.com\t\t\t\n');
    expect(dry.stdout).toContain('\nresults\tfinished_before_start\t1\n');
    const real = await runFrom('--since', '2020-05-01', '--format', 'table');
    expect(real).toMatchObject({ code: 0, stderr: holds });
    expect(real.stdout).toMatch(/^ +1 {2}finished before sync\.notBefore$/m);
    expect((await site.entries()).map(({ email }) => email)).toEqual(['ann@x.com']);
    expect(await runFrom('--since', '2020-06-02')).toMatchObject({ code: 0, stderr: '' });
  });

  it('--limit ends after so many entries and says how many results were left', async () => {
    for (const name of ['ann', 'bob', 'cat', 'dan', 'eve']) await site.finish(`${name}@x.com`, 5, hourAgo);
    const dry = await run('--limit', '2', '--dry-run');
    const first = await run('--limit', '2', '--format', 'table');
    expect(first.stdout).toContain('\n3 results were not looked at; the next run goes on from there.\n');
    expect(dry.stdout).toMatch(/^results\tentered\t2\nresults\tlooked_at\t2\nresults\tremaining\t3$/m);
    const { outcomes, remaining } = JSON.parse((await run('--limit', '10', '--json')).stdout) as SyncResult;
    expect([outcomes.entered, outcomes.already_in_funnel, remaining]).toEqual([3, 2, 0]);
  });

  it('--explain lists every result before the summary, for cut and awk', async () => {
    for (const email of ['ann@x.com', 'ann@x.com', 'no at', '\tANN@X.com', 'a\nb\tc@x.com'])
      await site.finish(email, 5, hourAgo);
    const { code, stdout, stderr } = await run('--explain', '--dry-run');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.trimEnd().split('\n').slice(0, 5).toSorted()).toEqual(
      [
        `entered\t${hourAgo}\t1\t5\tlanguage\tann@x.com\t\t\t`,
        `repeated_in_run\t${hourAgo}\t2\t5\tlanguage\tann@x.com\t\t\t`,
        `not_an_address\t${hourAgo}\t3\t5\t\tno at\tno @\t\t`,
        `repeated_in_run\t${hourAgo}\t4\t5\tlanguage\tann@x.com\t\t\t`,
        `not_an_address\t${hourAgo}\t5\t5\t\ta\\nb\\tc@x.com\twhite space inside\t\t`,
      ].toSorted(),
    );
    expect(stdout).toContain('\nresults\tentered\t1\n');
    const aligned = (await run('--explain', '--format', 'table')).stdout;
    expect(aligned).toContain(`entered                 ${hourAgo}  1         5       language      ann@x.com\n`);
    expect(aligned).toContain('a\\nb\\tc@x.com');
    expect((await run('--explain')).stdout).toContain(
      `already_in_funnel\t${hourAgo}\t4\t5\tlanguage\tann@x.com\t\t\t\n`,
    );
  });

  it('--explain has named columns in csv, and an object a line in json, whose last one is the summary', async () => {
    for (const email of ['ann@x.com', 'no at']) await site.finish(email, 5, hourAgo);
    const csv = await run('--explain', '--dry-run', '--format', 'csv');
    expect(csv.stdout.split('\n')[0]).toBe(
      'outcome,finished_at,result_id,test_id,funnel,email,detail,payment_id,paid_at',
    );
    expect(csv.stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(csv.stderr).toMatch(/ 2 {2}looked at\n/);
    const json = await run('--explain', '--dry-run', '--json');
    const lines = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(
      lines
        .slice(0, 2)
        .map(({ outcome }) => outcome)
        .toSorted(),
    ).toEqual(['entered', 'not_an_address']);
    expect(lines[2]).toMatchObject({ summary: { dryRun: true, lookedAt: 2 } });
    expect(lines).toHaveLength(3);
    await site.database.admin('DROP TABLE simpletest_lang');
    const broken = await run('--explain', '--json');
    expect(JSON.parse(broken.stdout)).toMatchObject({ error: { exit: broken.code } });
    expect(broken.stdout.trimEnd()).not.toContain('\n');
  });
});

describe('flags of funnels sync that cannot be', () => {
  const environment = { ...lists, FUNNELS_DATABASE_URL: 'sqlite:/nowhere/at-all.sqlite' };
  it.each([
    [['--since', '2026-02-30'], /--since "2026-02-30": there is no such day/],
    [['--since', 'yesterday'], /--since "yesterday": a date is written YYYY-MM-DD/],
    [['--since', '2026-01-01 10:00'], /--since/],
    [['--since', ''], /--since/],
    [['--limit', '0'], /--limit|limit/],
    [['--limit', '-1'], /limit/],
    [['--limit', '1.5'], /limit/],
    [['--limit', 'many'], /limit/],
  ])('%s are refused', async (words, message) => {
    const { code, stdout, stderr } = await runFunnels(['sync', ...words], { environment });
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  });
});
