import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../src/cli/base-command.ts';
import { clicksFlags, withClicks } from '../../src/cli/clicks-flags.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { log } from '../../src/cli/log.ts';
import { outputFlags, readOutput } from '../../src/cli/output-flags.ts';
import { readReportFlags, reportFlags } from '../../src/cli/report-flags.ts';
import { openDatabase } from '../../src/database/open.ts';
import { Problem } from '../../src/errors.ts';
import { requireEntries } from '../../src/migrate/plan.ts';
import { oddDatesBeside, remarksBeside, renderAs } from '../../src/output/conversions-output.ts';
import { renderPlain } from '../../src/output/conversions-plain.ts';
import { describeJudgement } from '../../src/output/judgement-words.ts';
import { reportConversions } from '../../src/report/conversions.ts';
import { judge, needsOnlyEntries, readRule } from '../../src/report/fail-if.ts';
import { readPageParts } from '../../src/report/page-parts.ts';
import { type PlainConversions, readPlainConversions } from '../../src/report/plain.ts';
import { resolveRequest } from '../../src/report/request.ts';
import { type Conversions, comparisons, dimensions } from '../../src/report/result.ts';

export default class ReportConversions extends BaseCommand {
  static override summary = 'Show how many people entered each funnel and how many of them bought.';

  static override description = [
    'Counts the entries of each funnel, and those of them that were followed by a purchase.',
    '--from-date is inclusive, --to-date exclusive, both in report.timezone or else the zone of the',
    'database. With --from-date alone, entries up to now count; without dates, all of them. Every',
    'number is explained by: funnels help reports, the JSON by: funnels help report-json.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> report conversions',
    '<%= config.bin %> report conversions --from-date 2026-10-01 --to-date 2026-11-01',
    '<%= config.bin %> report conversions --period last-month --compare previous',
    '<%= config.bin %> report conversions --period 2026-10 --by day --format csv',
    '<%= config.bin %> report conversions --period last-60d --fail-if "language.settled<8%"',
    '<%= config.bin %> report conversions --period 2026-10 --clicks clicks.csv',
    '<%= config.bin %> report conversions --format plain',
    '<%= config.bin %> report conversions --period last-month --output report.html',
  ];

  static override flags = {
    ...reportFlags,
    ...clicksFlags,
    by: Flags.option({ options: dimensions, description: 'Show the figures of each of these too.' })(),
    compare: Flags.option({ options: comparisons, description: 'Compare with another period.' })(),
    'fail-if': Flags.string({
      multiple: true,
      description:
        'Exit with 8 when this holds, e.g. "settled<8%"; metrics: conversion, settled, entries, purchased, people.',
      helpValue: 'RULE',
    }),
    ...outputFlags,
  };

  async run(): Promise<Conversions | PlainConversions> {
    const { flags } = await this.parse(ReportConversions);
    const output = readOutput(flags, { terminal: this.terminal, asJson: this.jsonEnabled() });
    const rules = (flags['fail-if'] ?? []).map(readRule);
    const { request, settings } = await readReportFlags(flags, async () => (await this.loadSettings(flags)).settings);
    const { unicode } = this.terminal;
    const shown = {
      ...output,
      decimalComma: flags['decimal-comma'] ?? settings.report.decimalComma,
      siteName: settings.report.siteName,
    };
    const isPlain = output.format === 'plain' && !this.jsonEnabled() && rules.every(needsOnlyEntries);
    const { report, remarks, render } = await withClicks(
      flags,
      { campaigns: settings.utm.campaigns, unicode },
      (clicks) =>
        this.using(openDatabase(settings.database, 'read-only'), async (database) => {
          if ((await requireEntries(database)) === 'predecessor') {
            if (flags.by === 'source') throw new Problem('data', 'The Python service has recorded no sources.');
            log.info('Read from the table of the Python service, which is not taken over yet.');
          }
          return database.transaction(async (session) => {
            const resolved = await resolveRequest(session, request);
            if (isPlain) {
              const report = await readPlainConversions(session, resolved);
              return { report, remarks: [], render: async () => renderPlain(report) };
            }
            const report = await reportConversions(session, resolved, { by: flags.by, compare: flags.compare, clicks });
            const parts = output.format === 'html' ? await readPageParts(session, resolved, report) : undefined;
            const remarks = this.jsonEnabled() ? [] : remarksBeside(report, output);
            return { report, remarks, render: () => renderAs(report, parts, shown) };
          });
        }),
    );
    const judgements = judge(rules, report);
    await this.deliver(await render(), output.path);
    for (const remark of remarks) log.info(remark);
    const isOut = output.path !== undefined || this.jsonEnabled();
    for (const warning of oddDatesBeside(report, output, isOut)) log.warn(warning);
    for (const judgement of judgements) {
      const words = describeJudgement(judgement);
      if (words !== undefined) log.warn(words);
    }
    if (judgements.some(({ outcome }) => outcome === 'broken')) process.exitCode = exitCodes.findings;
    return report;
  }
}
