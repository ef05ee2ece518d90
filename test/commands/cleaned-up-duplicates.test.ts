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
});
