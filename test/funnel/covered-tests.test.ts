import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { createSyncedSite, occurred, type SyncedSite } from './synced-site.ts';

interface Told {
  finishes: { name: string; test: number; day: number }[];
  entries: Record<string, number>;
}

describe.each(engines)('an entry without a test number (%s)', (engine) => {
  let site: SyncedSite;
  const daysAgo = (days: number): Promise<string> => ago(site.database, days * 86_400);
  beforeAll(async () => {
    site = await createSyncedSite(engine);
  });
  beforeEach(() => site.clear());
  afterAll(() => site.drop());

  /** Runs dry, for real and once more; the counters have to be the same but for those who entered. */
  async function outcomes(): Promise<Record<string, number>> {
    const dry = await site.dryRun({ batchSize: 2 });
    const explained = await site.dryRun({ onDecision: () => undefined });
    const real = await site.sync({ batchSize: 2 });
    expect([dry.outcomes, explained.outcomes]).toEqual([real.outcomes, real.outcomes]);
    const again = await site.sync();
    expect(again.outcomes).toMatchObject({ entered: 0, covered_by_older_entry: real.outcomes.covered_by_older_entry });
    return occurred(real.outcomes);
  }

  // The predecessor's results are as people typed them; older than any look-back they are evidence all the same.
  it.each(['ann@example.com', 'ann@example.com ', 'ann@example.com\t', ' ANN@Example.com', '\u200bann@example.com'])(
    'covers a test its person had finished before as %j when it is taken again',
    async (written) => {
      await site.finish(written, 5, await daysAgo(400));
      await site.finish(written, 6, await daysAgo(10));
      await site.enter('ann@example.com', 'language', 0, await daysAgo(50));
      await site.finish('ann@example.com', 5, await daysAgo(2));
      await site.finish(written, 5, await daysAgo(1));
      expect(await outcomes()).toEqual({ covered_by_older_entry: 2, entered: 1 });
      expect((await site.entries()).map(({ test_id }) => test_id)).toEqual([0, 6]);
    },
  );

  it('covers no test that was not finished by then, of another funnel, or by somebody else', async () => {
    await site.enter('ann@x.com', 'language', 0, await daysAgo(50));
    await site.finish('ann@x.com', 7, await daysAgo(60));
    await site.finish('bob@x.com', 5, await daysAgo(60));
    for (const test of [5, 6, 7]) await site.finish('ann@x.com', test, await daysAgo(2));
    expect(await outcomes()).toEqual({ entered: 3 });
  });

  it.each(['before', 'after'])(
    'covers its tests in whichever funnel the site has them %s it is looked at',
    async (when) => {
      const move = (language: number): Promise<unknown> =>
        site.database.admin('UPDATE simpletest_test SET LangId = ? WHERE Id = 5', [language]);
      const result = await site.finish('ann@x.com', 5, await daysAgo(60));
      await site.enter('ann@x.com', 'language', 0, await daysAgo(50));
      if (when === 'before') await site.database.admin('UPDATE funnel_entries SET user_id = ?', [result]);
      else {
        await site.finish('ann@x.com', 5, await daysAgo(2));
        expect(await outcomes()).toEqual({ covered_by_older_entry: 1 });
      }
      await move(99);
      await site.finish('ann@x.com', 5, await daysAgo(1));
      expect(await outcomes()).toEqual({ covered_by_older_entry: when === 'before' ? 1 : 2 });
      await move(1);
    },
  );

  it('covers the test of the result it names, whatever has become of the address', async () => {
    const result = await site.finish('anne@x.com', 5, await daysAgo(60));
    await site.enter('ann@x.com', 'language', 0, await daysAgo(50));
    await site.database.admin('UPDATE funnel_entries SET user_id = ?', [result]);
    await site.finish('ann@x.com', 5, await daysAgo(2));
    await site.finish('ann@x.com', 6, await daysAgo(2));
    expect(await outcomes()).toEqual({ covered_by_older_entry: 1, entered: 1 });
  });

  it('covers the result it names, and its test, also when the site has corrected the date', async () => {
    for (const [name, day] of [
      ['ann', 60],
      ['bob', 20],
      ['cat', 60],
    ] as const) {
      const result = await site.finish(`${name}@x.com`, 5, await daysAgo(day));
      await site.enter(`${name}@x.com`, 'language', 0, await daysAgo(15));
      await site.database.admin('UPDATE funnel_entries SET user_id = ? WHERE email = ?', [result, `${name}@x.com`]);
    }
    await site.database.admin("UPDATE simpletest_users SET Datep = ? WHERE Email = 'cat@x.com'", [await daysAgo(5)]);
    await site.finish('ann@x.com', 5, await daysAgo(2));
    expect(await outcomes()).toEqual({ covered_by_older_entry: 3 });
  });

  const evidence = {
    'a duplicate that gave way to it': 'INSERT INTO funnel_removed_duplicates (entry_id, entered_at) VALUES (?, ?)',
    'a job for it': `INSERT INTO brevo_sync_outbox (funnel_entry_id, operation_type, payload, status, created_at)
      VALUES (?, 'upsert_contact', '{}', 'success', ?)`,
  };
  it.each(Object.entries(evidence))('goes on covering up to %s', async (_, statement) => {
    await site.enter('ann@example.com', 'language', 0, await daysAgo(90));
    const [entry] = await site.entries();
    await site.finish('ann@example.com ', 5, await daysAgo(4));
    await site.finish('ann@example.com', 5, await daysAgo(2));
    await site.finish('ann@example.com', 6, await daysAgo(2));
    await site.database.admin(statement, [entry?.id ?? 0, await daysAgo(3)]);
    expect(await outcomes()).toEqual({ covered_by_older_entry: 2, entered: 1 });
    // What is recorded outlives its evidence.
    await site.database.admin('DELETE FROM funnel_removed_duplicates');
    await site.database.admin("DELETE FROM brevo_sync_outbox WHERE payload = '{}'");
    expect(occurred((await site.sync()).outcomes)).toEqual({ covered_by_older_entry: 2, already_in_funnel: 1 });
  });

  it('that is deleted covers nothing any more, and one that comes later is looked at as well', async () => {
    await site.finish('ann@x.com', 5, await daysAgo(60));
    await site.enter('ann@x.com', 'language', 0, await daysAgo(50));
    await site.finish('ann@x.com', 5, await daysAgo(2));
    expect(await outcomes()).toEqual({ covered_by_older_entry: 1 });
    await site.finish('bob@x.com', 5, await daysAgo(60));
    await site.enter('bob@x.com', 'language', 0, await daysAgo(50));
    await site.finish('bob@x.com', 5, await daysAgo(2));
    expect(await outcomes()).toEqual({ covered_by_older_entry: 2 });
    await site.database.admin('DELETE FROM funnel_entries');
    expect(occurred((await site.sync()).outcomes)).toEqual({ entered: 2 });
  });

  it('is not marked by a run that a signal ended, and nobody it may cover is decided about', async () => {
    await site.finish('ann@x.com', 5, await daysAgo(60));
    await site.enter('ann@x.com', 'language', 0, await daysAgo(50));
    await site.finish('ann@x.com', 5, await daysAgo(2));
    await site.finish('bob@x.com', 5, await daysAgo(2));
    const stop = new AbortController();
    const pause = async (): Promise<void> => stop.abort();
    const result = await site.sync({ signal: stop.signal, batchSize: 1, pause });
    expect(result.interrupted).toBe(true);
    expect(result.lookedAt + result.remaining).toBe(2);
    expect(result.outcomes.entered).toBeLessThan(2);
    expect(await outcomes()).toMatchObject({ covered_by_older_entry: 1 });
  });

  it('covers the same whatever the sizes of batches, for many people', async () => {
    const at = await Promise.all([60, 40, 20, 10, 5, 1].map(daysAgo));
    const day = fc.integer({ min: 0, max: 5 });
    const told: fc.Arbitrary<Told> = fc.record({
      finishes: fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c'), test: fc.constantFrom(5, 6), day }), {
        maxLength: 12,
      }),
      entries: fc.dictionary(fc.constantFrom('a', 'b', 'c'), day),
    });
    const check = async ({ finishes, entries }: Told, batchSize: number): Promise<void> => {
      await site.clear();
      for (const { name, test, day } of finishes) await site.finish(`${name}@x.com`, test, at[day] ?? '');
      for (const [name, day] of Object.entries(entries))
        await site.enter(`${name}@x.com`, 'language', 0, at[day] ?? '');
      const dry = await site.dryRun({ batchSize });
      const real = await site.sync({ batchSize });
      expect(dry.outcomes).toEqual(real.outcomes);
      const entered = (await site.entries()).filter(({ test_id }) => test_id !== 0);
      const wanted = new Set(
        finishes
          .filter(({ day }) => day >= 2)
          .filter(({ name, test }) => {
            const until = entries[name];
            return !(
              until !== undefined && finishes.some((one) => one.name === name && one.test === test && one.day <= until)
            );
          })
          .map(({ name, test }) => `${name}@x.com ${test}`),
      );
      expect(new Set(entered.map(({ email, test_id }) => `${email} ${test_id}`))).toEqual(wanted);
    };
    await fc.assert(fc.asyncProperty(told, fc.constantFrom(1, 2, 500), check), {
      numRuns: engine === 'sqlite' ? 60 : 10,
    });
  });
});
