import * as Flags from '@oclif/core/flags';
import { BaseCommand, formatFlag } from '../../src/cli/base-command.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { openDatabase } from '../../src/database/open.ts';
import { type MigrationStatus, migrationStatus } from '../../src/migrate/status.ts';
import { statusColumns, statusFooter } from '../../src/output/migrate-summary.ts';

export default class MigrateStatus extends BaseCommand {
  static override summary = 'List the migrations: applied, pending, interrupted, changed.';

  static override examples = ['<%= config.bin %> migrate status', '<%= config.bin %> migrate status --exit-code'];

  static override flags = {
    'exit-code': Flags.boolean({ description: 'Exit with 8 when the schema is not up to date.' }),
    format: formatFlag(),
  };

  async run(): Promise<{ migrations: MigrationStatus[]; pending: number }> {
    const { flags } = await this.parse(MigrateStatus);
    const { settings } = await this.loadSettings(flags);
    const database = openDatabase(settings.database, 'read-only', { create: true });
    const migrations = await this.using(database, migrationStatus);
    const pending = migrations.filter(({ state }) => state === 'pending' || state === 'interrupted').length;
    this.printRows(migrations, statusColumns, { format: flags.format, footer: [statusFooter(migrations)] });
    const isUpToDate = migrations.every(({ state }) => state === 'applied' || state === 'adopted');
    if (flags['exit-code'] && !isUpToDate) process.exitCode = exitCodes.findings;
    return { migrations, pending };
  }
}
