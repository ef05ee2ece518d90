import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { expect, inject, it, onTestFinished } from 'vitest';
import { type Grants, ownTables } from '../../src/migrate/grants.ts';
import { startFakeBrevo } from '../support/fake-brevo.ts';
import { runFunnels } from '../support/program.ts';
import { ago, createSite } from '../support/site.ts';
import { createMysqlDatabase } from '../support/test-databases.ts';
import { migrateTo } from './migrating.ts';

it('the tables that accounts are given rights on are those the newest schema has', async () => {
  const place = await createMysqlDatabase();
  onTestFinished(() => place.drop());
  await migrateTo(place);
  const tables = (await place.admin<Record<string, string>>('SHOW TABLES')).flatMap((row) => Object.values(row));
  expect(ownTables()).toEqual(tables.sort());
});

it.each([
  ['beside the site in one database', true],
  ['in a database of their own', false],
])('accounts with the printed rights, tables %s, can do all that they are for', async (_, isShared) => {
  const place = await createMysqlDatabase();
  const other = isShared ? place : await createMysqlDatabase();
  const brevo = await startFakeBrevo();
  const admin = await createConnection({ uri: inject('databaseServerUrl') });
  const suffix = randomBytes(4).toString('hex');
  const accounts = { program: `funnels_${suffix}`, reporting: `report_${suffix}` };
  onTestFinished(async () => {
    for (const name of Object.values(accounts)) await admin.query(`DROP USER IF EXISTS '${name}'@'%'`);
    await admin.end();
    await brevo.close();
    await place.drop();
    if (!isShared) await other.drop();
  });
  const site = await createSite(other);
  await site.finish('ann@example.com', 5, await ago(place, 3600));
  await site.finish('bob@example.com', 7, await ago(place, 3600));
  await site.pay('bob@example.com', 2, await ago(place, -1));
  for (const name of Object.values(accounts))
    await admin.query(`CREATE USER '${name}'@'%' IDENTIFIED BY 'pw-${suffix}'`);

  const urlFor = (name: string): string => {
    const url = new URL(place.url);
    url.username = name;
    url.password = `pw-${suffix}`;
    return url.href;
  };
  const run = (account: keyof typeof accounts, words: string) =>
    runFunnels(words.split(' '), {
      environment: {
        FUNNELS_DATABASE_URL: urlFor(accounts[account]),
        ...(isShared ? {} : { FUNNELS_MODX_DATABASE: new URL(other.url).pathname.slice(1) }),
        FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5',
        FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID: '7',
        FUNNELS_BREVO_BASE_URL: brevo.url,
        BREVO_API_KEY: brevo.apiKey,
      },
    });
  const everything = async (account: keyof typeof accounts, lines: readonly string[]): Promise<void> => {
    for (const line of lines) {
      const { code, stderr } = await run(account, line);
      expect([line, code, stderr]).toEqual([line, 0, expect.not.stringMatching(/denied|refused|Warning/i)]);
    }
  };

  const printed = await run(
    'program',
    `migrate grants --account ${accounts.program}@% --reporting ${accounts.reporting}@% --json`,
  );
  const grants = JSON.parse(printed.stdout) as Grants;
  for (const statement of grants.program) await admin.query(statement);
  // What differs between the two is only which tables are reached by which right.
  const more = (...lines: string[]): string[] => (isShared ? lines : []);
  await everything('program', [...more('migrate --dry-run'), 'migrate', ...more('sync --dry-run'), 'sync']);
  for (const statement of grants.reporting) await admin.query(statement);
  await everything('program', [
    'drain-outbox',
    ...more('drain-outbox --dry-run', 'outbox list', 'outbox show 1', 'migrate repair --yes', 'outbox retry --failed'),
  ]);
  await everything('reporting', ['report conversions', ...more('find-duplicates', 'migrate status --exit-code')]);
  expect((await run('reporting', 'sync')).code).toBe(77);
  expect([...brevo.account.contacts.keys()]).toContain('ann@example.com');
});
