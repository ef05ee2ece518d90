import { type Migrated, migrate } from '../../src/migrate/migrate.ts';
import type { MigrateOptions } from '../../src/migrate/options.ts';
import { type MigrationPreview, previewMigrations } from '../../src/migrate/preview.ts';
import { open } from '../database/opened.ts';
import type { TestDatabase } from '../support/test-databases.ts';

/** Migrates as `funnels migrate` does. */
export async function migrateTo(place: TestDatabase, options: Partial<MigrateOptions> = {}): Promise<Migrated> {
  const database = open(place.url, 'read-write', { statementTimeoutSeconds: 0 }, { create: true });
  try {
    return await migrate(database, {
      adopt: false,
      lockWaitSeconds: 10,
      applier: { toolVersion: '9.8.7', host: 'here' },
      ...options,
    });
  } finally {
    await database.close();
  }
}

/** What `funnels migrate --dry-run` would show. */
export async function preview(place: TestDatabase, adopt = false, to?: number): Promise<MigrationPreview> {
  const database = open(place.url, 'read-only', {}, { create: true });
  try {
    return await previewMigrations(database, { adopt, to });
  } finally {
    await database.close();
  }
}
