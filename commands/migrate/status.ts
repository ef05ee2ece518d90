import * as Flags from '@oclif/core/flags';
import { BaseCommand, formatFlag } from '../../src/cli/base-command.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { openDatabase } from '../../src/database/open.ts';
import { type MigrationStatus, migrationStatus } from '../../src/migrate/status.ts';
import { statusColumns } from '../../src/output/migrate-summary.ts';

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
    const open = ['pending', 'interrupted', 'changed'];
    const pending = migrations.filter(({ state }) => open.includes(state)).length;
    const footer = pending === 0 ? 'The schema is up to date.' : `${pending} to do. Next: funnels migrate`;
    this.printRows(migrations, statusColumns, { format: flags.format, footer: [footer] });
    if (flags['exit-code'] && pending > 0) process.exitCode = exitCodes.findings;
    return { migrations, pending };
  }
}
