import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { comparable, createSyncedSite, occurred, type SyncedSite } from './synced-site.ts';

describe.each(engines)('noticing purchases (%s)', (engine) => {
  let site: SyncedSite;
  /** what happened at these many hours before the test began */
  let at: (hours: number) => string;
  beforeAll(async () => {
    site = await createSyncedSite(engine);
  });
  beforeEach(async () => {
    await site.clear();
    const now = Date.parse(`${await ago(site.database, 0)}Z`);
    at = (hours) => new Date(now - hours * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
  });
  afterAll(() => site.drop());

  /** Runs dry and for real; everything that is counted has to be the same. */
  async function purchases(): Promise<Record<string, number>> {
    const dry = await site.dryRun();
    const real = await site.sync();
    expect(comparable(dry)).toEqual(comparable(real));
    const { outcomes, entriesMarked } = real.purchases;
    return occurred({ ...outcomes, entriesMarked });
  }

  async function marks(): Promise<Record<string, string | null>> {
    const entries = await site.entries();
    for (const entry of entries)
      expect(entry.certificate_purchased === 1).toBe(entry.certificate_purchased_at !== null);
    return Object.fromEntries(
      entries.map((entry) => [`${entry.email} ${entry.funnel_type} ${entry.test_id}`, entry.certificate_purchased_at]),
    );
  }

  it('marks the entry and writes the job exactly as it is described', async () => {
    await site.enter('ann@x.com', 'language', 5, '2026-01-02 03:04:05');
    await site.pay('Ann@X.com ', 1, '2026-02-03 23:59:58');
    expect(await purchases()).toEqual({ marked: 1, entriesMarked: 1 });
    expect(await marks()).toEqual({ 'ann@x.com language 5': '2026-02-03 23:59:58' });
    const [job, ...more] = await site.jobs();
    expect(more).toEqual([]);
    const [entry] = await site.entries();
    expect(job).toMatchObject({
      funnel_entry_id: entry?.id,
      operation_type: 'update_after_purchase',
      status: 'pending',
      retry_count: 0,
      next_attempt_at: null,
      lease_token: null,
      payload:
        '{"email":"ann@x.com","funnel_type":"language","purchased_at":"2026-02-03 23:59:58","attributes":' +
        '{"FUNNEL_TYPE":"language","CERTIFICATE_PURCHASED":true,"CERTIFICATE_PURCHASED_AT":"2026-02-03"}}',
    });
  });

  it('counts a payment in the very second of the entry, and none before it', async () => {
    await site.enter('ann@x.com', 'language', 5, at(5));
    await site.enter('bob@x.com', 'language', 5, at(5));
    await site.pay('ann@x.com', 1, at(5));
    await site.pay('bob@x.com', 1, at(6));
    expect(await purchases()).toEqual({ marked: 1, paid_before_finishing: 1, entriesMarked: 1 });
    expect(await marks()).toEqual({ 'ann@x.com language 5': at(5), 'bob@x.com language 5': null });
  });

  it('marks all entries of the person in that funnel made by then, and no other entry', async () => {
    await site.enter('ann@x.com', 'language', 5, at(9));
    await site.enter('ann@x.com', 'language', 6, at(8));
    await site.enter('ann@x.com', 'language', 0, at(7));
    await site.enter('ann@x.com', 'language', 9, at(1));
    await site.enter('ann@x.com', 'non_language', 7, at(9));
    await site.enter('ann+1@x.com', 'language', 5, at(9));
    await site.enter('anne@x.com', 'language', 5, at(9));
    await site.pay('ann@x.com', 1, at(4));
    expect(await purchases()).toEqual({ marked: 1, entriesMarked: 3 });
    expect(await marks()).toEqual({
      'ann@x.com language 5': at(4),
      'ann@x.com language 6': at(4),
      'ann@x.com language 0': at(4),
      'ann@x.com language 9': null,
      'ann@x.com non_language 7': null,
      'ann+1@x.com language 5': null,
      'anne@x.com language 5': null,
    });
    expect(await site.jobs('update_after_purchase')).toHaveLength(3);
  });

  it('dates each entry with its earliest payment, in whatever order the payments were recorded', async () => {
    await site.enter('ann@x.com', 'language', 5, at(9));
    await site.enter('ann@x.com', 'language', 6, at(5));
    for (const hours of [2, 3, 7, 10]) await site.pay('ann@x.com', 1, at(hours));
    expect(await purchases()).toEqual({ marked: 1, already_marked: 2, paid_before_finishing: 1, entriesMarked: 2 });
    expect(await marks()).toEqual({ 'ann@x.com language 5': at(7), 'ann@x.com language 6': at(3) });
    expect(await site.jobs()).toHaveLength(2);
  });

  it('counts payments the same in one run as in one run each', async () => {
    for (const name of ['ann', 'bob']) await site.enter(`${name}@x.com`, 'language', 5, at(9));
    await site.pay('ann@x.com', 1, at(8));
    expect(await purchases()).toEqual({ marked: 1, entriesMarked: 1 });
    await site.pay('ann@x.com', 1, at(7));
    expect(await purchases()).toEqual({ already_marked: 1 });
    await site.pay('bob@x.com', 1, at(8));
    await site.pay('bob@x.com', 1, at(7));
    expect(await purchases()).toEqual({ marked: 1, already_marked: 1, entriesMarked: 1 });
    expect(await site.jobs()).toHaveLength(2);
  });

  it('does nothing the second time', async () => {
    await site.enter('ann@x.com', 'language', 5, at(9));
    await site.pay('ann@x.com', 1, at(8));
    await site.sync();
    const [before, jobs] = [await site.entries(), await site.jobs()];
    expect(await purchases()).toEqual({});
    expect(await site.entries()).toEqual(before);
    expect(await site.jobs()).toEqual(jobs);
  });

  it('waits for payments that are not confirmed or have no date, and notices them late', async () => {
    for (const name of ['ann', 'bob', 'cat']) await site.enter(`${name}@x.com`, 'language', 5, at(900));
    const pending = await site.pay('ann@x.com', 1, at(800), 1);
    const dateless = await site.pay('bob@x.com', 1, null);
    const zero = await site.pay('cat@x.com', 1, null);
    if (engine === 'mysql') await site.database.admin("SET SESSION sql_mode = ''");
    const setDate = 'UPDATE modx_cert_payment SET datetime_payment = ? WHERE id = ?';
    await site.database.admin(setDate, ['0000-00-00 00:00:00', zero]);
    await site.pay('dan@x.com', 1, at(1));
    expect(await purchases()).toEqual({ not_in_funnel: 1, no_date: 2 });
    await site.database.admin('UPDATE modx_cert_payment SET id_status = 2 WHERE id = ?', [pending]);
    await site.database.admin(setDate, [at(700), dateless]);
    await site.database.admin(setDate, [at(600), zero]);
    expect(await purchases()).toEqual({ marked: 3, entriesMarked: 3 });
    expect(Object.values(await marks())).toEqual([at(800), at(700), at(600)]);
  });

  it('matches messy addresses on both sides', async () => {
    await site.finish('JOSE\u0301@Bücher.de\t', 7, at(5));
    await site.sync();
    await site.database.admin(`UPDATE funnel_entries SET entered_at = ?`, [at(4)]);
    await site.pay('\u200bjosé@XN--BCHER-KVA.de', 2, at(3));
    await site.pay('jose@bücher.de', 2, at(3));
    expect(await purchases()).toEqual({ marked: 1, not_in_funnel: 1, entriesMarked: 1 });
    expect(await marks()).toEqual({ 'josé@xn--bcher-kva.de non_language 7': at(3) });
  });

  it('counts buyers whose address cannot be used, even beside an entry without one', async () => {
    await site.enter('', 'language', 0, at(9));
    for (const email of ['', 'ann', ' \u200b', 'ann@x.com, bob@x.com']) await site.pay(email, 1, at(1));
    expect(await purchases()).toEqual({ no_usable_address: 4 });
    expect(await marks()).toEqual({ ' language 0': null });
  });

  it('says of a buyer who enters in the same run that the payment came before', async () => {
    await site.pay('ann@x.com', 1, at(4));
    await site.finish('ann@x.com', 5, at(3));
    expect(await purchases()).toEqual({ paid_before_finishing: 1 });
    expect(await marks()).toEqual({ 'ann@x.com language 5': null });
  });

  it('goes through more payments than fit a page, several of one buyer among them, and after an interrupted run', async () => {
    await site.enter('p1@x.com', 'language', 5, at(9));
    await site.enter('p2@x.com', 'language', 5, at(9));
    const numbers =
      engine === 'mysql'
        ? 'SELECT seq FROM seq_1_to_2500'
        : 'WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 2500) SELECT seq FROM n';
    const address = engine === 'mysql' ? "CONCAT('p', seq % 500, '@x.com')" : "'p' || (seq % 500) || '@x.com'";
    const fill = (table: string, values: string): Promise<unknown> =>
      site.database.admin(`INSERT INTO ${table} SELECT ${values} FROM (${numbers}) AS numbers`);
    await fill('modx_cert_users', `seq, ${address}`);
    await fill('modx_cert_result', 'seq, seq, 1');
    await fill('modx_cert_payment', `seq, seq, 2, '${at(1)}'`);
    // The first page is taken in; the rest is for the next run.
    expect(await site.sync({ signal: AbortSignal.abort() })).toMatchObject({ interrupted: true });
    expect(await site.database.admin('SELECT COUNT(*) AS count FROM funnel_purchases')).toEqual([{ count: 1000 }]);
    expect(await purchases()).toEqual({ marked: 2, already_marked: 8, not_in_funnel: 2490, entriesMarked: 2 });
  });

  it('takes payments in the order of their numbers, also those that an interrupted run had taken in', async () => {
    await site.enter('ann@x.com', 'language', 5, at(9));
    await site.enter('ann@x.com', 'language', 6, at(4));
    const late = await site.pay('ann@x.com', 1, at(5), 1);
    await site.pay('ann@x.com', 1, at(3));
    await site.sync({ signal: AbortSignal.abort() });
    await site.database.admin('UPDATE modx_cert_payment SET id_status = 2 WHERE id = ?', [late]);
    expect(await purchases()).toEqual({ marked: 2, entriesMarked: 2 });
    expect(await marks()).toEqual({ 'ann@x.com language 5': at(5), 'ann@x.com language 6': at(3) });
  });

  it('says of a late payment from before the entry what it is, though the entry is marked by then', async () => {
    await site.enter('ann@x.com', 'language', 5, at(5));
    await site.pay('ann@x.com', 1, at(4));
    await site.sync();
    await site.pay('ann@x.com', 1, at(6));
    expect(await purchases()).toEqual({ paid_before_finishing: 1 });
    expect(await marks()).toEqual({ 'ann@x.com language 5': at(4) });
  });

  it('keeps a mark only together with its job', async () => {
    await site.enter('ann@x.com', 'language', 5, at(9));
    await site.pay('ann@x.com', 1, at(8));
    await site.database.admin('ALTER TABLE brevo_sync_outbox RENAME TO elsewhere');
    await expect(site.sync()).rejects.toThrow();
    expect(await marks()).toEqual({ 'ann@x.com language 5': null });
    await site.database.admin('ALTER TABLE elsewhere RENAME TO brevo_sync_outbox');
    expect(await purchases()).toEqual({ marked: 1, entriesMarked: 1 });
  });
});
