import { afterEach, describe, expect, it } from 'vitest';
import type { SyncResult } from '../../src/funnel/counts.ts';
import { type RunOptions, runFunnels, startFunnels } from '../support/program.ts';
import { ago } from '../support/site.ts';
import { type Engine, engines } from '../support/test-databases.ts';
import { createSyncedSite, expectSums, type SyncedSite } from './synced-site.ts';

const people = 5_000;

describe.each(engines)('runs at the same time, and runs that end before their time (%s)', (engine) => {
  let site: SyncedSite;
  let options: RunOptions;
  afterEach(() => site.drop());

  /** A site where 5,000 people finished a test and 500 of those who entered before have bought. */
  async function crowdedSite(batchSize: number): Promise<void> {
    site = await createSyncedSite(engine);
    const hourAgo = await ago(site.database, 3600);
    const numbers = rows(engine);
    const address = (prefix: string): string =>
      engine === 'mysql' ? `CONCAT('${prefix}', seq, '@x.com')` : `'${prefix}' || seq || '@x.com'`;
    const fill = (table: string, values: string, limit = people): Promise<unknown> =>
      site.database.admin(`INSERT INTO ${table} SELECT ${values} FROM (${numbers}) AS numbers WHERE seq <= ${limit}`);
    await fill('simpletest_users', `seq, ${address('p')}, 5 + seq % 3, '${hourAgo}', 1`);
    await fill(
      'funnel_entries (email, funnel_type, test_id, entered_at)',
      `${address('old')}, 'language', 5, '2026-01-01'`,
      500,
    );
    await fill('modx_cert_users', `seq, ${address('old')}`, 500);
    await fill('modx_cert_result', 'seq, seq, 1', 500);
    await fill('modx_cert_payment', `seq, seq, 2, '${hourAgo}'`, 500);
    options = {
      environment: {
        FUNNELS_DATABASE_URL: site.database.url,
        FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5',
        FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID: '7',
        FUNNELS_SYNC_BATCH_SIZE: String(batchSize),
      },
    };
  }

  /** Everybody has one entry with one job, and every purchase one more job. */
  async function expectEverythingOnce(): Promise<void> {
    const [counts] = await site.database.admin(
      `SELECT COUNT(*) AS entries, COUNT(DISTINCT email) AS people, SUM(certificate_purchased) + 0 AS bought FROM funnel_entries`,
    );
    const numbers = Object.fromEntries(Object.entries(counts ?? {}).map(([key, value]) => [key, Number(value)]));
    expect(numbers).toEqual({ entries: people + 500, people: people + 500, bought: 500 });
    for (const [operation, count] of [
      ['upsert_contact', people],
      ['update_after_purchase', 500],
    ] as const) {
      const jobs = await site.jobs(operation);
      expect(jobs).toHaveLength(count);
      expect(new Set(jobs.map((job) => job.funnel_entry_id)).size).toBe(count);
    }
  }

  async function syncedOnceMore(): Promise<void> {
    const { code, stdout } = await runFunnels(['sync', '--json'], options);
    expect(code).toBe(0);
    const again = JSON.parse(stdout) as SyncResult;
    expect(again.outcomes).toMatchObject({ entered: 0, already_in_funnel: people });
    expect(again.purchases.lookedAt).toBe(0);
  }

  async function finishInOneGo(): Promise<void> {
    const environment = { ...options.environment, FUNNELS_SYNC_BATCH_SIZE: '5000' };
    expect((await runFunnels(['sync'], { environment })).code).toBe(0);
  }

  async function entriesSoFar(): Promise<number> {
    const [row] = await site.database.admin<{ count: number }>(
      "SELECT COUNT(*) AS count FROM funnel_entries WHERE email LIKE 'p%'",
    );
    return row?.count ?? 0;
  }

  async function someAreIn(): Promise<void> {
    await expect.poll(entriesSoFar, { interval: 5, timeout: 30_000 }).toBeGreaterThan(0);
  }

  it('two runs put everybody in once, and their counters add up together', async () => {
    await crowdedSite(50);
    const runs = await Promise.all([1, 2].map(() => runFunnels(['sync', '--json'], options)));
    const results = runs.map(({ code, stderr, stdout }) => {
      expect({ code, stderr: stderr.replace(/^Another run entered .*\n/gm, '') }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout) as SyncResult;
    });
    results.forEach(expectSums);
    const total = (count: (result: SyncResult) => number): number => results.map(count).reduce((a, b) => a + b, 0);
    expect(total(({ outcomes }) => outcomes.entered)).toBe(people);
    expect(total(({ outcomes }) => outcomes.already_in_funnel + outcomes.lost_race)).toBe(people);
    expect(total(({ purchases }) => purchases.entriesMarked)).toBe(500);
    for (const [index, { outcomes }] of results.entries()) {
      const lost = [...(runs[index]?.stderr.matchAll(/^Another run entered (\d+) candidate/gm) ?? [])];
      expect(lost.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(outcomes.lost_race);
    }
    await expectEverythingOnce();
    await syncedOnceMore();
  });

  it('a run that is killed leaves nothing behind that the next one could stumble over', async () => {
    // Batches so small that the run has a long way to go when it is hit.
    await crowdedSite(2);
    const run = startFunnels(['sync'], options);
    await someAreIn();
    run.process.kill('SIGKILL');
    expect((await run.ended).signal).toBe('SIGKILL');
    const kept = await entriesSoFar();
    expect(kept).toBeLessThan(people);
    expect(await site.jobs('upsert_contact')).toHaveLength(kept);
    await finishInOneGo();
    await expectEverythingOnce();
  });

  it('a run that is told to end keeps its batch, says so and exits with 143', async () => {
    // Batches so small that the run has a long way to go when it is hit.
    await crowdedSite(2);
    const run = startFunnels(['sync', '--format', 'table'], options);
    await someAreIn();
    run.process.kill('SIGTERM');
    const { code, stdout } = await run.ended;
    expect(code).toBe(143);
    expect(stdout).toContain('Ended early by a signal');
    const kept = await entriesSoFar();
    expect(kept).toBeLessThan(people);
    expect(kept % 2).toBe(0);
    expect(stdout).toMatch(new RegExp(`^ +${kept.toLocaleString('en')}  entered `, 'm'));
    expect(await site.jobs('upsert_contact')).toHaveLength(kept);
    await finishInOneGo();
    await expectEverythingOnce();
  });
});

function rows(engine: Engine): string {
  return engine === 'mysql'
    ? `SELECT seq FROM seq_1_to_${people}`
    : `WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < ${people}) SELECT seq FROM n`;
}
