import { describe, expect, it, onTestFinished } from 'vitest';
import { migrationsFor } from '../../src/migrate/migration.ts';
import { readSchema, schemaText, type TableSchema } from '../../src/migrate/schema.ts';
import { open } from '../database/opened.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { migrateTo } from './migrating.ts';
import { columnsOf } from './schema.ts';

// The schema after each version, to be read by people: snapshots/ENGINE/NNNN.txt. After a migration was added or changed:
// npx vitest run test/migrate/snapshot.test.ts -u

/** Every table that the migrations made, as the database itself describes it. */
async function schemaOf(place: TestDatabase): Promise<TableSchema[]> {
  const database = open(place.url, 'read-only');
  try {
    return await readSchema(database, Object.keys(await columnsOf(place)).sort());
  } finally {
    await database.close();
  }
}

async function emptyDatabase(engine: 'mysql' | 'sqlite'): Promise<TestDatabase> {
  const place = await createTestDatabase(engine);
  onTestFinished(() => place.drop());
  return place;
}

describe.each(engines)('the schema on %s', (engine) => {
  const versions = migrationsFor(engine).map(({ version }) => version);

  it('after each version is the one that was written down', async () => {
    const place = await emptyDatabase(engine);
    for (const to of versions) {
      await migrateTo(place, { to });
      const file = `snapshots/${engine}/${String(to).padStart(4, '0')}.txt`;
      await expect(schemaText(await schemaOf(place))).toMatchFileSnapshot(file);
    }
  });

  it('is the same whichever version an upgrade starts from', async () => {
    const fresh = await emptyDatabase(engine);
    await migrateTo(fresh);
    const wanted = schemaText(await schemaOf(fresh));
    for (const from of versions.slice(0, -1)) {
      const place = await emptyDatabase(engine);
      await migrateTo(place, { to: from });
      await migrateTo(place);
      expect(schemaText(await schemaOf(place)), `from version ${from}`).toBe(wanted);
    }
  });
});
