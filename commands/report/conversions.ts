import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../src/cli/base-command.ts';
import { log } from '../../src/cli/log.ts';
import { openDatabase } from '../../src/database/open.ts';
import { requireSchema } from '../../src/migrate/plan.ts';
import { remarkOn, renderConversions, renderPlain } from '../../src/output/conversions-text.ts';
import { formats } from '../../src/output/render.ts';
import { type Conversions, reportConversions } from '../../src/report/conversions.ts';
import { checkPeriod, resolvePeriod } from '../../src/report/period.ts';

export default class ReportConversions extends BaseCommand {
  static override summary = 'Show how many people entered each funnel and how many of them bought.';

  static override description = [
    'Counts the entries of each funnel, and those of them that were followed by a purchase.',
    '--from-date is inclusive, --to-date exclusive, both in report.timezone or else the zone of the',
    'database. With --from-date alone, entries up to now count; without dates, all of them.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> report conversions',
    '<%= config.bin %> report conversions --from-date 2026-10-01 --to-date 2026-11-01',
    '<%= config.bin %> report conversions --format plain',
  ];

  static override flags = {
    'from-date': Flags.string({ description: 'The first day that counts.', helpValue: 'YYYY-MM-DD' }),
    'to-date': Flags.string({ description: 'The day after the last one that counts.', helpValue: 'YYYY-MM-DD' }),
    format: Flags.option({
      options: [...formats, 'plain'] as const,
      description: 'Print as table, tsv, csv, markdown, json or plain text; table on a terminal, else tsv.',
    })(),
  };

  async run(): Promise<Conversions> {
    const { flags } = await this.parse(ReportConversions);
    const days = checkPeriod(flags['from-date'], flags['to-date']);
    const { settings } = await this.loadSettings(flags);
    const report = await this.using(openDatabase(settings.database, 'read-only'), async (database) => {
      await requireSchema(database, 'read');
      return database.transaction(async (session) =>
        reportConversions(session, await resolvePeriod(session, days, settings.report.timezone)),
      );
    });
    const { format } = flags;
    if (format === 'plain') {
      this.print(renderPlain(report));
      return report;
    }
    const options = { format, terminal: this.terminal };
    this.print(renderConversions(report, options));
    const remark = remarkOn(report, options);
    if (remark !== undefined && !this.jsonEnabled()) log.info(remark);
    return report;
  }
}
