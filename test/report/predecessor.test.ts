import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { addOldEntries, createPredecessorTables } from '../migrate/predecessor.ts';
import { runFunnels } from '../support/program.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';

const plain =
  'Funnel conversion report\n------------------------\n' +
  'language: entries=3, purchased=1, conversion=33.33%\n' +
  'non_language: entries=1, purchased=0, conversion=0.00%\n';

/** The address of an account that may read the two tables and nothing else; on SQLite there are no accounts. */
async function readerOf(place: TestDatabase): Promise<string> {
  if (place.engine === 'sqlite') return place.url;
  const admin = await createConnection({ uri: inject('databaseServerUrl') });
  const name = `reader_${randomBytes(4).toString('hex')}`;
  onTestFinished(async () => {
    await admin.query(`DROP USER IF EXISTS '${name}'@'%'`);
    await admin.end();
  });
  const url = new URL(place.url);
  await admin.query(`CREATE USER '${name}'@'%' IDENTIFIED BY 'pw'`);
  for (const table of ['funnel_entries', 'brevo_sync_outbox'])
    await admin.query(`GRANT SELECT ON ${url.pathname.slice(1)}.${table} TO '${name}'@'%'`);
  url.username = name;
  url.password = 'pw';
  return url.href;
}

describe.each(engines)('the report on the tables of the Python service, on %s', (engine) => {
  it('is made before they are taken over, with the right to read alone, and is the same afterwards', async () => {
    const place = await createTestDatabase(engine);
    onTestFinished(() => place.drop());
    await createPredecessorTables(place);
    await addOldEntries(
      place,
      { email: 'ann@example.com' },
      { email: 'Bob@example.com', testId: 5 },
      { email: 'cleo@example.com', enteredAt: '2026-02-03 04:05:06' },
      { email: 'ann@example.com', funnelType: 'non_language' },
    );
    await place.admin(
      "UPDATE funnel_entries SET certificate_purchased = 1, certificate_purchased_at = '2026-01-05 00:00:00' WHERE id = 2",
    );
    const url = await readerOf(place);
    const run = (line: string) => runFunnels(line.split(' '), { environment: { FUNNELS_DATABASE_URL: url } });

    expect(await run('report conversions --format plain')).toMatchObject({
      code: 0,
      stdout: plain,
      stderr: expect.stringContaining('the table of the Python service, which is not taken over yet'),
    });
    const forms = [
      '--format table',
      '--format csv --by month',
      '--format markdown --by test',
      '--json --compare previous --period 2026-02',
      '--from-date 2026-01-01 --to-date 2026-02-01 --format plain',
      '--format html --output -',
    ];
    for (const form of forms)
      expect({ form, ...(await run(`report conversions ${form}`)) }).toMatchObject({ form, code: 0 });
    expect(await run('report conversions --by source')).toMatchObject({ code: 65, stdout: '' });
    expect(await run('report people --state bought')).toMatchObject({ code: 65, stdout: '' });

    const { code } = await runFunnels(['migrate', '--adopt'], { environment: { FUNNELS_DATABASE_URL: place.url } });
    expect(code).toBe(0);
    const after = await runFunnels(['report', 'conversions', '--format', 'plain'], {
      environment: { FUNNELS_DATABASE_URL: place.url },
    });
    expect(after).toMatchObject({ code: 0, stdout: plain, stderr: '' });
  });

  it('is refused on a table that is not that service’s', async () => {
    const place = await createTestDatabase(engine);
    onTestFinished(() => place.drop());
    await place.admin('CREATE TABLE funnel_entries (id INT PRIMARY KEY, email VARCHAR(20), stage INT)');
    const run = await runFunnels(['report', 'conversions'], { environment: { FUNNELS_DATABASE_URL: place.url } });
    expect(run).toMatchObject({ code: 65, stdout: '', stderr: expect.stringContaining('not made by funnels') });
  });
});
