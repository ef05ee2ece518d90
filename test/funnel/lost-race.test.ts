import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Candidate } from '../../src/funnel/candidate.ts';
import { enterBatch, type Standing } from '../../src/funnel/entries.ts';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { createSyncedSite, occurred, open, type SyncedSite } from './synced-site.ts';

const lists = { language: 5, non_language: 7 };

function candidate(name: string): Candidate {
  const email = `${name}@x.com`;
  const rest = {
    funnelType: 'language',
    userId: name.charCodeAt(0),
    testId: 5,
    finishedAt: '2026-01-01 00:00:00',
    source: null,
    obstacle: null,
  } as const;
  return { email, ...rest };
}

describe.each(engines)('entries that another run was faster with (%s)', (engine) => {
  let site: SyncedSite;
  beforeEach(async () => {
    site = await createSyncedSite(engine);
  });
  afterEach(() => site.drop());

  it('are left to it with their job; all others of the batch are entered', async () => {
    const database = open(site.database.url, 'read-write');
    const insert = (...names: string[]): Promise<Standing[] | null> =>
      database.transaction((session) => enterBatch(session, names.map(candidate), 0, lists));
    const entered = {
      isOwn: 1,
      isEntered: 1,
      isNew: 1,
      isCovered: 0,
      isUnclear: 0,
      hasBought: 0,
      otherEntryId: expect.any(Number),
    };
    const lost = { ...entered, isOwn: 0 };
    expect(await insert('bob', 'dan')).toBeNull();
    expect(await insert('ann', 'bob', 'cat', 'dan')).toEqual([entered, lost, entered, lost]);
    expect(await insert('ann', 'bob')).toEqual([lost, lost]);
    await database.close();
    const names = (await site.entries()).map(({ email }) => email);
    expect(names).toEqual(['bob@x.com', 'dan@x.com', 'ann@x.com', 'cat@x.com']);
    const jobs = await site.jobs();
    expect(jobs.map(({ payload }) => (JSON.parse(payload) as { email: string }).email)).toEqual(names);
    expect(jobs.map((job) => job.funnel_entry_id)).toEqual((await site.entries()).map(({ id }) => id));
  });

  // SQLite has one writer at a time, and this process would wait for itself.
  it.runIf(engine === 'mysql')('are counted as lost races and told as information, and the run goes on', async () => {
    const hourAgo = await ago(site.database, 3600);
    for (const name of ['ann', 'bob', 'bob', 'cat']) await site.finish(`${name}@x.com`, 5, hourAgo);
    const other = open(site.database.url, 'read-write');
    const told: string[] = [];
    const result = await other.transaction(async (session) => {
      await enterBatch(session, [candidate('bob')], 0, lists);
      const run = site.sync({ onInformation: (text) => told.push(text) });
      // The server renews that table only when nobody has read it for 100 ms.
      await expect.poll(waitingForLocks, { interval: 150, timeout: 30_000 }).toBe(1);
      return { run };
    });
    await other.close();
    const { outcomes } = await result.run;
    expect(occurred(outcomes)).toEqual({ entered: 2, lost_race: 2 });
    expect(told[0]).toBe('Another run entered 1 candidate of this batch first; the unique key kept one entry.');
    expect(await site.entries()).toHaveLength(3);
    expect(await site.jobs()).toHaveLength(3);
  });

  async function waitingForLocks(): Promise<number> {
    const [row] = await site.database.admin<{ count: number }>(
      `SELECT COUNT(*) AS count FROM information_schema.innodb_trx t
        JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
        WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()`,
    );
    return row?.count ?? 0;
  }
});
