import * as Flags from '@oclif/core/flags';
import { BaseCommand, formatFlag } from '../src/cli/base-command.ts';
import { exitCodes } from '../src/cli/exit-codes.ts';
import { log } from '../src/cli/log.ts';
import type { Database } from '../src/database/database.ts';
import { hasTable } from '../src/database/has-table.ts';
import { openDatabase } from '../src/database/open.ts';
import { type Duplicates, type DuplicateTotals, eachDuplicate, findDuplicates } from '../src/funnel/duplicates.ts';
import { hasOutbox } from '../src/funnel/duplicates-sql.ts';
import { duplicatesScript } from '../src/output/duplicates-statements.ts';
import { describeDuplicates, duplicateColumns } from '../src/output/duplicates-table.ts';
import type { Format } from '../src/output/render.ts';

export default class FindDuplicates extends BaseCommand {
  static override summary = 'List entries that share address, funnel and test.';

  static override description = [
    'Strictly read-only: the session itself refuses to write. Works on a database that has never been',
    'migrated, because duplicates have to be cleaned up before the unique key can be added. Addresses',
    'that differ only in how they are written (A@x.org, a@x.org) count as the same one.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> find-duplicates',
    '<%= config.bin %> find-duplicates --exit-code',
    '<%= config.bin %> find-duplicates --sql > clean-up.sql',
  ];

  static override flags = {
    limit: Flags.integer({ description: 'List at most this many groups.', default: 1000, min: 1, helpValue: 'N' }),
    sql: Flags.boolean({
      description: 'Print statements that would resolve every group, whatever their number, to be read and run by you.',
      exclusive: ['json', 'format'],
    }),
    'exit-code': Flags.boolean({ description: 'Exit with 8 when duplicates are found.' }),
    format: formatFlag(),
  };

  async run(): Promise<Duplicates | DuplicateTotals> {
    const { flags } = await this.parse(FindDuplicates);
    const { settings } = await this.loadSettings(flags);
    const totals = await this.using(openDatabase(settings.database, 'read-only'), (database) =>
      flags.sql ? this.printStatements(database) : this.printGroups(database, flags),
    );
    if (flags['exit-code'] && totals.total > 0) process.exitCode = exitCodes.findings;
    return totals;
  }

  private async printGroups(
    database: Database,
    { limit, format }: { limit: number; format?: Format | undefined },
  ): Promise<Duplicates> {
    const duplicates = await database.transaction((session) => findDuplicates(session, limit));
    const isAdopted = await hasTable(database, 'funnels_migrations');
    this.printRows(duplicates.groups, duplicateColumns, { format, ...describeDuplicates(duplicates, { isAdopted }) });
    // A pipe gets rows only, and none says nothing; a person reading the journal should not have to guess.
    if (duplicates.total === 0 && format === undefined && !this.terminal.isTerminal && !this.jsonEnabled()) {
      log.info('No duplicates.');
    }
    return duplicates;
  }

  private printStatements(database: Database): Promise<DuplicateTotals> {
    const script = duplicatesScript((text) => this.print(text));
    return database.transaction(async (session) => {
      script.start();
      const target = { engine: database.engine, hasOutbox: await hasOutbox(session) };
      const totals = await eachDuplicate(session, (group) => script.add(group, target));
      script.end(totals);
      return totals;
    });
  }
}
