import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SyncResult } from '../../src/funnel/counts.ts';
import { sync } from '../../src/funnel/sync.ts';
import { modxTables } from '../../src/modx/tables.ts';
import { ago } from '../support/site.ts';
import { bothFunnels, createSyncedSite, expectSums, occurred, open, type SyncedSite } from './synced-site.ts';

const people = 30;

/** A way to the server on which the connection breaks at the given COMMITs, before or after the server has had them. */
async function breakingAt(target: URL, commits: readonly number[], side: 'before' | 'after'): Promise<Server> {
  let seen = 0;
  const server = createServer((client) => {
    const upstream = dial(Number(target.port || 3306), target.hostname);
    const end = (): void => {
      for (const socket of [client, upstream]) socket.destroy();
    };
    const forward = (from: Socket, to: Socket, isLast: (data: Buffer) => boolean): void => {
      from
        .on('data', (data) => (isLast(data as Buffer) ? end() : to.write(data)))
        .on('error', end)
        .on('close', end);
    };
    let isCommitted = false;
    forward(client, upstream, (data) => {
      // COM_QUERY: four bytes of header, 3, and the text.
      if (data.toString('latin1', 5) !== 'COMMIT') return false;
      seen += 1;
      isCommitted = commits.includes(seen);
      return isCommitted && side === 'before';
    });
    // The server's answer is the proof that it has committed; it goes no further.
    forward(upstream, client, () => isCommitted);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('a connection that breaks at COMMIT', () => {
  let site: SyncedSite;
  let proxy: Server;
  beforeEach(async () => {
    site = await createSyncedSite('mysql');
    const hourAgo = await ago(site.database, 3600);
    for (let person = 0; person < people; person += 1) await site.finish(`p${person}@x.com`, 5, hourAgo);
    await site.enter('old@x.com', 'language', 5, '2026-01-01 00:00:00');
    await site.pay('old@x.com', 1, hourAgo);
  });
  afterEach(async () => {
    proxy.close();
    await site.drop();
  });

  async function syncThrough(commits: readonly number[], side: 'before' | 'after'): Promise<SyncResult> {
    const url = new URL(site.database.url);
    proxy = await breakingAt(new URL(url), commits, side);
    url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const database = open(url.href, 'read-write');
    const result = await sync(database, {
      tables: modxTables({ database: undefined, tablePrefix: '' }, 'mysql'),
      funnels: bothFunnels,
      lookbackDays: 30,
      batchSize: 10,
      runner: { host: 'test', version: 'test' },
      dryRun: false,
      signal: new AbortController().signal,
    }).finally(() => database.close());
    expectSums(result);
    return result;
  }

  async function expectEverythingOnce(): Promise<void> {
    expect(await site.entries()).toHaveLength(people + 1);
    const jobs = (await site.jobs()).map((job) => `${job.funnel_entry_id} ${job.operation_type}`);
    expect([jobs.length, new Set(jobs).size]).toEqual([people + 1, people + 1]);
    expect(occurred((await site.sync()).outcomes)).toEqual({ already_in_funnel: people });
  }

  // The first COMMIT records the run, the second takes in the payments, the next three are those of the batches, the
  // sixth marks the purchase.
  it.each([[1], [2], [3], [4], [5], [3, 4, 5], [6]])(
    'before the server had it (%s) has the batch done again',
    async (...commits) => {
      const result = await syncThrough(commits, 'before');
      expect(occurred(result.outcomes)).toEqual({ entered: people });
      await expectEverythingOnce();
    },
  );

  it.each([
    { commits: [1], lost: 0 },
    { commits: [2], lost: 0 },
    { commits: [3], lost: 10 },
    { commits: [4], lost: 10 },
    { commits: [5], lost: 10 },
    { commits: [3, 5], lost: 20 },
    // The second and third try of the first batch.
    { commits: [3, 4, 5], lost: 10 },
    { commits: [6], lost: 0 },
  ])('after the server had it ($commits) has nothing done twice', async ({ commits, lost }) => {
    const { outcomes } = await syncThrough(commits, 'after');
    // What was committed by the try whose answer was lost cannot be told from what another run did.
    expect(occurred(outcomes)).toEqual({ entered: people - lost, ...(lost > 0 ? { lost_race: lost } : {}) });
    await expectEverythingOnce();
  });
});
