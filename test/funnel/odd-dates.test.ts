import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../src/funnel/decision.ts';
import { renderSync } from '../../src/output/sync-summary.ts';
import { screen } from '../output/terminals.ts';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { createSyncedSite, type SyncedSite } from './synced-site.ts';

describe.each(engines)('results that no window holds (%s)', (engine) => {
  let site: SyncedSite;
  beforeAll(async () => {
    site = await createSyncedSite(engine);
    if (engine === 'mysql') await site.database.admin("SET SESSION sql_mode = ''");
  });
  beforeEach(() => site.clear());
  afterAll(() => site.drop());

  it('are counted, listed with their address, and looked at when they have a date whose time has come', async () => {
    const inTwoHours = await ago(site.database, -7200);
    const dates = [
      inTwoHours,
      await ago(site.database, -60),
      null,
      '0000-00-00 00:00:00',
      await ago(site.database, 60),
    ];
    for (const [index, at] of dates.entries()) await site.finish(` P${index}@x.com`, 5, at);
    const told: Decision[] = [];
    for (const run of [site.dryRun, site.sync]) {
      told.length = 0;
      const result = await run({ onDecision: (decision) => told.push(decision) });
      expect(result).toMatchObject({ lookedAt: 1, remaining: 0, older: 0, outcomes: { entered: 1 } });
      expect(result.oddDates).toEqual({ no_date: 2, dated_ahead: 2, latest: inTwoHours });
      const text = renderSync(result, { format: undefined, terminal: screen });
      expect(text).toContain(`2 results are dated ahead of the database's clock, up to\n${inTwoHours}`);
      expect(text).toContain('database.timezone');
      expect(text).toContain('2 results have no date');
      expect(text).toContain('funnels sync --dry-run --explain\n');
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    }
    expect(told.map(({ outcome, email, finishedAt }) => [outcome, email, finishedAt]).slice(0, 4)).toEqual([
      ['dated_ahead', 'p0@x.com', inTwoHours],
      ['dated_ahead', 'p1@x.com', dates[1]],
      ['no_date', 'p2@x.com', null],
      ['no_date', 'p3@x.com', '0000-00-00 00:00:00'],
    ]);
    await site.database.admin('UPDATE simpletest_users SET Datep = ?', [await ago(site.database, 30)]);
    expect(await site.sync()).toMatchObject({ outcomes: { entered: 4, already_in_funnel: 1 } });
  });

  // The embedded engine lets nobody write beside a batch.
  it.runIf(engine === 'mysql')('are none of those that are finished while the run is on', async () => {
    for (const name of ['ann', 'bob']) await site.finish(`${name}@x.com`, 5, await ago(site.database, 60));
    let hasArrived = false;
    const told: Decision[] = [];
    const result = await site.sync({
      batchSize: 1,
      onDecision: (decision) => told.push(decision),
      pause: async () => {
        if (!hasArrived && told.length > 0) await site.finish('cat@x.com', 5, await ago(site.database, -1));
        hasArrived ||= told.length > 0;
      },
    });
    expect([hasArrived, result.oddDates.dated_ahead, told.length]).toEqual([true, 0, 2]);
  });

  it('are not mixed up with what a limit has left', async () => {
    for (const seconds of [60, 50, -3600]) await site.finish(`p${seconds}@x.com`, 5, await ago(site.database, seconds));
    expect(await site.sync({ limit: 1 })).toMatchObject({ lookedAt: 1, remaining: 1, oddDates: { dated_ahead: 1 } });
  });
});
