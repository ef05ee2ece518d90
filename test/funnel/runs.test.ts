import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runFunnels, startFunnels } from '../support/program.ts';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { createSyncedSite, type SyncedSite } from './synced-site.ts';

interface RunRow {
  id: string;
  started_at: string;
  finished_at: string | null;
  host: string;
  version: string;
  outcome: string;
  counters: string | null;
}

describe.each(engines)('the record of the runs (%s)', (engine) => {
  let site: SyncedSite;
  beforeEach(async () => {
    site = await createSyncedSite(engine);
  });
  afterEach(() => site.drop());
  const runs = (): Promise<RunRow[]> => site.database.admin<RunRow>('SELECT * FROM sync_runs ORDER BY started_at');
  const countersOf = (run: RunRow | undefined): unknown => JSON.parse(run?.counters ?? 'null');

  it('holds when, where, with which program and with which counters', async () => {
    await site.finish('ann@x.com', 5, await ago(site.database, 60));
    const before = await ago(site.database, 0);
    const result = await site.sync({ runner: { host: 'somewhere', version: '1.2.3' } });
    const after = await ago(site.database, 0);
    const [run, ...more] = await runs();
    expect(more).toEqual([]);
    expect(run).toMatchObject({ host: 'somewhere', version: '1.2.3', outcome: 'done' });
    expect(countersOf(run)).toEqual(result);
    const moments = [before, run?.started_at ?? '', run?.finished_at ?? '', after];
    expect(moments).toEqual(moments.toSorted());
    await site.sync();
    expect(new Set((await runs()).map(({ id }) => id)).size).toBe(2);
  });

  it('is not written by a dry run', async () => {
    await site.dryRun();
    expect(await runs()).toEqual([]);
  });

  it('says of a run that was told to stop that it was interrupted', async () => {
    await site.finish('ann@x.com', 5, await ago(site.database, 60));
    const result = await site.sync({ signal: AbortSignal.abort() });
    const [run] = await runs();
    expect(run?.outcome).toBe('interrupted');
    expect(countersOf(run)).toEqual(result);
    expect(result).toMatchObject({ interrupted: true, remaining: 1 });
  });

  it('says of a run that failed how far it came', async () => {
    await site.finish('ann@x.com', 5, await ago(site.database, 60));
    await site.database.admin('DROP TABLE modx_cert_payment');
    await expect(site.sync()).rejects.toThrow();
    const [run] = await runs();
    expect(run).toMatchObject({ outcome: 'failed', finished_at: expect.any(String) });
    expect(countersOf(run)).toMatchObject({ lookedAt: 0, interrupted: false });
  });

  it('says of a run that was killed no more than that it began', async () => {
    const minuteAgo = await ago(site.database, 60);
    await site.database.admin('BEGIN');
    for (let person = 0; person < 3000; person += 1) await site.finish(`p${person}@x.com`, 5, minuteAgo);
    await site.database.admin('COMMIT');
    const environment = {
      FUNNELS_DATABASE_URL: site.database.url,
      FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5',
      FUNNELS_SYNC_BATCH_SIZE: '1',
    };
    const program = startFunnels(['sync'], { environment });
    await expect.poll(async () => (await site.entries()).length, { interval: 5, timeout: 30_000 }).toBeGreaterThan(0);
    program.process.kill('SIGKILL');
    await program.ended;
    expect(await runs()).toMatchObject([{ outcome: 'running', finished_at: null, counters: null, host: hostname() }]);
    const { stdout } = await runFunnels(['sync', '--json'], {
      environment: { ...environment, FUNNELS_SYNC_BATCH_SIZE: '1000' },
    });
    const last = (await runs()).find(({ outcome }) => outcome === 'done');
    expect(countersOf(last)).toEqual(JSON.parse(stdout));
    expect(last?.version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('goes back 90 days', async () => {
    const day = 86_400;
    for (const [id, days] of [
      ['old', 91],
      ['older', 400],
      ['kept', 89],
    ] as const) {
      await site.database.admin(
        "INSERT INTO sync_runs (id, started_at, host, version, outcome) VALUES (?, ?, 'h', 'v', 'done')",
        [id, await ago(site.database, days * day)],
      );
    }
    await site.dryRun();
    expect(await runs()).toHaveLength(3);
    await site.sync();
    expect((await runs()).map(({ id }) => id).filter((id) => id.length < 10)).toEqual(['kept']);
  });
});
