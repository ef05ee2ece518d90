import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addOldEntries, addOldJob, createPredecessorTables } from '../migrate/predecessor.ts';
import { everythingIn } from '../migrate/schema.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { createAccount } from './account.ts';

const hostile = "x'; DROP TABLE funnel_entries; --\n-- \r\nDELETE FROM brevo_sync_outbox;\u2028\x1b[31m*/@x.org";

describe.each(engines)('funnels find-duplicates --sql on %s', (engine) => {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await createTestDatabase(engine);
  });

  afterEach(() => place.drop());

  const funnels = (...words: string[]): Promise<Run> =>
    runFunnels(words, { environment: { FUNNELS_DATABASE_URL: place.url } });

  /** What a client does with the file: comment lines are skipped, and each semicolon ends a statement. */
  async function runScript(script: string): Promise<void> {
    const code = script.split('\n').filter((line) => !line.startsWith('--'));
    for (const statement of code.join('\n').split(';')) {
      if (statement.trim() !== '') await place.admin(statement);
    }
  }

  const purchase = (id: number, at: string | null): Promise<unknown> =>
    place.admin('UPDATE funnel_entries SET certificate_purchased = 1, certificate_purchased_at = ? WHERE id = ?', [
      at,
      id,
    ]);

  const entries = (): Promise<unknown[]> =>
    place.admin(
      `SELECT id, email, certificate_purchased AS bought, certificate_purchased_at AS at FROM funnel_entries ORDER BY id`,
    );

  it('prints statements after which nothing is found, no job is lost, purchases are kept and migrate works', async () => {
    await createPredecessorTables(place, { charset: 'utf8mb4' });
    await addOldEntries(
      place,
      { email: 'a@x.org', testId: 7, enteredAt: '2026-01-05 00:00:00' },
      { email: 'a@x.org', testId: 7, enteredAt: '2026-01-01 00:00:00' },
      { email: 'A@x.org', testId: 7, enteredAt: '2026-01-09 00:00:00' },
      { email: 'single@x.org' },
      { email: 'b@x.org', testId: null },
      { email: '\u00a0b@x.org', testId: 0 },
      { email: hostile },
      { email: hostile },
    );
    await purchase(1, '2026-01-07 00:00:00');
    await purchase(3, '2026-01-10 00:00:00');
    await purchase(6, null);
    await addOldJob(place, 'pending', '{}', null);
    await addOldJob(place, 'failed', '{}', 'no');
    await place.admin('UPDATE brevo_sync_outbox SET funnel_entry_id = 3 WHERE id = 2');
    const before = await everythingIn(place);

    const { code, stdout, stderr } = await funnels('find-duplicates', '--sql');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await everythingIn(place)).toEqual(before);
    expect(stdout).toContain('-- a@x.org: funnel language, test 7, 3 entries (differs in case).\n');
    expect(stdout).toContain('-- Entry 2 is the earliest and stays, 2 others go.\n');
    expect(stdout).toContain('-- The purchase recorded in entry 1 moves to it.\n');
    expect(stdout).toMatch(/-- 3 groups of duplicates, 7 entries, 4 of them deleted\.\n$/);
    for (const line of stdout.split('\n')) expect(line).toMatch(/^(--.*|[A-Z ]+;?|(UPDATE|DELETE|WHERE| {2}).*|)$/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\u2028]/);

    for (const _ of ['once', 'and again, which does no harm']) {
      await runScript(stdout);
      expect(await entries()).toEqual([
        { id: 2, email: 'a@x.org', bought: 1, at: '2026-01-07 00:00:00' },
        { id: 4, email: 'single@x.org', bought: 0, at: null },
        { id: 5, email: 'b@x.org', bought: 1, at: null },
        { id: 7, email: hostile, bought: 0, at: null },
      ]);
    }
    expect(await place.admin('SELECT id, funnel_entry_id AS entry, status FROM brevo_sync_outbox ORDER BY id')).toEqual(
      [
        { id: 1, entry: 2, status: 'pending' },
        { id: 2, entry: 2, status: 'failed' },
      ],
    );
    expect(await funnels('find-duplicates', '--exit-code')).toMatchObject({ code: 0, stdout: '' });
    expect(await funnels('find-duplicates', '--sql')).toMatchObject({
      code: 0,
      stdout: '-- No duplicates: there is nothing to resolve.\n',
    });
    expect(await funnels('migrate', '--adopt')).toMatchObject({ code: 0, stderr: '' });
  });

  it.runIf(engine === 'mysql')('leaves dates alone that renew themselves', async () => {
    await createPredecessorTables(place);
    const renews = 'TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP';
    await addOldEntries(place, { email: 'a@x.org' }, { email: 'a@x.org', enteredAt: '2026-01-01 00:00:00' });
    await purchase(1, '2026-01-07 00:00:00');
    await addOldJob(place, 'pending', '{}', null);
    await place.admin(`ALTER TABLE funnel_entries MODIFY entered_at ${renews}`);
    await place.admin(`ALTER TABLE brevo_sync_outbox MODIFY created_at ${renews},
      MODIFY next_attempt_at TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP`);
    await runScript((await funnels('find-duplicates', '--sql')).stdout);
    expect(await place.admin('SELECT id, entered_at, certificate_purchased AS bought FROM funnel_entries')).toEqual([
      { id: 2, entered_at: '2026-01-01 00:00:00', bought: 1 },
    ]);
    expect(await place.admin('SELECT funnel_entry_id, created_at, next_attempt_at FROM brevo_sync_outbox')).toEqual([
      { funnel_entry_id: 2, created_at: '2026-01-02 03:04:05', next_attempt_at: null },
    ]);
  });

  it('prints every group, also beyond what is listed, and ends with 8 for --exit-code', async () => {
    await createPredecessorTables(place, { withoutOutbox: true });
    const twice = Array.from({ length: 2_400 }, (_, index) => ({ email: `p${index % 1_200}@x.org` }));
    await addOldEntries(place, ...twice);
    const { code, stdout } = await funnels('find-duplicates', '--sql', '--exit-code');
    expect(code).toBe(8);
    expect(stdout.match(/^COMMIT;$/gm)).toHaveLength(1_200);
    expect(stdout).not.toContain('UPDATE');
    await place.admin(engine === 'mysql' ? 'SET autocommit = 1' : 'PRAGMA synchronous = OFF');
    await runScript(stdout);
    expect(await place.admin('SELECT COUNT(*) AS rest FROM funnel_entries')).toEqual([{ rest: 1_200 }]);
  });

  it('is one of the ways to print, not to be mixed with the others', async () => {
    await createPredecessorTables(place);
    for (const other of [['--json'], ['--format', 'csv']]) {
      expect(await funnels('find-duplicates', '--sql', ...other)).toMatchObject({ code: 64 });
    }
  });

  it('ends with 65 where there is no such table', async () => {
    expect(await funnels('find-duplicates', '--sql')).toMatchObject({ code: 65, stdout: '' });
  });

  it.runIf(engine === 'mysql')(
    'is refused where the jobs cannot be seen, rather than leaving them behind',
    async () => {
      await createPredecessorTables(place);
      await addOldEntries(place, { email: 'a@x.org' }, { email: 'a@x.org' });
      const account = await createAccount(place, 'SELECT', 'funnel_entries');
      const { code, stdout, stderr } = await runFunnels(['find-duplicates', '--sql'], {
        environment: { FUNNELS_DATABASE_URL: account.url },
      });
      expect({ code, stdout }).toEqual({ code: 77, stdout: '' });
      expect(stderr).toContain('Grant this account SELECT on brevo_sync_outbox');
      await account.remove();
    },
  );
});
