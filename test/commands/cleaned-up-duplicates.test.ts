import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addOldEntries, createPredecessorTables } from '../migrate/predecessor.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { ago, createSite } from '../support/site.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';

describe.each(engines)('duplicates that were cleaned up before the take-over (%s)', (engine) => {
  let place: TestDatabase;
  beforeEach(async () => {
    place = await createTestDatabase(engine);
  });
  afterEach(() => place.drop());

  async function funnels(...words: string[]): Promise<Run> {
    const environment = {
      FUNNELS_DATABASE_URL: place.url,
      FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5',
      FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID: '7',
    };
    const run = await runFunnels(words, { environment });
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
    return run;
  }

  async function cleanUp(): Promise<void> {
    const { stdout } = await funnels('find-duplicates', '--sql');
    const code = stdout.split('\n').filter((line) => !line.startsWith('--'));
    for (const statement of code.join('\n').split(';')) if (statement.trim() !== '') await place.admin(statement);
  }

  it.each([{ withoutOutbox: false }, { withoutOutbox: true }])(
    'let nobody enter again whom the latest of them covers (%o)',
    async (tables) => {
      const site = await createSite(place);
      const day = (days: number): Promise<string> => ago(place, days * 86_400);
      await createPredecessorTables(place, { charset: 'utf8mb4', ...tables });
      await addOldEntries(
        place,
        { email: 'ann@example.com', enteredAt: await day(90) },
        { email: 'ann@example.com\t', enteredAt: await day(3) },
        { email: 'Bob@example.com', enteredAt: await day(90) },
        { email: 'bob@example.com ', enteredAt: await day(80) },
        { email: 'cat@example.com', enteredAt: await day(90), testId: 5 },
        { email: 'Cat@example.com', enteredAt: await day(3), testId: 5 },
      );
      await site.finish('ann@example.com ', 5, await day(4));
      await site.finish('ann@example.com', 5, await day(1));
      await site.finish('bob@example.com', 5, await day(4));
      await site.finish('cat@example.com', 6, await day(4));
      await cleanUp();
      expect(await place.admin('SELECT entry_id FROM funnel_removed_duplicates ORDER BY 1')).toEqual([
        { entry_id: 1 },
        { entry_id: 3 },
      ]);
      // Somebody finds that one of them is left and cleans up once more: what is known is handed on.
      await addOldEntries(place, { email: 'ANN@example.com', enteredAt: await day(95) });
      await cleanUp();
      await funnels('migrate', '--adopt');
      const { stdout } = await funnels('sync', '--dry-run', '--explain');
      const told = stdout.split('\n').filter((line) => line.includes('example.com'));
      const outcomes = told.map((line) => line.split('\t').filter((_, index) => [0, 2].includes(index)));
      expect(outcomes.toSorted()).toEqual([
        ['covered_by_older_entry', '1'],
        ['covered_by_older_entry', '2'],
        ['entered', '3'],
        ['entered', '4'],
      ]);
      await funnels('sync');
      expect(await place.admin('SELECT email FROM funnel_entries WHERE test_id <> 0 ORDER BY 1, id')).toMatchObject([
        { email: 'bob@example.com' },
        { email: 'cat@example.com' },
        { email: 'cat@example.com' },
      ]);
    },
  );

  it('let nobody enter again when they were deleted by hand and their jobs are left', async () => {
    const site = await createSite(place);
    const day = (days: number): Promise<string> => ago(place, days * 86_400);
    await createPredecessorTables(place, { charset: 'utf8mb4' });
    await addOldEntries(
      place,
      { email: 'ann@example.com', enteredAt: await day(90) },
      { email: 'ann@example.com\t', enteredAt: await day(3) },
      { email: 'bob@example.com', enteredAt: await day(90) },
      { email: 'Bob@example.com', enteredAt: await day(40) },
    );
    for (const [entry, email, days] of [
      [2, 'ann@example.com\t', 3],
      [4, 'Bob@example.com', 40],
    ] as const) {
      await place.admin(
        `INSERT INTO brevo_sync_outbox (funnel_entry_id, operation_type, payload, status, retry_count, created_at, updated_at)
         VALUES (?, 'upsert_contact', ?, 'success', 0, ?, ?)`,
        [entry, JSON.stringify({ email, funnel_type: 'language', list_ids: [5] }), await day(days), await day(days)],
      );
    }
    await place.admin(`INSERT INTO brevo_sync_outbox (funnel_entry_id, operation_type, payload, status, retry_count,
      created_at, updated_at) VALUES (99, 'upsert_contact', '{', 'failed', 0, '2026-01-01 00:00:00', '2026-01-01 00:00:00')`);
    await place.admin('DELETE FROM funnel_entries WHERE id IN (2, 4)');
    await site.finish('ann@example.com ', 5, await day(4));
    await site.finish('bob@example.com', 5, await day(4));
    await funnels('migrate', '--adopt');
    const { stdout } = await funnels('sync', '--dry-run', '--explain');
    expect(stdout).toMatch(/^covered_by_older_entry\t.*ann@example\.com/m);
    expect(stdout).toMatch(/^entered\t.*bob@example\.com/m);
    await funnels('sync');
    // And nobody gets the number of an entry that jobs still name.
    expect(await place.admin('SELECT id, email FROM funnel_entries WHERE test_id <> 0')).toMatchObject([
      { id: 100, email: 'bob@example.com' },
    ]);
    const { stdout: outbox } = await funnels('outbox', 'list', '--due');
    expect(outbox).toMatch(/pending\t.*bob@example\.com/);
  });
});
