import * as Flags from '@oclif/core/flags';
import { BaseCommand, formatFlag } from '../../src/cli/base-command.ts';
import { log } from '../../src/cli/log.ts';
import { checkExcel, excelFlag } from '../../src/cli/output-flags.ts';
import { readReportFlags, reportFlags } from '../../src/cli/report-flags.ts';
import { openDatabase } from '../../src/database/open.ts';
import { requireSchema } from '../../src/migrate/plan.ts';
import { oddDatesBeside } from '../../src/output/conversions-output.ts';
import { PeopleList } from '../../src/output/people-list.ts';
import { reportPeople } from '../../src/report/people.ts';
import { type People, type Person, peopleStates } from '../../src/report/result.ts';

export default class ReportPeople extends BaseCommand {
  static override summary = 'List the people behind a number of the report.';

  static override description = [
    'The entries of a period that bought, that are open (not bought, their window not over), that lapsed',
    '(not bought, their window over), that were refunded, or that were paid for between test and entry',
    '(paid-before-entering): together they are the entries of "report conversions" with the same flags.',
    'bought-before lists the purchases paid in the period, before their buyer entered.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> report people --state open --funnel language',
    '<%= config.bin %> report people --state bought --period 2026-10 --format csv --excel',
  ];

  static override flags = {
    state: Flags.option({ options: peopleStates, required: true, description: 'Which people.' })(),
    ...reportFlags,
    limit: Flags.integer({ description: 'List at most this many.', default: 1000, min: 1, helpValue: 'N' }),
    format: formatFlag(),
    ...excelFlag,
  };

  async run(): Promise<People> {
    const { flags } = await this.parse(ReportPeople);
    checkExcel(flags);
    const { request, settings } = await readReportFlags(flags, async () => (await this.loadSettings(flags)).settings);
    const list = new PeopleList({
      format: flags.format,
      terminal: this.terminal,
      excel: flags.excel,
      decimalComma: flags['decimal-comma'] ?? settings.report.decimalComma,
    });
    const people: Person[] = [];
    const head = await this.using(openDatabase(settings.database, 'read-only'), async (database) => {
      await requireSchema(database, 'read');
      return reportPeople(database, { ...request, state: flags.state, limit: flags.limit }, async (page, sofar) => {
        if (this.jsonEnabled()) people.push(...page);
        else await this.printPiece(list.page(page, sofar));
      });
    });
    const isTable = flags.format === 'table' || (flags.format === undefined && this.terminal.isTerminal);
    const remark = list.remark(head);
    this.print(list.end(head));
    if (remark !== undefined && !isTable && !this.jsonEnabled()) log.info(remark);
    const options = { format: flags.format, terminal: this.terminal };
    for (const warning of oddDatesBeside(head, options, this.jsonEnabled())) log.warn(warning);
    return { ...head, people };
  }
}
