import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { bothFunnels, createSyncedSite, occurred, type SyncedSite } from './synced-site.ts';

describe.each(engines)('entering a funnel (%s)', (engine) => {
  let site: SyncedSite;
  let hourAgo: string;
  beforeAll(async () => {
    site = await createSyncedSite(engine);
  });
  beforeEach(async () => {
    await site.clear();
    hourAgo = await ago(site.database, 3600);
  });
  afterAll(() => site.drop());

  it('writes the entry and its job exactly as they are described', async () => {
    const row = await site.finish(' Ann@Example.COM\t', 5, hourAgo);
    const before = await ago(site.database, 0);
    const result = await site.sync();
    expect(occurred(result.outcomes)).toEqual({ entered: 1 });
    const [entry, ...more] = await site.entries();
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      email: 'ann@example.com',
      funnel_type: 'language',
      user_id: row,
      test_id: 5,
      certificate_purchased: 0,
      certificate_purchased_at: null,
      test_completed_at: hourAgo,
      source: 'email_language_v1',
    });
    expect((entry?.entered_at ?? '') >= before).toBe(true);
    expect((entry?.entered_at ?? '9999') <= (await ago(site.database, 0))).toBe(true);
    const [job, ...otherJobs] = await site.jobs();
    expect(otherJobs).toEqual([]);
    expect(job).toMatchObject({
      funnel_entry_id: entry?.id,
      operation_type: 'upsert_contact',
      status: 'pending',
      retry_count: 0,
      next_attempt_at: null,
      lease_token: null,
    });
    expect(JSON.parse(job?.payload ?? '')).toEqual({
      email: 'ann@example.com',
      funnel_type: 'language',
      user_id: row,
      test_id: 5,
      list_ids: [5],
      attributes: { FUNNEL_TYPE: 'language' },
    });
  });

  it('tells language tests from others, and enters once for a test with several language versions', async () => {
    for (const test of [5, 6, 7, 8]) await site.finish(`p${test}@x.com`, test, hourAgo);
    const result = await site.sync();
    expect(result.entered).toEqual({ language: 2, non_language: 2 });
    expect((await site.entries()).map(({ test_id, funnel_type, source }) => [test_id, funnel_type, source])).toEqual([
      [5, 'language', 'email_language_v1'],
      [6, 'language', 'email_language_v1'],
      [7, 'non_language', null],
      [8, 'non_language', null],
    ]);
    const lists = (await site.jobs()).map(({ payload }) => (JSON.parse(payload) as { list_ids: number[] }).list_ids);
    expect(lists).toEqual([[5], [5], [7], [7]]);
  });

  it('gives a reason for each result that cannot enter', async () => {
    await site.finish(null, 5, hourAgo);
    await site.finish(' \u200b', 5, hourAgo);
    await site.finish('ann', 5, hourAgo);
    await site.finish("'; DROP TABLE funnel_entries; --@x.com", 5, hourAgo);
    await site.finish('ann@x.com', 999, hourAgo);
    await site.finish('ann@x.com', null, hourAgo);
    await site.finish('ann@x.com', 0, hourAgo);
    const result = await site.sync();
    expect(occurred(result.outcomes)).toEqual({ no_address: 2, not_an_address: 2, no_such_test: 3 });
    expect(await site.entries()).toEqual([]);
    expect(await site.jobs()).toEqual([]);
  });

  it('refuses test 0 even where the site has one, as 0 means "not recorded" in an entry', async () => {
    await site.addTest(0, 1);
    await site.finish('ann@x.com', 0, hourAgo);
    expect(occurred((await site.sync()).outcomes)).toEqual({ no_such_test: 1 });
  });

  it('leaves out a funnel without a list, and takes its people in once it has one', async () => {
    await site.finish('ann@x.com', 5, hourAgo);
    await site.finish('bob@x.com', 7, hourAgo);
    const funnels = { ...bothFunnels, non_language: { listId: undefined, source: undefined } };
    expect(occurred((await site.sync({ funnels })).outcomes)).toEqual({ entered: 1, funnel_not_configured: 1 });
    expect(occurred((await site.sync()).outcomes)).toEqual({ entered: 1, already_in_funnel: 1 });
  });

  it('looks at the last days only, up to now', async () => {
    const day = 86_400;
    await site.finish('old@x.com', 5, await ago(site.database, 2 * day + 60));
    await site.finish('edge@x.com', 5, await ago(site.database, 2 * day - 60));
    await site.finish('future@x.com', 5, '2999-01-01 00:00:00');
    await site.finish('unfinished@x.com', 5, null);
    const result = await site.sync({ lookbackDays: 2 });
    expect(result.lookedAt).toBe(1);
    expect((await site.entries()).map(({ email }) => email)).toEqual(['edge@x.com']);
    const days = (Date.parse(`${result.window.to}Z`) - Date.parse(`${result.window.from}Z`)) / 1000 / day;
    expect(days).toBe(2);
  });

  it('enters the oldest first', async () => {
    for (const hours of [1, 3, 2]) await site.finish(`h${hours}@x.com`, 5, await ago(site.database, hours * 3600));
    await site.sync({ batchSize: 2 });
    expect((await site.entries()).map(({ email }) => email)).toEqual(['h3@x.com', 'h2@x.com', 'h1@x.com']);
  });

  it('takes ways to write an address for one person, and addresses with a plus for others', async () => {
    for (const email of ['Jose\u0301@x.com', ' josé@X.com', 'jose@x.com', 'jose+1@x.com', 'jose+2@x.com']) {
      await site.finish(email, 5, hourAgo);
    }
    expect(occurred((await site.sync()).outcomes)).toEqual({ entered: 4, repeated_in_run: 1 });
    const addresses = ['josé@x.com', 'jose@x.com', 'jose+1@x.com', 'jose+2@x.com'];
    expect((await site.entries()).map(({ email }) => email)).toEqual(addresses);
    expect(occurred((await site.sync()).outcomes)).toEqual({ already_in_funnel: 5 });
  });

  it('enters a person once for every test', async () => {
    for (const test of [5, 6, 7]) await site.finish('ann@x.com', test, hourAgo);
    expect((await site.sync()).entered).toEqual({ language: 2, non_language: 1 });
  });

  it.each([1, 2, 3, 500])('counts the same in batches of %i', async (batchSize) => {
    for (const email of ['a', 'b', 'a', 'c', 'a', 'b']) await site.finish(`${email}@x.com`, 5, hourAgo);
    await site.enter('c@x.com', 'language', 5, hourAgo);
    const dry = await site.dryRun({ batchSize });
    const result = await site.sync({ batchSize });
    expect(occurred(result.outcomes)).toEqual({ entered: 2, repeated_in_run: 3, already_in_funnel: 1 });
    expect(dry.outcomes).toEqual(result.outcomes);
    expect(occurred((await site.sync({ batchSize })).outcomes)).toEqual({ already_in_funnel: 6 });
    expect(await site.jobs()).toHaveLength(2);
  });

  it('goes through any number of results, page by page', async () => {
    const numbers =
      engine === 'mysql'
        ? 'SELECT seq FROM seq_1_to_20500'
        : 'WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 20500) SELECT seq FROM n';
    const address = engine === 'mysql' ? "CONCAT('p', seq % 300, '@x.com')" : "'p' || (seq % 300) || '@x.com'";
    // All at one moment, so that pages can only be told apart by the rows' numbers.
    await site.database.admin(
      `INSERT INTO simpletest_users SELECT seq, ${address}, 5, '${hourAgo}', 1 FROM (${numbers}) AS numbers`,
    );
    const result = await site.sync();
    expect(occurred(result.outcomes)).toEqual({ entered: 300, repeated_in_run: 20_200 });
    expect(await site.jobs()).toHaveLength(300);
  });

  it('keeps an entry only together with its job', async () => {
    await site.finish('ann@x.com', 5, hourAgo);
    await site.finish('bob@x.com', 5, hourAgo);
    const refusal = engine === 'mysql' ? "SIGNAL SQLSTATE '45000'" : "SELECT RAISE(ABORT, 'refused')";
    const when = engine === 'mysql' ? 'FOR EACH ROW BEGIN IF NEW.payload LIKE' : 'WHEN NEW.payload LIKE';
    const end = engine === 'mysql' ? `THEN ${refusal}; END IF; END` : `BEGIN ${refusal}; END`;
    await site.database.admin(`CREATE TRIGGER no_bob BEFORE INSERT ON brevo_sync_outbox ${when} '%bob%' ${end}`);
    expect(occurred((await site.sync()).outcomes)).toEqual({ entered: 1, refused_by_database: 1 });
    expect((await site.entries()).map(({ email }) => email)).toEqual(['ann@x.com']);
    expect(await site.jobs()).toHaveLength(1);
    await site.database.admin('DROP TRIGGER no_bob');
    expect(occurred((await site.sync()).outcomes)).toEqual({ entered: 1, already_in_funnel: 1 });
    expect(await site.jobs()).toHaveLength(2);
  });

  it('ends after the batch in hand when it is told to stop, and the next run goes on', async () => {
    for (let person = 0; person < 10; person += 1) await site.finish(`p${person}@x.com`, 5, hourAgo);
    const stop = new AbortController();
    const first = await site.sync({
      batchSize: 3,
      signal: stop.signal,
      onProgress: (done) => done >= 6 && stop.abort(),
    });
    // The third batch is on its way when the second one is told to be done.
    expect(first).toMatchObject({ interrupted: true, lookedAt: 9, remaining: 1 });
    expect(await site.jobs()).toHaveLength(9);
    expect(occurred((await site.sync({ batchSize: 3 })).outcomes)).toEqual({ entered: 1, already_in_funnel: 9 });
  });

  it('enters nobody when it is told to stop before payments have been taken in', async () => {
    await site.finish('ann@x.com', 5, hourAgo);
    const result = await site.sync({ signal: AbortSignal.abort() });
    expect(result).toMatchObject({ interrupted: true, lookedAt: 0 });
    expect(await site.entries()).toEqual([]);
  });

  it('tells how far it is', async () => {
    for (let person = 0; person < 5; person += 1) await site.finish(`p${person}@x.com`, 5, hourAgo);
    const steps: number[][] = [];
    await site.sync({ batchSize: 2, onProgress: (done, total) => steps.push([done, total]) });
    expect(steps).toEqual([
      [0, 5],
      [2, 5],
      [4, 5],
    ]);
  });
});
