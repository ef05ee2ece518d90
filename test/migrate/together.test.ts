import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrationsFor } from '../../src/migrate/migration.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { addOldEntries, createPredecessorTables } from './predecessor.ts';

/** The versions that no table of the predecessor stands for. */
const afterAdoption = migrationsFor('sqlite')
  .map(({ version }) => version)
  .filter((version) => version > 2);

describe.each(engines)('several migrators at once on %s', (engine) => {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await createTestDatabase(engine);
  });

  afterEach(() => place.drop());

  const together = (count: number, ...words: string[]): Promise<Run[]> =>
    Promise.all(
      Array.from({ length: count }, () =>
        runFunnels(['migrate', '--json', ...words], { environment: { FUNNELS_DATABASE_URL: place.url } }),
      ),
    );

  function appliedBy(runs: Run[]): number[] {
    for (const { code, stderr } of runs) expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return runs
      .flatMap(({ stdout }) => (JSON.parse(stdout) as { applied: { version: number }[] }).applied)
      .map(({ version }) => version)
      .sort((a, b) => a - b);
  }

  it('ten on a database that is not there yet all succeed, and each migration is applied once', async () => {
    if (engine === 'sqlite') await rm(place.url.replace('sqlite:', ''));
    expect(appliedBy(await together(10))).toEqual(migrationsFor(engine).map(({ version }) => version));
  });

  it("three on the predecessor's database all succeed, and each migration is applied once", async () => {
    await createPredecessorTables(place);
    await addOldEntries(place, { email: 'A@x.org' }, { email: 'b@x.org' });
    expect(appliedBy(await together(3, '--adopt'))).toEqual(afterAdoption);
    expect(await place.admin('SELECT email FROM funnel_entries ORDER BY id')).toEqual([
      { email: 'a@x.org' },
      { email: 'b@x.org' },
    ]);
  });
});
