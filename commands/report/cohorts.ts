import * as Flags from '@oclif/core/flags';
import { BaseCommand, formatFlag } from '../../src/cli/base-command.ts';
import { log } from '../../src/cli/log.ts';
import { readReportFlags, reportFlags } from '../../src/cli/report-flags.ts';
import { openDatabase } from '../../src/database/open.ts';
import { requireSchema } from '../../src/migrate/plan.ts';
import { cohortRemarks, renderCohorts } from '../../src/output/cohorts-table.ts';
import { oddDatesBeside } from '../../src/output/conversions-output.ts';
import { reportCohorts } from '../../src/report/cohorts.ts';
import { resolveRequest } from '../../src/report/request.ts';
import type { Cohorts } from '../../src/report/result.ts';

export default class ReportCohorts extends BaseCommand {
  static override summary = 'Show how the share of buyers grows with the days since entering.';

  static override description = [
    'One row for the entries of each month (or week) and funnel, one column for each age: the share that',
    'had bought 0, 7, 14, 30, 60 and 90 days after entering. A cell is blank until the end of its row is',
    'that long ago, so rows can be compared column by column.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> report cohorts',
    '<%= config.bin %> report cohorts --by week --from-date 2026-08-01 --funnel language',
  ];

  static override flags = {
    ...reportFlags,
    by: Flags.option({ options: ['month', 'week'] as const, default: 'month', description: 'What is one cohort.' })(),
    format: formatFlag(),
  };

  async run(): Promise<Cohorts> {
    const { flags } = await this.parse(ReportCohorts);
    const { request, settings } = await readReportFlags(flags, async () => (await this.loadSettings(flags)).settings);
    const cohorts = await this.using(openDatabase(settings.database, 'read-only'), async (database) => {
      await requireSchema(database, 'read');
      return database.transaction(async (session) =>
        reportCohorts(session, await resolveRequest(session, request), flags.by),
      );
    });
    const options = { format: flags.format, terminal: this.terminal };
    this.print(renderCohorts(cohorts, options));
    if (!this.jsonEnabled()) for (const remark of cohortRemarks(cohorts, options)) log.info(remark);
    for (const warning of oddDatesBeside(cohorts, options, this.jsonEnabled())) log.warn(warning);
    return cohorts;
  }
}
