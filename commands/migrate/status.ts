import * as Flags from '@oclif/core/flags';
import { BaseCommand, formatFlag } from '../../src/cli/base-command.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { openDatabase } from '../../src/database/open.ts';
import { type MigrationsStatus, migrationStatus } from '../../src/migrate/status.ts';
import { statusColumns, statusFooter } from '../../src/output/migrate-status.ts';

export default class MigrateStatus extends BaseCommand {
  static override summary = 'List the migrations: applied, pending, interrupted, changed.';

  static override examples = [
    '<%= config.bin %> migrate status',
    '<%= config.bin %> migrate status --exit-code',
    '<%= config.bin %> migrate status --verbose',
  ];

  static override flags = {
    'exit-code': Flags.boolean({ description: 'Exit with 8 when the schema is not up to date.' }),
    verbose: Flags.boolean({
      description: 'Show how the statements of a changed migration differ, below the table.',
    }),
    format: formatFlag(),
  };

  async run(): Promise<MigrationsStatus> {
    const { flags } = await this.parse(MigrateStatus);
    const { settings } = await this.loadSettings(flags);
    const database = openDatabase(settings.database, 'read-only', { create: true });
    const status = await this.using(database, migrationStatus);
    const format = flags.verbose ? 'table' : flags.format;
    this.printRows(status.migrations, statusColumns, { format, footer: statusFooter(status, flags.verbose) });
    const isUpToDate = status.migrations.every(({ state }) => state === 'applied' || state === 'adopted');
    if (flags['exit-code'] && !isUpToDate) process.exitCode = exitCodes.findings;
    return status;
  }
}
