import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../src/cli/base-command.ts';
import { longRun } from '../src/cli/long-run.ts';
import { lockTimeoutFlag, migrationRun } from '../src/cli/migration-run.ts';
import { openDatabase } from '../src/database/open.ts';
import { waitForDatabase } from '../src/database/wait.ts';
import { type Migrated, migrate } from '../src/migrate/migrate.ts';
import { type MigrationPreview, previewMigrations } from '../src/migrate/preview.ts';
import { renderDifferences } from '../src/output/adoption-table.ts';
import { renderMigrated, renderMigrationPreview } from '../src/output/migrate-summary.ts';
import { readDuration } from '../src/read-duration.ts';

export default class Migrate extends BaseCommand {
  static override summary = 'Bring the database schema up to date.';

  static override description = [
    'Applies every migration that this database does not have yet, each once and in order, under a',
    'lock. Refuses, changing nothing, while funnel_entries holds duplicates. Safe to repeat, and to',
    'interrupt: the next run continues. There is no way back to an older version.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> migrate',
    '<%= config.bin %> migrate --dry-run',
    '<%= config.bin %> migrate --wait 2m',
    '<%= config.bin %> migrate --adopt',
  ];

  static override flags = {
    'dry-run': Flags.boolean({ char: 'n', description: 'Print the statements, in a session that cannot write.' }),
    adopt: Flags.boolean({ description: 'Take over the tables of the Python service that funnels replaces.' }),
    to: Flags.integer({ description: 'Stop after this version.', min: 1, helpValue: 'VERSION' }),
    wait: Flags.string({
      description: 'Wait this long (60s, 2m) for a database server that is still starting.',
      helpValue: 'TIME',
    }),
    'lock-timeout': lockTimeoutFlag,
  };

  async run(): Promise<Migrated | MigrationPreview> {
    const { flags } = await this.parse(Migrate);
    const waitSeconds = flags.wait === undefined ? undefined : readDuration(flags.wait, '--wait');
    const { settings } = await this.loadSettings(flags);
    const { adopt, to, 'dry-run': dryRun, 'lock-timeout': lockWaitSeconds } = flags;
    // A statement of a migration takes as long as the table is large.
    const target = { ...settings.database, statementTimeoutSeconds: 0 };
    const database = openDatabase(target, dryRun ? 'read-only' : 'read-write', { create: true });
    return this.using(database, async () => {
      if (waitSeconds !== undefined) await waitForDatabase(database, waitSeconds);
      if (dryRun) {
        const preview = await previewMigrations(database, { adopt, to });
        this.print(renderDifferences(preview.differences, this.terminal) + renderMigrationPreview(preview, to));
        return preview;
      }
      const origin = { engine: database.engine, settings: settings.database, toolVersion: this.config.version };
      const result = await longRun('Migration', this.terminal.unicode, (run) =>
        migrationRun(origin, run, (options) => migrate(database, { ...options, adopt, to, lockWaitSeconds })),
      );
      this.print(renderDifferences(result.differences, this.terminal) + renderMigrated(result));
      return result;
    });
  }
}
