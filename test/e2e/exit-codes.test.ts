import { describe, expect, it } from 'vitest';
import { runFunnels } from '../support/program.ts';
import { prepareJourney } from './journey.ts';

const sometime = '2024-01-01 10:00:00';

describe('the program ends with', () => {
  it('0 when there is nothing to do, and 8 for findings only if asked', async () => {
    const { database, funnels } = await prepareJourney();
    await database.admin(
      'CREATE TABLE funnel_entries (id INTEGER, email TEXT, funnel_type TEXT, test_id INTEGER, entered_at TEXT)',
    );
    expect(await funnels('find-duplicates --exit-code')).toMatchObject({ code: 0, stdout: '' });
    const twice = "(1, 'ann@example.com', 'language', 5, ?), (2, 'ann@example.com', 'language', 5, ?)";
    await database.admin(`INSERT INTO funnel_entries VALUES ${twice}`, [sometime, sometime]);
    const row = `ann@example.com\tlanguage\t5\t2\t1\t2\t${sometime}\t${sometime}\texact\t1\n`;
    expect(await funnels('find-duplicates')).toMatchObject({ code: 0, stdout: row, stderr: '' });
    expect(await funnels('find-duplicates --exit-code')).toMatchObject({ code: 8, stdout: row, stderr: '' });
  });

  it('65 before the tables are there, naming the command that makes them', async () => {
    const { funnels } = await prepareJourney();
    const lines = ['sync', 'drain-outbox', 'report conversions', 'find-duplicates'];
    for (const { code, stdout, stderr } of await Promise.all(lines.map((line) => funnels(line)))) {
      expect({ code, stdout }).toEqual({ code: 65, stdout: '' });
      expect(stderr).toMatch(/^Error: .+\.\n.*funnels migrate\n$/);
    }
  });

  it('78, 77, 75 or 69 when a drain cannot go on, and every job stays as it was', async () => {
    const { brevo, database, funnels, site } = await prepareJourney();
    await funnels('migrate');
    for (let person = 1; person <= 6; person += 1) await site.finish(`person${person}@example.com`, 5, sometime);
    await funnels('sync', { FUNNELS_SYNC_LOOKBACK_DAYS: '3650' });

    const withoutKey = await funnels('drain-outbox', { BREVO_API_KEY: '' });
    expect(withoutKey).toMatchObject({ code: 78, stdout: '' });
    expect(withoutKey.stderr).toContain('BREVO_API_KEY');

    const withWrongKey = await funnels('drain-outbox', { BREVO_API_KEY: 'xkeysib-wrong' });
    expect(withWrongKey.code).toBe(77);
    expect(withWrongKey.stderr).toMatch(/^Error: .*401.*\n.*API key.*\n$/);

    const headers = { 'x-sib-ratelimit-reset': '3600' };
    brevo.script({ kind: 'answer', status: 429, headers, body: { code: 'too_many_requests' } }, { times: 6 });
    const tooFast = await funnels('drain-outbox');
    expect(tooFast.code).toBe(75);
    expect(tooFast.stderr).toMatch(/^Error: .*\n.+\n$/);

    await database.admin('UPDATE brevo_pace SET paused_until = 0, next_call_at = 0');
    await brevo.close();
    const unreachable = await funnels('drain-outbox');
    expect(unreachable.code).toBe(69);
    expect(unreachable.stderr).toMatch(/^The lists and attributes .*\nError: .*\n.+\n$/);
    // What the runtime tells programmers is no word for those who run the program.
    expect(unreachable.stderr).not.toMatch(/Is the computer able|verbose: true/);

    expect(await database.admin('SELECT status, retry_count, COUNT(*) AS jobs FROM brevo_sync_outbox')).toEqual([
      { status: 'pending', retry_count: 0, jobs: 6 },
    ]);
  });

  it('the same code and one object on stdout with --json', async () => {
    const { code, stdout, stderr } = await runFunnels(['report', 'conversions', '--json'], {
      environment: { FUNNELS_DATABASE_URL: 'sqlite:/nowhere/funnels.sqlite' },
    });
    const { error } = JSON.parse(stdout) as { error: { exit: number; message: string } };
    expect(error.exit).toBe(code);
    expect(code).toBe(78);
    expect(error.message).toContain('/nowhere/funnels.sqlite');
    expect(stderr).toBe('');
  });
});
