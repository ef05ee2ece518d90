import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../src/cli/base-command.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { log } from '../../src/cli/log.ts';
import { openDatabase } from '../../src/database/open.ts';
import { Problem } from '../../src/errors.ts';
import { requireSchema } from '../../src/migrate/plan.ts';
import { readJobIds } from '../../src/outbox/job-id.ts';
import { type Requeued, requeueFailed, requeueJobs } from '../../src/outbox/requeue.ts';
import { renderRequeued } from '../../src/output/outbox-changes.ts';

export default class OutboxRetry extends BaseCommand {
  static override summary = 'Set failed jobs back to pending, with all their retries.';

  static override description = [
    'By number, or all of them with --failed. Only failed jobs are changed; others are named and left',
    'alone. The last error is kept until the next outcome. Ends with 65 when a job does not exist.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> outbox retry 17 18',
    '<%= config.bin %> outbox retry --failed --dry-run',
    '<%= config.bin %> outbox retry --failed --code 500',
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
    'dry-run': Flags.boolean({
      char: 'n',
      description: 'Show what would be done, in a session that cannot write.',
      default: false,
    }),
  };

  async run(): Promise<Requeued> {
    const { args, flags } = await this.parse(OutboxRetry);
    const ids = readJobIds(args.id ?? []);
    const code = flags.code?.trim();
    const dryRun = flags['dry-run'];
    if ((ids.length === 0) !== flags.failed) {
      throw new Problem('usage', 'Say which jobs to retry: either their numbers or --failed.', {
        hint: 'For example: funnels outbox retry 17, or: funnels outbox retry --failed --code 500',
      });
    }
    if (code === '' || (code !== undefined && !flags.failed)) {
      throw new Problem('usage', '--code picks among all failed jobs: it needs a status or code, and --failed.', {
        hint: 'For example: funnels outbox retry --failed --code 500',
      });
    }
    const { settings } = await this.loadSettings(flags);
    const database = openDatabase(settings.database, dryRun ? 'read-only' : 'read-write');
    const result = await this.using(database, async () => {
      await requireSchema(database, 'write');
      return flags.failed ? requeueFailed(database, code, dryRun) : requeueJobs(database, ids, dryRun);
    });
    this.print(renderRequeued(result));
    const unknown = result.leftAlone.filter(({ status }) => status === null);
    if (unknown.length > 0) process.exitCode = exitCodes.data;
    if (!this.jsonEnabled()) for (const { id } of unknown) log.error(`There is no job ${id} in the outbox.`);
    return result;
  }
}
