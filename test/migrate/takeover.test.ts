import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { ago, createSite } from '../support/site.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { addOldEntries, createPredecessorTables } from './predecessor.ts';

describe.each(engines)('a database as the Python service leaves it, on %s', (engine) => {
  let place: TestDatabase;
  let brevo: FakeBrevo;

  beforeEach(async () => {
    place = await createTestDatabase(engine);
    brevo = await startFakeBrevo();
  });

  afterEach(async () => {
    await brevo.close();
    await place.drop();
  });

  async function funnels(line: string): Promise<Run> {
    const environment = {
      FUNNELS_DATABASE_URL: place.url,
      FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5',
      FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID: '7',
      BREVO_API_KEY: brevo.apiKey,
      FUNNELS_BREVO_BASE_URL: brevo.url,
    };
    const run = await runFunnels(line.split(' '), { environment });
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
    return run;
  }

  async function addJob(
    entry: number,
    email: string,
    status: string,
    next: string | null,
    error: string | null,
  ): Promise<void> {
    const payload = JSON.stringify({
      email,
      funnel_type: 'language',
      user_id: entry,
      test_id: null,
      list_ids: [5],
      attributes: { FUNNEL_TYPE: 'language' },
    });
    await place.admin(
      `INSERT INTO brevo_sync_outbox (funnel_entry_id, operation_type, payload, status, retry_count, last_error,
         next_attempt_at, created_at, updated_at) VALUES (?, 'upsert_contact', ?, ?, ?, ?, ?, '2026-01-01', '2026-01-01')`,
      [entry, payload, status, error === null ? 0 : 2, error, next],
    );
  }

  const count = async (table: string): Promise<unknown> =>
    (await place.admin(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.n;

  it('is taken over with every row; nobody enters again, and the waiting jobs are delivered', async () => {
    const site = await createSite(place);
    const [finished, entered, later] = [await ago(place, 7200), await ago(place, 3600), await ago(place, -3600)];
    await createPredecessorTables(place, { charset: 'utf8mb4' });
    const emails = ['Ann@Example.com', 'bob@example.com', 'cleo@example.com ', 'dan@example.com', 'eve@example.com'];
    for (const [index, email] of emails.entries()) await site.finish(email, index === 4 ? 7 : 5, finished);
    await addOldEntries(
      place,
      ...emails.map((email, index) => ({
        email,
        enteredAt: entered,
        testId: index === 3 ? 5 : null,
        funnelType: index === 4 ? 'non_language' : 'language',
      })),
    );
    await addJob(1, 'Ann@Example.com', 'pending', null, null);
    await addJob(2, 'bob@example.com', 'pending', finished, 'HTTP 502');
    await addJob(3, 'cleo@example.com ', 'pending', later, 'HTTP 502');
    await addJob(4, 'dan@example.com', 'failed', null, 'HTTP 400');
    await addJob(5, 'eve@example.com', 'success', null, null);
    await site.pay('bob@example.com', 1, await ago(place, 60));

    await funnels('migrate --adopt --dry-run');
    const { stdout } = await funnels('migrate --adopt --json');
    const { adopted, differences } = JSON.parse(stdout) as { adopted: number[]; differences: { object: string }[] };
    expect(adopted).toEqual([1, 2]);
    expect(differences.map(({ object }) => object)).toContain('funnel_entries.email');
    expect(await place.admin('SELECT id, email, test_id, entered_at FROM funnel_entries ORDER BY id')).toEqual(
      emails.map((email, index) => ({
        id: index + 1,
        email: email.trim().toLowerCase(),
        test_id: index === 3 ? 5 : 0,
        entered_at: entered,
      })),
    );

    await site.finish('new@example.com', 5, await ago(place, 60));
    await funnels('sync');
    expect(await count('funnel_entries')).toBe(6);
    await funnels('sync');
    expect(await count('funnel_entries')).toBe(6);
    await funnels('drain-outbox');
    expect([...brevo.contacts.keys()].sort()).toEqual(['ann@example.com', 'bob@example.com', 'new@example.com']);
    expect(brevo.contacts.get('bob@example.com')).toMatchObject({ attributes: { CERTIFICATE_PURCHASED: true } });
    expect(
      await place.admin('SELECT id, status, retry_count FROM brevo_sync_outbox WHERE id <= 5 ORDER BY id'),
    ).toMatchObject([
      { id: 1, status: 'success' },
      { id: 2, status: 'success' },
      { id: 3, status: 'pending', retry_count: 2 },
      { id: 4, status: 'failed', retry_count: 2 },
      { id: 5, status: 'success' },
    ]);
    const report = await funnels('report conversions --format plain');
    expect(report.stdout).toContain('language: entries=5, purchased=1, conversion=20.00%');
  });
});
