import { afterEach, describe, expect, it } from 'vitest';
import { sync } from '../../src/funnel/sync.ts';
import { modxTables } from '../../src/modx/tables.ts';
import { bothFunnels, createSyncedSite, occurred, open, type SyncedSite } from '../funnel/synced-site.ts';
import { ago, type SiteOptions } from '../support/site.ts';
import { createTestDatabase, engines } from '../support/test-databases.ts';

let site: SyncedSite;
let cleanUp: string[] = [];
afterEach(async () => {
  for (const statement of cleanUp) await site.database.admin(statement);
  cleanUp = [];
  await site.drop();
});

/** One person finishes a test and enters, pays an hour after that, and is marked. */
async function expectToWork(options: { run?: SyncedSite['sync'] } = {}): Promise<void> {
  const { run = site.sync } = options;
  await site.finish('José@x.com ', 6, await ago(site.database, 7200));
  expect(occurred((await run()).outcomes)).toEqual({ entered: 1 });
  await site.database.admin('UPDATE funnel_entries SET entered_at = ?', [await ago(site.database, 3600)]);
  await site.pay('JOSÉ@x.com', 1, await ago(site.database, 1800));
  const second = await run();
  expect(occurred(second.outcomes)).toEqual({ already_in_funnel: 1 });
  expect(occurred(second.purchases.outcomes)).toEqual({ marked: 1 });
  expect(await site.jobs()).toHaveLength(2);
}

describe.each(engines)('a site on %s', (engine) => {
  it('may have a prefix before its tables', async () => {
    site = await createSyncedSite(engine, { prefix: 'modx_2_' });
    await expectToWork();
  });

  it('may have numbers beyond 31 bits, kept exactly', async () => {
    site = await createSyncedSite(engine);
    const [user, test, payment] = [3_000_000_000_007, 5_000_000_021, 4_000_000_000_003];
    await site.addTest(test, 1);
    await site.database.admin('INSERT INTO simpletest_users VALUES (?, ?, ?, ?, 1)', [
      user,
      'ann@x.com',
      test,
      await ago(site.database, 60),
    ]);
    await site.sync();
    expect(await site.entries()).toMatchObject([{ user_id: user, test_id: test }]);
    expect((await site.jobs())[0]?.payload).toMatch(new RegExp(`"user_id": ?${user}, ?"test_id": ?${test},`));
    await site.database.admin('UPDATE funnel_entries SET entered_at = ?', [await ago(site.database, 3600)]);
    await site.pay('ann@x.com', 1, await ago(site.database, 1800));
    await site.database.admin('UPDATE modx_cert_payment SET id = ?', [payment]);
    await site.sync();
    expect(await site.database.admin('SELECT payment_id FROM funnel_purchases')).toEqual([{ payment_id: payment }]);
    expect(await site.jobs('update_after_purchase')).toHaveLength(1);
    expect((await site.sync()).purchases.lookedAt).toBe(0);
  });

  it.each(['simpletest_users', 'simpletest_test', 'simpletest_lang', 'modx_cert_payment', 'modx_cert_test'])(
    'without the table %s is told which settings lead to it',
    async (table) => {
      site = await createSyncedSite(engine);
      await site.database.admin(`DROP TABLE ${table}`);
      for (const run of [site.sync, site.dryRun]) {
        await expect(run()).rejects.toMatchObject({
          kind: 'configuration',
          message: expect.stringMatching(new RegExp(`^A table or column of the site was not found\\. .*${table}`)),
          hint: expect.stringMatching(/modx\.database and modx\.tablePrefix/),
        });
      }
    },
  );
});

describe.each(engines)('a site on %s that lacks a column', (engine) => {
  it('is told which one, and which settings lead to its tables', async () => {
    site = await createSyncedSite(engine);
    await site.database.admin('ALTER TABLE modx_cert_payment DROP COLUMN id_status');
    await expect(site.sync()).rejects.toMatchObject({
      kind: 'configuration',
      message: expect.stringContaining('id_status'),
      hint: expect.stringMatching(/modx\.tablePrefix/),
    });
  });
});

describe('a site on a server', () => {
  const charsets: SiteOptions[] = [
    { charset: 'latin1' },
    { charset: 'utf8mb3' },
    { charset: 'utf8mb4 COLLATE utf8mb4_general_ci' },
  ];
  it.each(charsets)('may keep its texts in $charset', async (options) => {
    site = await createSyncedSite('mysql', options);
    await expectToWork();
  });

  it('may be in another schema, where the account may only read', async () => {
    const database = await createTestDatabase('mysql');
    const name = new URL(database.url).pathname.slice(1);
    const [schema, account] = [`${name}_site`, name.replace('funnels_test', 'reader')];
    await database.admin(`CREATE DATABASE ${schema}`);
    site = await createSyncedSite('mysql', { database, schema, prefix: 'p_', charset: 'latin1' });
    cleanUp.push(`DROP DATABASE ${schema}`, `DROP USER '${account}'@'%'`, `DROP USER '${account}'@'localhost'`);
    for (const host of ['%', 'localhost']) {
      await database.admin(`CREATE USER '${account}'@'${host}' IDENTIFIED BY 'secret'`);
      await database.admin(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${name}.* TO '${account}'@'${host}'`);
      await database.admin(`GRANT SELECT ON ${schema}.* TO '${account}'@'${host}'`);
    }
    const url = new URL(database.url);
    [url.username, url.password] = [account, 'secret'];
    await expectToWork({
      run: async () => {
        const session = open(url.href, 'read-write');
        const tables = modxTables({ database: schema, tablePrefix: 'p_' }, 'mysql');
        const { signal } = new AbortController();
        const runner = { host: 'test', version: 'test' };
        const options = {
          tables,
          funnels: bothFunnels,
          lookbackDays: 30,
          batchSize: 10,
          dryRun: false,
          signal,
          runner,
        };
        return sync(session, options).finally(() => session.close());
      },
    });
  });
});
