import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addOldEntries, createPredecessorTables } from '../migrate/predecessor.ts';
import { everythingIn } from '../migrate/schema.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { createAccount } from './account.ts';

describe.each(engines)('funnels find-duplicates on %s', (engine) => {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await createTestDatabase(engine);
  });

  afterEach(() => place.drop());

  const findDuplicates = (...words: string[]): Promise<Run> =>
    runFunnels(['find-duplicates', ...words], { environment: { FUNNELS_DATABASE_URL: place.url } });

  const addGroups = async (): Promise<void> => {
    await createPredecessorTables(place);
    await addOldEntries(
      place,
      { email: 'a@x.org', testId: 7, enteredAt: '2026-01-01 00:00:00' },
      { email: 'a@x.org', testId: 7, enteredAt: '2026-02-01 00:00:00' },
      { email: 'B@x.org' },
      { email: 'b@x.org' },
    );
  };

  it('lists the groups with the columns of the guide, before any migration, and changes nothing', async () => {
    await addGroups();
    const before = await everythingIn(place);
    const { code, stdout, stderr } = await findDuplicates('--format', 'csv');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split(/\r?\n/)).toEqual([
      'email,funnelType,testId,count,lowestId,highestId,firstEnteredAt,lastEnteredAt,why,keepId',
      'a@x.org,language,7,2,1,2,2026-01-01 00:00:00,2026-02-01 00:00:00,exact,1',
      'b@x.org,language,0,2,3,4,2026-01-02 03:04:05,2026-01-02 03:04:05,differs in case,3',
      '',
    ]);
    expect(await everythingIn(place)).toEqual(before);
  });

  it('escapes in --json what a terminal would obey; it still is the same text', async () => {
    await createPredecessorTables(place);
    const email = 'a\u007f@x.org';
    await addOldEntries(place, { email, testId: 7 }, { email, testId: 7 });
    const { stdout } = await findDuplicates('--json');
    expect(JSON.parse(stdout)).toMatchObject({ groups: [{ email, count: 2 }] });
    expect(stdout).toContain('"a\\u007f@x.org"');
    expect(stdout).not.toContain('\u007f');
  });

  it('says what to do with them, and that some are spelled in several ways', async () => {
    await addGroups();
    const { stdout } = await findDuplicates('--format', 'table');
    expect(stdout).toContain('2 groups of duplicates, 4 entries');
    expect(stdout).toContain('written in several ways');
    expect(stdout).toContain('language loses 2 entries; the number of people stays');
    expect(stdout).toContain('funnels find-duplicates --sql (changes nothing)');
    expect(stdout).toMatch(/Run them, then: funnels migrate --adopt\n/);
    await place.admin('CREATE TABLE funnels_migrations (version INT)');
    expect((await findDuplicates('--format', 'table')).stdout).toMatch(/Run them, then: funnels migrate\n/);
  });

  it('ends with 8 for --exit-code, and lists no more than --limit', async () => {
    await addGroups();
    const { code, stdout } = await findDuplicates('--exit-code', '--limit', '1', '--json');
    expect(code).toBe(8);
    expect(JSON.parse(stdout)).toMatchObject({ total: 2, entries: 4, groups: [{ email: 'a@x.org' }] });
  });

  it('ends with 0 when there are none, --exit-code or not', async () => {
    await createPredecessorTables(place);
    const { code, stdout } = await findDuplicates('--exit-code', '--format', 'table');
    expect(code).toBe(0);
    expect(stdout).toContain('No duplicates');
  });

  it('ends with 65 where there is no such table', async () => {
    const { code, stdout, stderr } = await findDuplicates();
    expect({ code, stdout }).toEqual({ code: 65, stdout: '' });
    expect(stderr).toContain('There is no table funnel_entries');
  });

  it('ends with 65 where the table is somebody else’s, and says what it lacks', async () => {
    await place.admin('CREATE TABLE funnel_entries (id INT PRIMARY KEY, EMAIL VARCHAR(20), entered_at INT)');
    for (const words of [[], ['--sql']]) {
      const { code, stdout, stderr } = await findDuplicates(...words);
      expect({ code, stdout }).toEqual({ code: 65, stdout: '' });
      expect(stderr).toContain(
        "funnel_entries cannot be the predecessor's: funnel_entries.funnel_type, funnel_entries.test_id are missing.",
      );
    }
  });

  it.runIf(engine === 'mysql')('works for an account that may only SELECT', async () => {
    await addGroups();
    const account = await createAccount(place, 'SELECT');
    const { code, stdout } = await runFunnels(['find-duplicates', '--json'], {
      environment: { FUNNELS_DATABASE_URL: account.url },
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ total: 2 });
    await account.remove();
  });
});
