import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyResult } from '../../src/funnel/counts.ts';
import { createSyncedSite, type SyncedSite } from '../funnel/synced-site.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { ago, createSite } from '../support/site.ts';
import { createTestDatabase, engines } from '../support/test-databases.ts';

const lists = { FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5', FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID: '7' };

describe.each(engines)('funnels sync (%s)', (engine) => {
  let site: SyncedSite;
  beforeEach(async () => {
    site = await createSyncedSite(engine);
  });
  afterEach(() => site.drop());

  function run(words: string[], environment: Record<string, string> = lists): Promise<Run> {
    return runFunnels(['sync', ...words], { environment: { ...environment, FUNNELS_DATABASE_URL: site.database.url } });
  }

  /** Ann and Bob finished, Bob twice, and somebody without an address; Cat entered long ago and has bought. */
  async function busyDay(): Promise<void> {
    const hourAgo = await ago(site.database, 3600);
    for (const [email, test] of [
      ['ann@x.com', 5],
      ['bob@x.com', 7],
      ['bob@x.com', 7],
      ['', 5],
    ] as const) {
      await site.finish(email, test, hourAgo);
    }
    await site.enter('cat@x.com', 'language', 5, '2026-01-01 00:00:00');
    await site.enter('cat@x.com', 'language', 6, '2026-01-01 00:00:00');
    await site.pay('cat@x.com', 1, hourAgo);
    await site.pay('dan@x.com', 1, hourAgo);
  }

  it('prints rows when piped', async () => {
    await busyDay();
    expect(await run([])).toEqual({
      code: 0,
      signal: null,
      stderr: '',
      stdout: [
        'results\tentered\t2',
        'results\trepeated_in_run\t1',
        'results\tno_address\t1',
        'results\tlooked_at\t4',
        'payments\tmarked\t1',
        'payments\tnot_in_funnel\t1',
        'payments\tlooked_at\t2',
        'entries\tmarked_as_bought\t2',
        '',
      ].join('\n'),
    });
  });

  it('first says what it would do, and then does just that', async () => {
    await busyDay();
    const dry = await run(['--dry-run', '--format', 'table']);
    expect(withoutTimes(dry.stdout)).toBe(`Test results finished from TIME to TIME
    2  would enter           language 1, non_language 1
    1  repeated in this run (same person and test)
    1  without an address
    4  looked at
New paid certificates
    1  bought after entering  2 entries to be marked
    1  by people who are in no such funnel
    2  looked at
Nothing was written. To do it: funnels sync
`);
    expect(await site.entries()).toHaveLength(2);
    expect(await site.jobs()).toEqual([]);
    const real = await run(['--format', 'table']);
    expect(withoutTimes(real.stdout)).toBe(`Test results finished from TIME to TIME
    2  entered               language 1, non_language 1
    1  repeated in this run (same person and test)
    1  without an address
    4  looked at
New paid certificates
    1  bought after entering  2 entries marked
    1  by people who are in no such funnel
    2  looked at
Next: funnels drain-outbox
`);
    expect([dry.code, dry.stderr, real.code, real.stderr]).toEqual([0, '', 0, '']);
    expect(await site.entries()).toHaveLength(4);
    expect(await site.jobs()).toHaveLength(4);
  });

  it('is short when there is nothing new', async () => {
    await site.finish('ann@x.com', 5, await ago(site.database, 60));
    await run([]);
    const { code, stdout } = await run(['--format', 'table']);
    expect(code).toBe(0);
    expect(withoutTimes(stdout)).toBe(`Test results finished from TIME to TIME
    1  already in the funnel
    1  looked at
No new paid certificates.
`);
  });

  it('is shorter still when there is nothing at all', async () => {
    const { code, stdout } = await run(['--format', 'table']);
    expect(code).toBe(0);
    expect(withoutTimes(stdout)).toBe('No test results finished from TIME to TIME.\nNo new paid certificates.\n');
  });

  it('gives everything as JSON, to a dry run the word that it was one', async () => {
    await busyDay();
    const dry = await run(['--dry-run', '--json']);
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(dry.stdout)).toEqual({
      dryRun: true,
      window: { from: expect.stringMatching(time), to: expect.stringMatching(time) },
      lookedAt: 4,
      remaining: 0,
      older: 0,
      oddDates: { no_date: 0, dated_ahead: 0, latest: null },
      late: { before: expect.stringMatching(time), entered: 0, oldest: null },
      outcomes: {
        entered: 2,
        already_in_funnel: 0,
        entered_otherwise: 0,
        repeated_in_run: 1,
        covered_by_older_entry: 0,
        already_bought: 0,
        no_address: 1,
        not_an_address: 0,
        no_such_test: 0,
        funnel_not_configured: 0,
        finished_before_start: 0,
        lost_race: 0,
        refused_by_database: 0,
      },
      entered: { language: 1, non_language: 1 },
      purchases: {
        ...emptyResult(false).purchases,
        lookedAt: 2,
        outcomes: { ...emptyResult(false).purchases.outcomes, marked: 1, not_in_funnel: 1 },
        entriesMarked: 2,
      },
      interrupted: false,
    });
    expect((await run(['--dry-run'])).stdout).toMatch(/^run\tdry_run\t1$/m);
  });

  it('says which funnel it skips', async () => {
    await busyDay();
    const { code, stdout, stderr } = await run([], { FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5' });
    expect(code).toBe(0);
    expect(stderr).toBe('The funnel non_language has no list (funnels.non_language.listId): skipped.\n');
    expect(stdout).toContain('results\tfunnel_not_configured\t2\n');
    expect(await site.jobs('upsert_contact')).toHaveLength(1);
  });

  it('takes batch size and look-back from the settings', async () => {
    await site.finish('ann@x.com', 5, await ago(site.database, 3 * 86_400));
    const result = await run(['--json'], { ...lists, FUNNELS_SYNC_LOOKBACK_DAYS: '2', FUNNELS_SYNC_BATCH_SIZE: '1' });
    expect(JSON.parse(result.stdout)).toMatchObject({ lookedAt: 0, older: 1 });
  });

  it('without the tables of the site ends with 78 and names the settings', async () => {
    await site.database.admin('DROP TABLE simpletest_users');
    const { code, stdout, stderr } = await run([]);
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).toMatch(/simpletest_users/);
    expect(stderr).toMatch(/modx\.database and modx\.tablePrefix/);
  });
});

it.each(engines)('funnels sync before funnels migrate ends with 65 and says what to run (%s)', async (engine) => {
  const database = await createTestDatabase(engine);
  try {
    await createSite(database);
    const environment = { ...lists, FUNNELS_DATABASE_URL: database.url };
    for (const words of [['sync'], ['sync', '--dry-run']]) {
      const { code, stdout, stderr } = await runFunnels(words, { environment });
      expect([code, stdout]).toEqual([65, '']);
      expect(stderr).toContain('funnels migrate');
    }
  } finally {
    await database.drop();
  }
});

const time = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

function withoutTimes(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME');
}
