import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../src/funnel/decision.ts';
import { runFunnels } from '../support/program.ts';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { createSyncedSite, occurred, type SyncedSite } from './synced-site.ts';

describe.each(engines)('rows that the database refuses (%s)', (engine) => {
  let site: SyncedSite;
  let hourAgo: string;
  beforeEach(async () => {
    site = await createSyncedSite(engine);
    hourAgo = await ago(site.database, 3600);
  });
  afterEach(() => site.drop());

  /** From now on the table takes no row of which this is true. */
  async function refuse(table: string, condition: string): Promise<void> {
    await site.database.admin(
      engine === 'mysql'
        ? `CREATE TRIGGER refusal BEFORE INSERT ON ${table} FOR EACH ROW
            IF ${condition} THEN SIGNAL SQLSTATE '23000' SET MESSAGE_TEXT = 'not this one'; END IF`
        : `CREATE TRIGGER refusal BEFORE INSERT ON ${table} WHEN ${condition}
            BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: not this one'); END`,
    );
  }

  async function people(count: number): Promise<void> {
    for (let person = 0; person < count; person += 1) await site.finish(`p${person}@x.com`, 5, hourAgo);
  }

  it.each([1, 2, 7, 500])('are told with their result, and all others enter (batches of %i)', async (batchSize) => {
    await people(20);
    await refuse('funnel_entries', "NEW.email IN ('p3@x.com', 'p4@x.com', 'p19@x.com')");
    const warnings: string[] = [];
    const decisions: Decision[] = [];
    const result = await site.sync({
      batchSize,
      onWarning: (text) => warnings.push(text),
      onDecision: (decision) => decisions.push(decision),
    });
    expect(occurred(result.outcomes)).toEqual({ entered: 17, refused_by_database: 3 });
    expect(warnings.map((text) => text.split(': ')[0])).toEqual(
      [4, 5, 20].map((id) => `The database refused to enter result ${id} (test 5)`),
    );
    expect(warnings.every((text) => text.includes('not this one'))).toBe(true);
    const refused = decisions.filter(({ outcome }) => outcome === 'refused_by_database');
    expect(refused).toMatchObject(
      [4, 5, 20].map((resultId) => ({ resultId, detail: expect.stringMatching('not this') })),
    );
    expect(await site.entries()).toHaveLength(17);
    expect(await site.jobs()).toHaveLength(17);
  });

  it('are tried again by the next run', async () => {
    await people(3);
    await refuse('funnel_entries', "NEW.email = 'p1@x.com'");
    await site.sync();
    expect(occurred((await site.sync()).outcomes)).toEqual({ already_in_funnel: 2, refused_by_database: 1 });
    await site.database.admin('DROP TRIGGER refusal');
    expect(occurred((await site.sync()).outcomes)).toEqual({ already_in_funnel: 2, entered: 1 });
  });

  it('are those whose job is refused, too: there is no entry without one', async () => {
    await people(5);
    await refuse('brevo_sync_outbox', "NEW.payload LIKE '%p2@%'");
    expect(occurred((await site.sync()).outcomes)).toEqual({ entered: 4, refused_by_database: 1 });
    expect((await site.entries()).map(({ email }) => email)).not.toContain('p2@x.com');
    expect(await site.jobs()).toHaveLength(4);
  });

  it('let a later result of the same person have its try', async () => {
    const first = await site.finish('ann@x.com', 5, hourAgo);
    const second = await site.finish('ann@x.com', 5, hourAgo);
    await site.finish('bob@x.com', 5, hourAgo);
    await refuse('funnel_entries', `NEW.user_id = ${first}`);
    expect(occurred((await site.sync()).outcomes)).toEqual({ entered: 2, refused_by_database: 1 });
    expect((await site.entries()).map(({ user_id }) => user_id)).toContain(second);
  });

  it('do not count towards a limit', async () => {
    await people(6);
    await refuse('funnel_entries', "NEW.email IN ('p0@x.com', 'p2@x.com')");
    const result = await site.sync({ limit: 3 });
    expect(occurred(result.outcomes)).toEqual({ entered: 3, refused_by_database: 2 });
    expect(result.remaining).toBe(1);
  });

  it('leave the program at exit code 0, with a warning for each, unless nobody could enter', async () => {
    await people(3);
    await refuse('funnel_entries', "NEW.email = 'p1@x.com'");
    const environment = { FUNNELS_DATABASE_URL: site.database.url, FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5' };
    const { code, stdout, stderr } = await runFunnels(['sync'], { environment });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^results\tentered\t2\nresults\trefused_by_database\t1\nresults\tlooked_at\t3$/m);
    expect(stderr).toMatch(/^Warning: The database refused to enter result 2 \(test 5\): .*not this one/m);
    // Now p1 is the only one left to enter.
    const again = await runFunnels(['sync'], { environment });
    expect(again.code).toBe(65);
    expect(again.stderr).toMatch(/\nError: The database refused everybody who was to enter; the warnings say why\.\n/);
  });

  it('are not what a missing table is: that ends the run, and nothing is half done', async () => {
    await people(3);
    await site.database.admin('ALTER TABLE brevo_sync_outbox RENAME TO elsewhere');
    await expect(site.sync()).rejects.toMatchObject({ reason: 'missing_table' });
    await site.database.admin('ALTER TABLE elsewhere RENAME TO brevo_sync_outbox');
    expect(await site.entries()).toEqual([]);
    expect(occurred((await site.sync()).outcomes)).toEqual({ entered: 3 });
  });
});

describe('a constraint on a server', () => {
  it('keeps out the row it is about, and no other', async () => {
    const site = await createSyncedSite('mysql');
    for (const email of ['ann@x.com', 'bob@x.com', 'cat@x.com']) {
      await site.finish(email, 5, await ago(site.database, 60));
    }
    await site.database.admin("ALTER TABLE funnel_entries ADD CONSTRAINT no_bob CHECK (email <> 'bob@x.com')");
    const warnings: string[] = [];
    const result = await site.sync({ onWarning: (text) => warnings.push(text) });
    expect(occurred(result.outcomes)).toEqual({ entered: 2, refused_by_database: 1 });
    expect(warnings).toEqual([expect.stringMatching(/^The database refused to enter result 2 \(test 5\): .*no_bob/)]);
    await site.drop();
  });
});
