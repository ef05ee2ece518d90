import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database, Parameter, Statement } from '../../src/database/database.ts';
import type { SyncResult } from '../../src/funnel/counts.ts';
import { type SyncOptions, sync } from '../../src/funnel/sync.ts';
import { modxTables } from '../../src/modx/tables.ts';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { bothFunnels, createSyncedSite, expectSums, occurred, open, type SyncedSite } from './synced-site.ts';

describe.each(engines)('what happens while a run is on (%s)', (engine) => {
  let site: SyncedSite;
  let hourAgo: string;
  beforeEach(async () => {
    site = await createSyncedSite(engine);
    hourAgo = await ago(site.database, 3600);
  });
  afterEach(() => site.drop());

  /** The database, where something happens right after the first answer to a statement of this kind. */
  function interruptedAfter(kind: RegExp, event: () => Promise<unknown>): Database {
    const database = open(site.database.url, 'read-write');
    let hasHappened = false;
    return {
      engine,
      execute: (statement, parameters) => database.execute(statement, parameters),
      each: (statement, parameters, visit) => database.each(statement, parameters, visit),
      transaction: (work) => database.transaction(work),
      define: (statement) => database.define(statement),
      hurry: (seconds) => database.hurry(seconds),
      close: () => database.close(),
      async query<Row extends object>(statement: Statement, parameters?: readonly Parameter[]): Promise<Row[]> {
        const rows = await database.query<Row>(statement, parameters);
        if (hasHappened || !kind.test(typeof statement === 'string' ? statement : statement[engine])) return rows;
        hasHappened = true;
        await event();
        return rows;
      },
    };
  }

  async function run(
    kind: RegExp,
    event: () => Promise<unknown>,
    given: Partial<SyncOptions> = {},
  ): Promise<SyncResult> {
    const database = interruptedAfter(kind, event);
    try {
      const result = await sync(database, {
        tables: modxTables({ database: undefined, tablePrefix: '' }, engine),
        funnels: bothFunnels,
        lookbackDays: 30,
        batchSize: 500,
        dryRun: false,
        runner: { host: 'test', version: 'test' },
        signal: new AbortController().signal,
        ...given,
      });
      expectSums(result);
      return result;
    } finally {
      await database.close();
    }
  }

  const runBegins = /MAX\(id\)/;
  const pageWasRead = /UNION ALL/;

  it.each([
    ['before its results were read', runBegins],
    ['after its results were read', pageWasRead],
  ])('an entry that another run makes %s is a lost race for all results it stands for', async (_, moment) => {
    for (const email of ['ann@x.com', 'Bob@x.com', 'bob@x.com ', 'cat@x.com']) await site.finish(email, 5, hourAgo);
    await site.finish('bob@x.com', 7, hourAgo);
    const told: string[] = [];
    const other = async (): Promise<void> => {
      // The other run has a list for language tests only, and sees Bob alone.
      await site.database.admin(
        "UPDATE simpletest_users SET Datep = NULL WHERE Email LIKE 'ann%' OR Email LIKE 'cat%'",
      );
      await site.sync({ funnels: { ...bothFunnels, non_language: { listId: undefined, source: undefined } } });
      await site.database.admin('UPDATE simpletest_users SET Datep = ?', [hourAgo]);
    };
    const result = await run(moment, other, { onInformation: (text) => told.push(text) });
    expect(occurred(result.outcomes)).toEqual({ entered: 3, lost_race: 2 });
    expect(told.join('\n')).toMatch(
      /^Another run entered 1 candidate of this batch first; the unique key kept one entry\./,
    );
    expect(await site.entries()).toHaveLength(4);
    expect(await site.jobs()).toHaveLength(4);
    expect(new Set((await site.jobs()).map((job) => job.funnel_entry_id)).size).toBe(4);
  });

  it('results that come in are taken, or left to the next run, and never counted against what remains', async () => {
    for (const name of ['a', 'b', 'c']) await site.finish(`${name}@x.com`, 5, hourAgo);
    const arrive = async (): Promise<void> => {
      await site.finish('new@x.com', 5, hourAgo);
      await site.finish('late@x.com', 5, '2999-01-01 00:00:00');
    };
    const result = await run(runBegins, arrive);
    expect(result).toMatchObject({ lookedAt: 4, remaining: 0, outcomes: { entered: 4 } });
    const limited = await run(runBegins, () => site.finish('newer@x.com', 5, hourAgo), { limit: 1 });
    expect(limited).toMatchObject({ remaining: 0, outcomes: { entered: 1 } });
  });

  it('a purchase that is registered after the results were read still keeps its buyer out', async () => {
    await site.finish('ann@x.com', 5, hourAgo);
    const buy = async (): Promise<void> => {
      await site.database.admin(
        'INSERT INTO funnel_purchases (payment_id, email, funnel_type, paid_at) VALUES (?, ?, ?, ?)',
        [77, 'ann@x.com', 'language', hourAgo],
      );
    };
    expect(occurred((await run(pageWasRead, buy)).outcomes)).toEqual({ already_bought: 1 });
    expect(await site.jobs()).toEqual([]);
  });

  it('a result that is taken back after it was read enters all the same, once', async () => {
    await site.finish('ann@x.com', 5, hourAgo);
    const remove = () => site.database.admin('DELETE FROM simpletest_users');
    expect(occurred((await run(pageWasRead, remove)).outcomes)).toEqual({ entered: 1 });
    expect((await run(runBegins, async () => undefined)).lookedAt).toBe(0);
    expect(await site.jobs()).toHaveLength(1);
  });
});
