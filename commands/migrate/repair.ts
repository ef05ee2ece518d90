import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../src/cli/base-command.ts';
import { longRun } from '../../src/cli/long-run.ts';
import { lockTimeoutFlag, migrationRun } from '../../src/cli/migration-run.ts';
import { openDatabase } from '../../src/database/open.ts';
import { Problem } from '../../src/errors.ts';
import { previewRepair, type Repaired, repairHistory } from '../../src/migrate/repair.ts';
import { renderRepaired } from '../../src/output/migrate-status.ts';

export default class MigrateRepair extends BaseCommand {
  static override summary = 'Accept migrations that were applied with other statements than this program has.';

  static override description = [
    'Shows how each of them differs and, with --yes, records the statements of this program in the',
    'history. Changes no table: look at the difference first, the schema has to be right already.',
  ].join(' ');

  static override examples = ['<%= config.bin %> migrate repair --dry-run', '<%= config.bin %> migrate repair --yes'];

  static override flags = {
    'dry-run': Flags.boolean({ char: 'n', description: 'Only show the differences, in a session that cannot write.' }),
    yes: Flags.boolean({ description: 'Record them; without it nothing is written.', exclusive: ['dry-run'] }),
    'lock-timeout': lockTimeoutFlag,
  };

  async run(): Promise<Repaired> {
    const { flags } = await this.parse(MigrateRepair);
    const { settings } = await this.loadSettings(flags);
    const database = openDatabase(settings.database, flags.yes ? 'read-write' : 'read-only');
    const result = await this.using(database, () => {
      if (!flags.yes) return previewRepair(database);
      const origin = { engine: database.engine, settings: settings.database, toolVersion: this.config.version };
      return longRun('Repair', this.terminal.unicode, (run) =>
        migrationRun(origin, run, ({ applier, ...options }) =>
          repairHistory(database, { ...options, host: applier.host, lockWaitSeconds: flags['lock-timeout'] }),
        ),
      );
    });
    this.print(renderRepaired(result));
    if (!flags.yes && !flags['dry-run'] && result.migrations.length > 0) {
      throw new Problem('usage', 'Nothing was written: a repair has to be asked for.', {
        hint: 'If the differences do no harm: funnels migrate repair --yes',
      });
    }
    return result;
  }
}
