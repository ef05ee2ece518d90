import { hostname } from 'node:os';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../src/cli/base-command.ts';
import { log } from '../src/cli/log.ts';
import { openDatabase } from '../src/database/open.ts';
import { type Migrated, migrate } from '../src/migrate/migrate.ts';
import { type MigrationPreview, previewMigrations } from '../src/migrate/preview.ts';
import { renderMigrated, renderMigrationPreview } from '../src/output/migrate-summary.ts';

export default class Migrate extends BaseCommand {
  static override summary = 'Bring the database schema up to date.';

  static override description = [
    'Applies every migration that this database does not have yet, each once and in order, under a',
    'lock. Refuses, changing nothing, while funnel_entries holds duplicates. Safe to repeat.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> migrate',
    '<%= config.bin %> migrate --dry-run',
    '<%= config.bin %> migrate --adopt',
  ];

  static override flags = {
    'dry-run': Flags.boolean({ char: 'n', description: 'Print the statements, in a session that cannot write.' }),
    adopt: Flags.boolean({ description: 'Take over the tables of the Python service that funnels replaces.' }),
    'lock-timeout': Flags.integer({
      description: 'How long to wait for another migration to end, in seconds.',
      default: 60,
      min: 0,
      helpValue: 'SECONDS',
    }),
  };

  async run(): Promise<Migrated | MigrationPreview> {
    const { flags } = await this.parse(Migrate);
    const { settings } = await this.loadSettings(flags);
    // A statement of a migration takes as long as the table is large.
    const target = { ...settings.database, statementTimeoutSeconds: 0 };
    if (flags['dry-run']) {
      const database = openDatabase(target, 'read-only', { create: true });
      const preview = await this.using(database, () => previewMigrations(database, flags.adopt));
      this.print(renderMigrationPreview(preview));
      return preview;
    }
    const result = await this.using(openDatabase(target, 'read-write', { create: true }), (database) =>
      migrate(database, {
        adopt: flags.adopt,
        lockWaitSeconds: flags['lock-timeout'],
        applier: { toolVersion: this.config.version, host: hostname() },
        onMigration: ({ version, name }) => log.debug(`Applying ${version} ${name}`),
      }),
    );
    this.print(renderMigrated(result));
    return result;
  }
}
