import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../src/cli/base-command.ts';
import { askConsent } from '../../src/cli/consent.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { log } from '../../src/cli/log.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open.ts';
import { Problem } from '../../src/errors.ts';
import { requireSchema } from '../../src/migrate/plan.ts';
import { readAge } from '../../src/outbox/age.ts';
import { type FailedFilter, surveyFailed } from '../../src/outbox/concerned.ts';
import { readJobIds } from '../../src/outbox/job-id.ts';
import { type Requeued, requeueFailed, requeueJobs } from '../../src/outbox/requeue.ts';
import { concernedLines } from '../../src/output/concerned-lines.ts';
import { formatCount } from '../../src/output/numbers.ts';
import { describeUnknown, renderRequeued } from '../../src/output/outbox-changes.ts';

export default class OutboxRetry extends BaseCommand {
  static override summary = 'Set failed jobs back to pending, with all their retries.';

  static override description = [
    'By number, or all of them with --failed. A job that is scheduled and named by its number is tried now;',
    'its attempts go on counting. Others are named and left alone. The last error is kept until the next',
    'outcome. With --failed it says whom the jobs concern and how old they are, and where some are older',
    'than sync.lookbackDays it asks first, or wants --yes. Ends with 65 when a job does not exist.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> outbox retry 17 18',
    '<%= config.bin %> outbox retry --failed --dry-run',
    '<%= config.bin %> outbox retry --failed --code 500 --newer-than 30d',
    '<%= config.bin %> outbox retry --failed --code invalid_parameter',
  ];

  static override args = {
    id: Args.string({ description: 'The numbers of the jobs.', multiple: true, ignoreStdin: true }),
  };

  static override flags = {
    failed: Flags.boolean({ default: false, description: 'Every failed job but those that were discarded by hand.' }),
    code: Flags.string({
      description: 'Only failed jobs whose error begins with this status or code, or with both.',
      helpValue: 'CODE',
    }),
    'newer-than': Flags.string({
      description: 'Only failed jobs that were enqueued within this time: 30d, 12w.',
      helpValue: 'AGE',
    }),
    'older-than': Flags.string({
      description: 'Only failed jobs that were enqueued before: 30d, 12w.',
      helpValue: 'AGE',
    }),
    yes: Flags.boolean({ char: 'y', description: 'Do not ask, however old the jobs are.', default: false }),
    'dry-run': Flags.boolean({
      char: 'n',
      description: 'Show what would be done, in a session that cannot write.',
      default: false,
    }),
  };

  async run(): Promise<Requeued> {
    const { args, flags } = await this.parse(OutboxRetry);
    const ids = readJobIds(args.id ?? []);
    const dryRun = flags['dry-run'];
    if ((ids.length === 0) !== flags.failed) {
      throw new Problem('usage', 'Say which jobs to retry: either their numbers or --failed.', {
        hint: 'For example: funnels outbox retry 17, or: funnels outbox retry --failed --code 500',
      });
    }
    const filter = readFilter(flags);
    const { settings } = await this.loadSettings(flags);
    const database = openDatabase(settings.database, dryRun ? 'read-only' : 'read-write');
    const result = await this.using(database, async () => {
      await requireSchema(database, 'write');
      if (!flags.failed) return requeueJobs(database, ids, { ...settings.outbox, dryRun });
      const isMeant = dryRun || flags.yes || (await isAgreed(database, filter, settings.sync.lookbackDays));
      return isMeant ? requeueFailed(database, filter, dryRun) : null;
    });
    if (result === null) {
      log.info('Nothing was changed.');
      this.exit(0);
    }
    this.print(renderRequeued(result));
    const unknown = result.leftAlone.filter(({ reason }) => reason === 'unknown');
    if (unknown.length > 0) process.exitCode = exitCodes.data;
    if (!this.jsonEnabled()) for (const { id } of unknown) log.error(describeUnknown(id));
    return result;
  }
}

/** A usage Problem when a filter of --failed is given without it, or cannot be read. */
function readFilter(flags: {
  failed: boolean;
  code?: string | undefined;
  'newer-than'?: string | undefined;
  'older-than'?: string | undefined;
}): FailedFilter {
  const code = flags.code?.trim();
  if (code === '' || (code !== undefined && !flags.failed)) {
    throw new Problem('usage', '--code picks among all failed jobs: it needs a status or code, and --failed.', {
      hint: 'For example: funnels outbox retry --failed --code 500',
    });
  }
  const [newerThanDays, olderThanDays] = (['newer-than', 'older-than'] as const).map((name) => {
    const age = flags[name];
    if (age !== undefined && !flags.failed) {
      throw new Problem('usage', `--${name} picks among all failed jobs: it needs --failed.`, {
        hint: `For example: funnels outbox retry --failed --${name} 30d`,
      });
    }
    return age === undefined ? undefined : readAge(age, `--${name}`);
  });
  return { code, newerThanDays, olderThanDays };
}

/** Asks where jobs are so old that nobody expects a first e-mail any more. */
async function isAgreed(database: Database, filter: FailedFilter, lookbackDays: number): Promise<boolean> {
  const olderThanDays = Math.max(lookbackDays, filter.olderThanDays ?? 0);
  const old = await surveyFailed(database, { ...filter, olderThanDays });
  if (old.jobs === 0) return true;
  const all = await surveyFailed(database, filter);
  for (const line of concernedLines(all)) log.info(line);
  const which =
    all.jobs === 1
      ? 'The job is'
      : `${formatCount(old.jobs)} of ${formatCount(all.jobs)} jobs ${old.jobs === 1 ? 'is' : 'are'}`;
  return askConsent({
    consequence: `${which} older than sync.lookbackDays (${lookbackDays} days): ${old.people === 1 ? 'this person' : 'these people'} may get their first e-mail only now.`,
    instead: `To retry them all the same, add --yes. To leave the old ones out: --newer-than ${lookbackDays}d`,
  });
}
