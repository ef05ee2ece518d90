import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SyncResult } from '../../src/funnel/counts.ts';
import { createSyncedSite, expectSums, type SyncedSite } from '../funnel/synced-site.ts';
import { type RunningProgram, type RunOptions, runFunnels, startFunnels } from '../support/program.ts';
import { ago } from '../support/site.ts';

const rounds = Number(process.env.FUNNELS_TEST_ROUNDS ?? 3);
const firstResults = 2_000;
const lateResults = 20;

/** As many results as `numbers` has, by people who each finished three tests, some twice, written in several ways. */
async function addResults(site: SyncedSite, from: number, to: number): Promise<void> {
  const finishedAt = await ago(site.database, 600);
  await site.database.admin(
    `INSERT INTO simpletest_users
      SELECT seq, ELT(1 + seq % 5, CONCAT('p', seq DIV 8, '@x.com'), CONCAT(' P', seq DIV 8, '@X.com '),
          CONCAT('é', seq DIV 8, '@x.com'), CONCAT('E\u0301', seq DIV 8, '@x.com'), CONCAT('not an address ', seq)),
        ELT(1 + seq % 3, 5, 6, 7), '${finishedAt}', 1
      FROM seq_${from}_to_${to}`,
  );
}

describe('four runs at once, one of them killed, while results come in', () => {
  let site: SyncedSite;
  let options: RunOptions;
  beforeEach(async () => {
    site = await createSyncedSite('mysql');
    await addResults(site, 1, firstResults);
    options = {
      environment: {
        FUNNELS_DATABASE_URL: site.database.url,
        FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5',
        FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID: '7',
      },
    };
  });
  afterEach(() => site.drop());

  function start(batchSize: number): RunningProgram {
    const environment = { ...options.environment, FUNNELS_SYNC_BATCH_SIZE: String(batchSize) };
    return startFunnels(['sync', '--json'], { environment });
  }

  async function count(question: string): Promise<number> {
    const [row] = await site.database.admin<{ count: number }>(`SELECT COUNT(*) AS count FROM ${question}`);
    return Number(row?.count ?? 0);
  }

  /** Asks the tables themselves, in SQL of its own: whoever should be in is in once, with one job. */
  async function expectEverybodyOnce(): Promise<void> {
    const should = `(SELECT DISTINCT LOWER(TRIM(REPLACE(REPLACE(CONVERT(Email USING utf8mb4), 'E\u0301', 'é'), 'É', 'é')))
        COLLATE utf8mb4_bin AS email, IF(TestId IN (5, 6), 'language', 'non_language') COLLATE utf8mb4_bin AS funnel,
        TestId AS test FROM simpletest_users WHERE Email LIKE '%@%') s`;
    const same = 'e.email = s.email AND e.funnel_type = s.funnel AND e.test_id = s.test';
    const expected = await count(should);
    expect(expected).toBeGreaterThan(firstResults / 4);
    expect(await count('funnel_entries')).toBe(expected);
    expect(await count(`${should} JOIN funnel_entries e ON ${same}`)).toBe(expected);
    expect(await count('brevo_sync_outbox')).toBe(expected);
    const single = `(SELECT funnel_entry_id FROM brevo_sync_outbox WHERE operation_type = 'upsert_contact'
        GROUP BY funnel_entry_id HAVING COUNT(*) = 1) o JOIN funnel_entries e ON e.id = o.funnel_entry_id`;
    expect(await count(single)).toBe(expected);
    const right = `brevo_sync_outbox o JOIN funnel_entries e ON e.id = o.funnel_entry_id
      WHERE JSON_VALUE(o.payload, '$.email') COLLATE utf8mb4_bin = e.email
        AND JSON_VALUE(o.payload, '$.test_id') = e.test_id AND JSON_VALUE(o.payload, '$.user_id') = e.user_id`;
    expect(await count(right)).toBe(expected);
  }

  it.each(Array.from({ length: rounds }, (_, round) => round + 1))('round %i', async (round) => {
    const programs = [1, 7, 50, 333].map(start);
    const [victim] = programs;
    // From round to round it is hit earlier or later.
    const target = (round * 37) % (firstResults / 5);
    await expect.poll(() => count('sync_runs'), { interval: 2, timeout: 30_000 }).toBe(programs.length);
    await expect.poll(() => count('funnel_entries'), { interval: 2, timeout: 30_000 }).toBeGreaterThan(target);
    victim?.process.kill('SIGKILL');
    let next = firstResults;
    while (programs.some(({ process }) => process.exitCode === null && process.signalCode === null)) {
      await addResults(site, next + 1, next + lateResults);
      next += lateResults;
    }
    const [killed, ...ended] = await Promise.all(programs.map((program) => program.ended));
    expect(killed?.signal ?? killed?.code).toBe(killed?.signal === null ? 0 : 'SIGKILL');
    let entered = 0;
    for (const { code, stdout, stderr } of ended) {
      expect({ code, stderr: stderr.replace(/^Another run entered .*\n/gm, '') }).toEqual({ code: 0, stderr: '' });
      const result = JSON.parse(stdout) as SyncResult;
      expectSums(result);
      entered += result.outcomes.entered;
    }
    expect(entered).toBeLessThanOrEqual(await count('funnel_entries'));
    expect((await runFunnels(['sync'], options)).code).toBe(0);
    await expectEverybodyOnce();
    expect(await count("sync_runs WHERE outcome = 'running'")).toBe(killed?.signal === null ? 0 : 1);
    const again = JSON.parse((await runFunnels(['sync', '--json'], options)).stdout) as SyncResult;
    expect(again).toMatchObject({ lookedAt: next, outcomes: { entered: 0, lost_race: 0 } });
  });
});
