import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addOldEntries, addOldJob, createPredecessorTables } from '../migrate/predecessor.ts';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';

// Job 1 waits and is due, 2 waits for next year, 3 has failed; the entry of all three was deleted by hand. Job 4 is due.
describe.each(engines)('jobs of the Python service whose entry is gone, on %s', (engine) => {
  let place: TestDatabase;
  let brevo: FakeBrevo;

  beforeEach(async () => {
    place = await createTestDatabase(engine);
    brevo = await startFakeBrevo();
    await createPredecessorTables(place);
    await addOldEntries(place, { email: 'gone@example.com' }, { email: 'there@example.com' });
    const payload = (email: string) =>
      JSON.stringify({ email, funnel_type: 'language', list_ids: [5], attributes: { FUNNEL_TYPE: 'language' } });
    for (const status of ['pending', 'Pending', 'failed']) {
      await addOldJob(place, status, payload('gone@example.com'), '503: down');
    }
    await addOldJob(place, 'pending', payload('there@example.com'), null);
    await place.admin("UPDATE brevo_sync_outbox SET next_attempt_at = '2099-01-01 00:00:00' WHERE id = 2");
    await place.admin('UPDATE brevo_sync_outbox SET funnel_entry_id = 2 WHERE id = 4');
    await place.admin('DELETE FROM funnel_entries WHERE id = 1');
  });

  afterEach(async () => {
    await brevo.close();
    await place.drop();
  });

  const funnels = async (line: string): Promise<Run> => {
    const environment = {
      FUNNELS_DATABASE_URL: place.url,
      FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5',
      BREVO_API_KEY: brevo.apiKey,
      FUNNELS_BREVO_BASE_URL: brevo.url,
    };
    const run = await runFunnels(line.split(' '), { environment });
    expect({ line, code: run.code, stderr: run.stderr }).toEqual({ line, code: 0, stderr: '' });
    return run;
  };
  const print = async (line: string): Promise<string> => (await funnels(line)).stdout;

  it('are counted and named before and at the take-over', async () => {
    const row = /brevo_sync_outbox, entry gone +2 waiting jobs +an entry for each +kept, never delivered: jobs 1, 2 /;
    expect(await print('migrate --adopt --dry-run')).toMatch(row);
    expect(await print('migrate --adopt')).toMatch(row);
  });

  it('are called the same by every command, and never due, scheduled, held, or to deliver', async () => {
    await print('migrate --adopt');

    const preview = await print('drain-outbox --dry-run --format table');
    expect(preview).toContain('1 due job');
    expect(preview).toContain('2 waiting jobs, entry gone: never delivered.');
    const list = await print('outbox list --format table');
    expect(list).toContain('3 pending (1 due, 2 entry gone)');
    for (const job of [1, 2]) expect(list).toMatch(new RegExp(`^ *${job} +pending +entry gone `, 'm'));
    const only = await print('outbox list --entry-gone --format csv');
    expect(only.match(/^\d+,pending,entry gone,/gm)?.map((line) => line[0])).toEqual(['2', '1']);
    expect(only).not.toContain('2099');
    expect(await print('outbox list --due --format csv')).toMatch(/^4,pending,due[^\n]*\n$/m);

    for (const job of [1, 2]) {
      const shown = await print(`outbox show ${job}`);
      expect(shown).toMatch(/^Next attempt +none: entry gone$/m);
      expect(shown).not.toMatch(/drain-outbox|due|scheduled/);
    }
    const retried = await print('outbox retry 1 2');
    for (const job of [1, 2]) expect(retried).toContain(`Job ${job}, entry gone: left alone`);
    expect(retried).not.toContain('To deliver now');
    expect(await print('outbox retry 3')).toContain('Job 3, entry gone: left alone');
    const failed = await print('outbox retry --failed');
    expect(failed).toContain('1 job, entry gone: left alone');
    expect(failed).not.toContain('To deliver now');

    expect(await print('drain-outbox --format table')).toContain('Left: 0 due now, 0 scheduled or held, 2 entry gone');
    expect(brevo.contacts.size).toBe(1);
    expect(await print('drain-outbox --format table')).toMatch(/^Nothing to send: .* 2 entry gone/);
    expect(await print('drain-outbox --format tsv')).toMatch(/^left_entry_gone\t2$/m);
    expect(await print('outbox prune --dry-run')).toContain('2 waiting jobs, entry gone: never delivered.');
    expect(await print('outbox prune --yes')).toContain('2 waiting jobs, entry gone: never delivered.');
    expect(await place.admin('SELECT id FROM brevo_sync_outbox WHERE id < 4 ORDER BY id')).toHaveLength(2);

    for (const which of ['1 2', '--entry-gone'])
      expect(await print(`outbox discard ${which} --dry-run`)).toMatch(/Would discard 2 jobs: 1, 2\.\n.*2 entry gone/s);
    expect(await print('outbox discard --entry-gone')).toMatch(/Discarded 2 jobs: 1, 2\.\n.*2 entry gone/s);
    expect(await print('outbox discard --entry-gone')).toBe('Discarded 0 jobs.\n');
    expect(await print('drain-outbox --format table')).toBe('Nothing to send: 0 due now, 0 scheduled or held.\n');
    expect(await print('outbox show 1')).toMatch(/^ {2}Nothing: entry gone/m);
  });
});
