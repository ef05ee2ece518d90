import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFunnels } from '../support/program.ts';
import { createTestDatabase } from '../support/test-databases.ts';

const groups = 20_000;

/** An unmigrated database with so many duplicates that no pipe holds the list of them; returns its URL. */
async function manyDuplicates(): Promise<string> {
  const database = await createTestDatabase('sqlite');
  onTestFinished(() => database.drop());
  await database.admin('CREATE TABLE funnel_entries (id INTEGER PRIMARY KEY, email, funnel_type, test_id, entered_at)');
  await database.admin(
    `INSERT INTO funnel_entries (email, funnel_type, test_id, entered_at)
      WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
      SELECT 'person' || (n / 2) || '@example.com', 'language', 5, '2024-01-01 10:00:00' FROM numbers`,
    [2 * groups - 1],
  );
  return database.url;
}

const list = ['find-duplicates', '--limit', String(groups)];

describe('a pipe', () => {
  it.each([
    ['tsv', (text: string) => text.split('\n').length - 1],
    ['json', (text: string) => (JSON.parse(text) as { groups: unknown[] }).groups.length],
  ] as const)('gets everything as %s, however slowly it is read', async (format, count) => {
    const environment = { FUNNELS_DATABASE_URL: await manyDuplicates() };
    const running = startFunnels([...list, '--format', format], { environment });
    // Nobody reads until the pipe has been full for a while: only its first piece is taken, then each a tick later.
    running.process.stdout.on('data', () => {
      running.process.stdout.pause();
      setImmediate(() => running.process.stdout.resume());
    });
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.endsWith('\n')).toBe(true);
    expect(count(stdout)).toBe(groups);
    expect(stdout).toContain(`person${groups - 1}@example.com`);
  });

  it('whose reader leaves after the first line ends the program quietly', async () => {
    const environment = { FUNNELS_DATABASE_URL: await manyDuplicates() };
    const running = startFunnels(list, { environment });
    await once(running.process.stdout, 'data');
    running.process.stdout.destroy();
    expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  it('for errors whose reader has left changes nothing about the result and the code', async () => {
    const environment = { FUNNELS_DATABASE_URL: await manyDuplicates(), FUNNELS_LOG_LEVEL: 'debug' };
    const refused = startFunnels(['report', 'conversions'], { environment });
    refused.process.stderr.destroy();
    expect(await refused.ended).toMatchObject({ code: 65, signal: null, stdout: '' });
  });
});
