import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import { openDatabase } from '../../src/database/open.ts';
import type { SyncResult } from '../../src/funnel/counts.ts';
import type { Decision } from '../../src/funnel/decision.ts';
import { type SyncOptions, sync } from '../../src/funnel/sync.ts';
import { lookbackWindow, nextPage, type Position, readPage } from '../../src/modx/finished-tests.ts';
import { modxTables } from '../../src/modx/tables.ts';
import { bothFunnels, createSyncedSite, occurred, open, type SyncedSite } from '../funnel/synced-site.ts';
import { ago } from '../support/site.ts';
import { type Engine, engines } from '../support/test-databases.ts';

let site: SyncedSite;
afterEach(() => site.drop());

function plainOptions(engine: Engine): SyncOptions {
  return {
    tables: modxTables({ database: undefined, tablePrefix: '' }, engine),
    funnels: bothFunnels,
    lookbackDays: 30,
    batchSize: 500,
    runner: { host: 'test', version: 'test' },
    dryRun: false,
    signal: new AbortController().signal,
  };
}

describe.each(engines)('numbers beyond 2^53 (%s)', (engine) => {
  const big = (offset: bigint): bigint => 9_007_199_254_740_993n + offset;
  beforeEach(async () => {
    site = await createSyncedSite(engine);
  });

  /** A dry run without a look at all rows before and after: the tests' own SQLite reads no numbers of this size. */
  async function runExactly(given: Partial<SyncOptions>): Promise<SyncResult> {
    const database = open(site.database.url, 'read-only');
    return sync(database, { ...plainOptions(engine), ...given }).finally(() => database.close());
  }

  async function payloadsInOrder(): Promise<string[]> {
    const rows = await site.database.admin<{ payload: string }>('SELECT payload FROM brevo_sync_outbox ORDER BY id');
    return rows.map(({ payload }) => payload);
  }

  async function finish(id: bigint, email: string, test: bigint | number, at: string): Promise<void> {
    await site.database.admin('INSERT INTO simpletest_users VALUES (?, ?, ?, ?, 1)', [id, email, test, at]);
  }

  it('are read page by page, each result once and in order', async () => {
    const hourAgo = await ago(site.database, 3600);
    const offsets = Array.from({ length: 11 }, (_, index) => BigInt(index));
    for (const offset of offsets) await finish(big(offset), `p${offset}@x.com`, 5, hourAgo);
    const database = open(site.database.url, 'read-only');
    const tables = modxTables({ database: undefined, tablePrefix: '' }, engine);
    const window = await lookbackWindow(database, 30);
    for (const size of [1, 2, 3, 11, 12]) {
      const ids: string[] = [];
      let after: Position = { finishedAt: window.from, id: -1 };
      for (let isLast = false; !isLast; ) {
        const page = await nextPage(database, tables, window, after, size);
        const { lookedAt, rows } = await readPage(database, tables, page, 0, 'unknown');
        expect(lookedAt).toBe(rows.length);
        ids.push(...rows.map(({ id }) => String(id)));
        [after, isLast] = [page.upTo, page.isLast];
      }
      expect(ids).toEqual(offsets.map((offset) => String(big(offset))));
    }
    await database.close();
  });

  it('of results and tests come through a run exactly, and neighbours stay apart', async () => {
    const hourAgo = await ago(site.database, 3600);
    for (const offset of [0n, 1n, 2n]) {
      await site.database.admin('INSERT INTO simpletest_test VALUES (?, 1)', [big(offset)]);
      await finish(big(10n + offset), 'ann@x.com', big(offset), hourAgo);
      await finish(big(20n + offset), ' Ann@x.com', big(offset), hourAgo);
    }
    for (const batchSize of [1, 500]) {
      const told: Decision[] = [];
      const dry = await runExactly({ dryRun: true, batchSize, onDecision: (decision) => told.push(decision) });
      expect(occurred(dry.outcomes)).toEqual({ entered: 3, repeated_in_run: 3 });
      expect(told.map(({ resultId }) => String(resultId)).toSorted()).toEqual(
        [10n, 11n, 12n, 20n, 21n, 22n].map((offset) => String(big(offset))),
      );
    }
    expect(occurred((await site.sync()).outcomes)).toEqual({ entered: 3, repeated_in_run: 3 });
    const text = engine === 'mysql' ? 'CHAR' : 'TEXT';
    const stored = await site.database.admin(
      `SELECT CAST(user_id AS ${text}) AS result, CAST(test_id AS ${text}) AS test FROM funnel_entries ORDER BY test_id`,
    );
    const numbers = [0n, 1n, 2n].map((offset) => ({ result: String(big(10n + offset)), test: String(big(offset)) }));
    expect(stored).toEqual(numbers);
    const payloads = (await payloadsInOrder()).map((payload) => payload.replaceAll(' ', ''));
    for (const [index, { result, test }] of numbers.entries()) {
      expect(payloads[index]).toContain(`"user_id":${result},"test_id":${test},`);
    }
    expect(occurred((await site.sync()).outcomes)).toEqual({ already_in_funnel: 6 });
    const explained = await runExactly({ dryRun: true, onDecision: () => undefined });
    expect(occurred(explained.outcomes)).toEqual({ already_in_funnel: 6 });
  });

  it('of entries do not blur what was there when the run began', async () => {
    const hourAgo = await ago(site.database, 3600);
    for (const [offset, name] of [
      [0n, 'ann'],
      [1n, 'bob'],
    ] as const) {
      await site.database.admin(
        "INSERT INTO funnel_entries (id, email, funnel_type, test_id, entered_at) VALUES (?, ?, 'language', 5, ?)",
        [big(offset), `${name}@x.com`, hourAgo],
      );
    }
    for (const [offset, name] of ['ann', 'bob', 'cat', 'dan'].entries())
      await finish(big(BigInt(offset)), `${name}@x.com`, 5, hourAgo);
    expect(occurred((await site.sync()).outcomes)).toEqual({ already_in_funnel: 2, entered: 2 });
    const emails = (await payloadsInOrder()).map((payload) => (JSON.parse(payload) as { email: string }).email);
    expect(emails).toEqual(['cat@x.com', 'dan@x.com']);
    expect(occurred((await site.sync()).outcomes)).toEqual({ already_in_funnel: 4 });
  });
});

describe('the wall clock of a server', () => {
  beforeEach(async () => {
    site = await createSyncedSite('mysql');
  });

  /** A run, or a dry one, in a session whose zone is that far from UTC. */
  async function runIn(timezone: string, dryRun: boolean) {
    const settings = {
      location: parseDatabaseUrl(site.database.url),
      timezone,
      connectTimeoutSeconds: 10,
      statementTimeoutSeconds: 60,
    };
    const database = openDatabase(settings, dryRun ? 'read-only' : 'read-write');
    const [now] = await database.query<{ now: string }>('SELECT CURRENT_TIMESTAMP AS now');
    const options = { ...plainOptions('mysql'), dryRun };
    const result = await sync(database, options).finally(() => database.close());
    return { result, now: now?.now ?? '' };
  }

  it.each(['+13:00', '+05:45', '+00:00', '-11:30'])('is read as it stands, and never shifted (%s)', async (zone) => {
    const offsets: Record<string, number> = { '+13:00': 780, '+05:45': 345, '+00:00': 0, '-11:30': -690 };
    const [utc] = await site.database.admin<{ now: string }>('SELECT UTC_TIMESTAMP() AS now');
    const wall = (minutesAgo: number): string =>
      new Date(Date.parse(`${utc?.now.replace(' ', 'T')}Z`) + ((offsets[zone] ?? 0) - minutesAgo) * 60_000)
        .toISOString()
        .slice(0, 19)
        .replace('T', ' ');
    // An hour ahead on that clock has not come yet, two minutes ago has, though it may be tomorrow or yesterday in UTC.
    const finishedAt = wall(2);
    await site.finish('ann@x.com', 5, finishedAt);
    await site.finish('future@x.com', 5, wall(-60));
    await site.finish('edge@x.com', 5, wall(30 * 1440 - 2));
    await site.finish('old@x.com', 5, wall(30 * 1440 + 2));
    const dry = await runIn(zone, true);
    expect(dry.result).toMatchObject({ lookedAt: 2, older: 1, outcomes: { entered: 2 } });
    const { result, now } = await runIn(zone, false);
    expect(result).toMatchObject({ lookedAt: 2, older: 1, outcomes: { entered: 2 } });
    expect(result.window.to >= now && result.window.to <= wall(-1)).toBe(true);
    const [, entry] = await site.entries();
    expect(entry?.test_completed_at).toBe(finishedAt);
    expect(entry !== undefined && entry.entered_at >= now && entry.entered_at <= wall(-1)).toBe(true);
  });

  it('may skip or repeat an hour: dates inside it are the strings they are', async () => {
    // The last Sunday of March and of October; 02:30 does not exist on the one in Berlin, and twice on the other.
    const dates = ['2026-03-29 01:59:59', '2026-03-29 02:30:00', '2026-03-29 03:00:00', '2026-10-25 02:30:00'];
    for (const [index, at] of dates.entries()) await site.finish(`p${index}@x.com`, 5, at);
    const days = 20_000;
    await site.sync({ lookbackDays: days });
    expect((await site.entries()).map((entry) => entry.test_completed_at)).toEqual(dates.filter((at) => at <= '9999'));
    expect((await site.sync({ since: '2026-03-29 02:30:00' })).lookedAt).toBe(3);
  });
});

describe.each(engines)('dates that are none (%s)', (engine) => {
  it('keep a result out of every window and out of what is older', async () => {
    site = await createSyncedSite(engine);
    if (engine === 'mysql') await site.database.admin("SET SESSION sql_mode = ''");
    await site.finish('null@x.com', 5, null);
    await site.finish('zero@x.com', 5, '0000-00-00 00:00:00');
    await site.finish('month@x.com', 5, '0000-03-00 00:00:00');
    await site.finish('future@x.com', 5, '2999-01-01 00:00:00');
    const result = await site.sync({ since: '1000-01-01 00:00:00' });
    expect(result).toMatchObject({ lookedAt: 0, older: 0, remaining: 0, oddDates: { no_date: 3, dated_ahead: 1 } });
    await site.pay('null@x.com', 1, null);
    expect((await site.sync()).purchases).toMatchObject({ lookedAt: 1, outcomes: { no_date: 1 } });
  });

  it('are named by --explain, and do not stand in the way of the others', async () => {
    site = await createSyncedSite(engine);
    if (engine === 'mysql') await site.database.admin("SET SESSION sql_mode = ''");
    await site.finish('zero@x.com', 5, '0000-00-00 00:00:00');
    await site.finish('ann@x.com', 5, await ago(site.database, 60));
    const told: Decision[] = [];
    await site.sync({ onDecision: (decision) => told.push(decision) });
    expect(new Map(told.map(({ resultId, outcome }) => [resultId, outcome]))).toEqual(
      new Map([
        [1, 'no_date'],
        [2, 'entered'],
      ]),
    );
  });
});
