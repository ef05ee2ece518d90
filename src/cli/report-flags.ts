import * as Flags from '@oclif/core/flags';
import type { Settings } from '../config/settings.ts';
import { readAsOf } from '../report/clock.ts';
import { periodNames } from '../report/named-period.ts';
import { readPeriod } from '../report/period.ts';
import type { ReportRequest } from '../report/request.ts';
import { readFunnel, readTimezone, readWindow } from '../report/words.ts';

/** The flags that say what a report is about; the same in every report. */
export const reportFlags = {
  'from-date': Flags.string({ description: 'The first day that counts.', helpValue: 'YYYY-MM-DD' }),
  'to-date': Flags.string({ description: 'The day after the last one that counts.', helpValue: 'YYYY-MM-DD' }),
  period: Flags.string({
    description: `${periodNames}.`,
    helpValue: 'NAME',
  }),
  funnel: Flags.string({ description: 'Only this funnel.', helpValue: 'NAME' }),
  window: Flags.string({
    description: 'Days after entering in which a purchase counts as in time, instead of report.windowDays.',
    helpValue: 'DAYS',
  }),
  timezone: Flags.string({
    description: 'The time zone of all dates, such as Europe/Kyiv or +02:00, instead of report.timezone.',
    helpValue: 'ZONE',
  }),
  'as-of': Flags.string({
    description: 'Leave out what came later, to see or repeat a report of that moment.',
    helpValue: '"YYYY-MM-DD HH:MM"',
  }),
};

export type ReportFlagValues = { [Name in keyof typeof reportFlags]?: string | undefined };

/** Reads those flags; what they leave open comes from the settings, which are asked for last. */
export async function readReportFlags(
  flags: ReportFlagValues,
  loadSettings: () => Promise<Settings>,
): Promise<{ request: ReportRequest; settings: Settings }> {
  const period = readPeriod({ from: flags['from-date'], to: flags['to-date'], name: flags.period });
  const asOf = flags['as-of'] === undefined ? undefined : readAsOf(flags['as-of']);
  const timezone = flags.timezone === undefined ? undefined : readTimezone(flags.timezone);
  const windowDays = flags.window === undefined ? undefined : readWindow(flags.window);
  const funnel = flags.funnel === undefined ? undefined : readFunnel(flags.funnel);
  const settings = await loadSettings();
  const { report } = settings;
  return {
    settings,
    request: {
      period,
      asOf,
      timezone: timezone ?? report.timezone,
      windowDays: windowDays ?? report.windowDays,
      funnel,
    },
  };
}
