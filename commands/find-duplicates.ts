import * as Flags from '@oclif/core/flags';
import { BaseCommand, formatFlag } from '../src/cli/base-command.ts';
import { exitCodes } from '../src/cli/exit-codes.ts';
import { log } from '../src/cli/log.ts';
import { openDatabase } from '../src/database/open.ts';
import { type Duplicates, findDuplicates } from '../src/funnel/duplicates.ts';
import { describeDuplicates, duplicateColumns } from '../src/output/duplicates-table.ts';

export default class FindDuplicates extends BaseCommand {
  static override summary = 'List entries that share address, funnel and test.';

  static override description = [
    'Strictly read-only: the session itself refuses to write. Works on a database that has never been',
    'migrated, because duplicates have to be cleaned up before the unique key can be added. Addresses',
    'that differ only in how they are written (A@x.org, a@x.org) count as the same one.',
  ].join(' ');

  static override examples = ['<%= config.bin %> find-duplicates', '<%= config.bin %> find-duplicates --exit-code'];

  static override flags = {
    limit: Flags.integer({ description: 'List at most this many groups.', default: 1000, min: 1, helpValue: 'N' }),
    'exit-code': Flags.boolean({ description: 'Exit with 8 when duplicates are found.' }),
    format: formatFlag(),
  };

  async run(): Promise<Duplicates> {
    const { flags } = await this.parse(FindDuplicates);
    const { settings } = await this.loadSettings(flags);
    const duplicates = await this.using(openDatabase(settings.database, 'read-only'), (database) =>
      database.transaction((session) => findDuplicates(session, flags.limit)),
    );
    this.printRows(duplicates.groups, duplicateColumns, { format: flags.format, ...describeDuplicates(duplicates) });
    // A pipe gets rows only, and none says nothing; a person reading the journal should not have to guess.
    if (duplicates.total === 0 && flags.format === undefined && !this.terminal.isTerminal && !this.jsonEnabled()) {
      log.info('No duplicates.');
    }
    if (flags['exit-code'] && duplicates.total > 0) process.exitCode = exitCodes.findings;
    return duplicates;
  }
}
