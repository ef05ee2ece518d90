import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrationsFor } from '../../src/migrate/migration.ts';
import { addOldEntries, createPredecessorTables } from '../migrate/predecessor.ts';
import { columnsOf } from '../migrate/schema.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { createMysqlDatabase, createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { createAccount } from './account.ts';

const funnels = (url: string, ...words: string[]): Promise<Run> =>
  runFunnels(words, { environment: { FUNNELS_DATABASE_URL: url } });

const newest = migrationsFor('sqlite').at(-1)?.version ?? 0;

describe.each(engines)('funnels migrate on %s', (engine) => {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await createTestDatabase(engine);
  });

  afterEach(() => place.drop());

  it('says what it applied, then that there is nothing left', async () => {
    const first = await funnels(place.url, 'migrate');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const lines = first.stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^Applied 0001 create_funnel_entries \(.+\)$/);
    expect(lines).toHaveLength(migrationsFor(engine).length + 1);
    expect(lines.at(-1)).toBe(`The schema is at version ${newest}.`);
    expect(await funnels(place.url, 'migrate')).toMatchObject({
      code: 0,
      stdout: `The schema is up to date (version ${newest}).\n`,
      stderr: '',
    });
  });

  it('status tells what is pending, and with --exit-code ends with 8 while something is', async () => {
    const before = await funnels(place.url, 'migrate', 'status', '--exit-code', '--json');
    expect(before.code).toBe(8);
    expect(JSON.parse(before.stdout)).toMatchObject({ pending: migrationsFor('sqlite').length });
    await funnels(place.url, 'migrate');
    const after = await funnels(place.url, 'migrate', 'status', '--exit-code', '--format', 'csv');
    expect(after.code).toBe(0);
    expect(after.stdout).toMatch(/^version,name,state,.*\r?\n1,create_funnel_entries,applied,/);
  });

  it('status says so when another program has changed the database', async () => {
    await funnels(place.url, 'migrate');
    await place.admin("UPDATE funnels_migrations SET checksum = 'sha256:other' WHERE version = 2");
    const changed = await funnels(place.url, 'migrate', 'status', '--exit-code', '--format', 'table');
    expect(changed.code).toBe(8);
    expect(changed.stdout).toContain('use the program that matches');
    await place.admin('UPDATE funnels_migrations SET version = 900 WHERE version = ?', [newest]);
    const newer = await funnels(place.url, 'migrate', 'status', '--exit-code', '--format', 'table');
    expect(newer.code).toBe(8);
    expect(newer.stdout).toContain('A newer funnels has changed this database');
  });

  it('refuses duplicates with 65 and names the command that lists them', async () => {
    await createPredecessorTables(place);
    await addOldEntries(place, { email: 'A@x.org' }, { email: 'a@x.org' });
    const { code, stdout, stderr } = await funnels(place.url, 'migrate', '--adopt');
    expect({ code, stdout }).toEqual({ code: 65, stdout: '' });
    expect(stderr).toContain('1 group of duplicates (2 entries)');
    expect(stderr).toContain('List them with: funnels find-duplicates.');
    expect(stderr).toContain('funnels find-duplicates --sql');
  });
});

describe('funnels migrate --dry-run', () => {
  it('prints every statement for a SQLite file that is missing, and does not make it', async () => {
    const place = await createTestDatabase('sqlite');
    const path = place.url.replace('sqlite:', '');
    await rm(path);
    const { code, stdout } = await funnels(place.url, 'migrate', '--dry-run');
    expect(code).toBe(0);
    for (const { statements } of migrationsFor('sqlite')) {
      for (const statement of statements) expect(stdout).toContain(`${statement};`);
    }
    expect(stdout).toMatch(/-- Nothing was written\. To do it: funnels migrate\n$/);
    expect(existsSync(path)).toBe(false);
    await place.drop();
  });
});

describe('an account on MariaDB or MySQL', () => {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await createMysqlDatabase();
  });

  afterEach(() => place.drop());

  it('that may only SELECT can ask for a dry run and the status', async () => {
    const account = await createAccount(place, 'SELECT');
    const dryRun = await funnels(account.url, 'migrate', '--dry-run');
    expect(dryRun).toMatchObject({ code: 0, stderr: '' });
    expect(dryRun.stdout).toContain('CREATE TABLE funnel_entries');
    expect((await funnels(account.url, 'migrate', 'status')).code).toBe(0);
    expect(await columnsOf(place)).toEqual({});
    await account.remove();
  });

  it('that may not CREATE is told so with 77, without its password', async () => {
    const account = await createAccount(place, 'SELECT, INSERT, UPDATE, DELETE');
    const { code, stdout, stderr } = await funnels(account.url, 'migrate');
    expect({ code, stdout }).toEqual({ code: 77, stdout: '' });
    expect(stderr).toContain('CREATE command denied');
    expect(stderr).toContain(account.user);
    expect(stderr).not.toContain(account.password);
    await account.remove();
  });

  it('needs no CREATE when nothing is left to do', async () => {
    await funnels(place.url, 'migrate');
    const account = await createAccount(place, 'SELECT');
    expect(await funnels(account.url, 'migrate')).toMatchObject({ code: 0, stderr: '' });
    await account.remove();
  });
});
