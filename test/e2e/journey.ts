import { expect, onTestFinished } from 'vitest';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { ago, createSite, type TestSite } from '../support/site.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-databases.ts';

/** A site, a Brevo and the settings for both, for a program that is run on them as its users run it. */
export interface Journey {
  database: TestDatabase;
  site: TestSite;
  brevo: FakeBrevo;
  environment: Record<string, string>;
  /** Runs `funnels` with the words of this line. */
  funnels(line: string, environment?: Record<string, string>): Promise<Run>;
}

/** Prepares all that on SQLite; `program` as runFunnels takes it. Nothing is migrated yet. */
export async function prepareJourney(program?: string): Promise<Journey> {
  const database = await createTestDatabase('sqlite');
  onTestFinished(() => database.drop());
  const site = await createSite(database);
  const brevo = await startFakeBrevo();
  onTestFinished(() => brevo.close());
  const environment = {
    FUNNELS_DATABASE_URL: database.url,
    FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5',
    FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID: '7',
    BREVO_API_KEY: brevo.apiKey,
    FUNNELS_BREVO_BASE_URL: brevo.url,
  };
  const funnels = (line: string, more: Record<string, string> = {}): Promise<Run> =>
    runFunnels(line.split(' '), {
      environment: { ...environment, ...more },
      ...(program === undefined ? {} : { program }),
    });
  return { database, site, brevo, environment, funnels };
}

/**
 * The whole way of three people: migrate, sync, drain, a purchase, sync, drain, report, duplicates; with what is printed
 * and which code it ends with at each step.
 */
export async function goTheWholeWay({ database, site, brevo, funnels }: Journey): Promise<void> {
  const done = { code: 0, signal: null, stderr: '' };
  await site.finish(' Ann@Example.com ', 5, await ago(database, 7200));
  await site.finish('bob@example.com', 6, await ago(database, 7200));
  await site.finish('cleo@example.com', 7, await ago(database, 3600));
  await site.finish(null, 7, await ago(database, 3600));

  expect(await funnels('sync')).toMatchObject({ code: 65, stdout: '' });
  const migrated = await funnels('migrate');
  expect(migrated).toMatchObject(done);
  expect(migrated.stdout).toMatch(
    /^Applied 0001 create_funnel_entries \(.*\)\n(?:.*\n)*The schema is at version \d+\.\n$/,
  );

  const synced = await funnels('sync --format table');
  expect(synced).toMatchObject(done);
  expect(synced.stdout).toMatch(/^ +3 {2}entered +language 2, non_language 1$/m);
  expect(synced.stdout).toMatch(/^ +1 {2}without an address$/m);
  expect(synced.stdout).toMatch(/^ +4 {2}looked at$/m);
  expect(synced.stdout).toContain('Next: funnels drain-outbox\n');

  const drained = await funnels('drain-outbox --format table');
  expect(drained).toMatchObject(done);
  expect(drained.stdout).toMatch(/^ +3 {2}sent to Brevo +3 new/m);
  expect([...brevo.contacts.keys()].sort()).toEqual(['ann@example.com', 'bob@example.com', 'cleo@example.com']);

  await site.pay('ANN@example.com', 1, await ago(database, 0));
  expect(await funnels('sync')).toMatchObject(done);
  expect(await funnels('drain-outbox')).toMatchObject(done);
  expect(brevo.contacts.get('ann@example.com')).toMatchObject({ attributes: { CERTIFICATE_PURCHASED: true } });
  expect(brevo.contacts.get('bob@example.com')?.attributes).not.toMatchObject({ CERTIFICATE_PURCHASED: true });

  expect(await funnels('report conversions --format plain')).toEqual({
    ...done,
    stdout:
      'Funnel conversion report\n------------------------\n' +
      'language: entries=2, purchased=1, conversion=50.00%\n' +
      'non_language: entries=1, purchased=0, conversion=0.00%\n',
  });
  expect(await funnels('find-duplicates --exit-code --format table')).toEqual({
    ...done,
    stdout: 'No duplicates: every address is in each funnel at most once per test.\n',
  });
}
