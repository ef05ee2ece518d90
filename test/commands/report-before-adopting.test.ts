import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addOldEntries, createPredecessorTables, type OldTables } from '../migrate/predecessor.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { createAccount } from './account.ts';

const report = ['report', 'conversions', '--format', 'plain'];

describe.each(engines)("a report on the Python service's tables as they are (%s)", (engine) => {
  let place: TestDatabase;
  beforeEach(async () => {
    place = await createTestDatabase(engine);
  });
  afterEach(() => place.drop());

  const run = (words: string[], url = place.url): Promise<Run> =>
    runFunnels(words, { environment: { FUNNELS_DATABASE_URL: url } });

  async function fill(): Promise<void> {
    // Duplicates and addresses as they were typed: they count as the old report counted them.
    await addOldEntries(
      place,
      { email: 'ann@example.com', enteredAt: '2026-10-01 00:00:00' },
      { email: 'Ann@Example.com ', enteredAt: '2026-10-02 10:00:00' },
      { email: 'bob@example.com', testId: 5, enteredAt: '2026-10-31 23:59:59' },
      { email: 'cat@example.com', funnelType: 'non_language', enteredAt: '2026-11-01 00:00:00' },
    );
    await place.admin(
      `UPDATE funnel_entries SET certificate_purchased = 1, certificate_purchased_at = '2026-10-05 10:00:00' WHERE id = 2`,
    );
    await place.admin('UPDATE funnel_entries SET certificate_purchased = 1 WHERE id = 3');
  }

  const all = [
    'Funnel conversion report',
    '------------------------',
    'language: entries=3, purchased=2, conversion=66.67%',
    'non_language: entries=1, purchased=0, conversion=0.00%',
    '',
  ].join('\n');
  const said = /^These tables have not been taken over yet; the figures are those of the rows as they are\.\n$/;

  const variants: OldTables[] = [{}, { charset: 'utf8mb4' }, { withoutOutbox: true }, { storage: 'MyISAM' }];
  it.each(variants)('has the figures of the old report, and leaves the tables alone: %j', async (options) => {
    await createPredecessorTables(place, options);
    await fill();
    const before = await place.admin('SELECT * FROM funnel_entries ORDER BY id');
    expect(await run(report)).toMatchObject({ code: 0, stdout: all, stderr: expect.stringMatching(said) });
    const october = await run([...report, '--from-date', '2026-10-01', '--to-date', '2026-11-01']);
    expect(october.stdout).toContain('language: entries=3, purchased=2, conversion=66.67%\n');
    expect(october.stdout).toContain('non_language: entries=0, purchased=0, conversion=0.00%\n');
    expect(await place.admin('SELECT * FROM funnel_entries ORDER BY id')).toEqual(before);
  });

  it('is the same report after the tables were taken over, when there was nothing to clean up', async () => {
    await createPredecessorTables(place);
    await fill();
    await place.admin('DELETE FROM funnel_entries WHERE id = 1');
    const before = await run(report);
    expect((await run(['migrate', '--adopt'])).code).toBe(0);
    expect(await run(report)).toMatchObject({ code: 0, stdout: before.stdout, stderr: '' });
  });

  it('says of an empty table what it says of an empty period', async () => {
    await createPredecessorTables(place);
    expect(await run(report)).toMatchObject({ code: 0, stdout: 'No funnel entries found.\n' });
  });

  it('is the only one: others name it', async () => {
    await createPredecessorTables(place);
    for (const words of [
      ['report', 'conversions'],
      ['report', 'cohorts'],
      [...report, '--json'],
    ]) {
      const { code, stdout, stderr } = await run(words);
      expect([words, code]).toEqual([words, 65]);
      expect(stdout + stderr).toContain('funnels migrate --adopt');
      expect(stdout + stderr).toContain('funnels report conversions --format plain');
    }
    const sync = await run(['sync']);
    expect(sync.code).toBe(65);
    expect(sync.stderr).not.toContain('--format plain');
  });

  it.runIf(engine === 'mysql').each(['*', 'funnel_entries'])('needs no right but SELECT on %s', async (table) => {
    await createPredecessorTables(place);
    await fill();
    const account = await createAccount(place, 'SELECT', table);
    try {
      expect(await run(report, account.url)).toMatchObject({ code: 0, stdout: all });
    } finally {
      await account.remove();
    }
  });
});
