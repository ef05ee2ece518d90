import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../src/cli/base-command.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { log } from '../../src/cli/log.ts';
import { openDatabase } from '../../src/database/open.ts';
import { Problem } from '../../src/errors.ts';
import { requireSchema } from '../../src/migrate/plan.ts';
import { type Discarded, discardEntryGone, discardJobs } from '../../src/outbox/discard.ts';
import { readJobIds } from '../../src/outbox/job-id.ts';
import { describeRefusal, renderDiscarded } from '../../src/output/outbox-changes.ts';

export default class OutboxDiscard extends BaseCommand {
  static override summary = 'Give jobs up: they fail for good and are never sent.';

  static override description = [
    'A pending job becomes failed, with "Discarded by hand" as its error; a failed one is marked the',
    'same way, so that outbox retry --failed leaves it alone. Ends with 65 when a job was delivered',
    'already or does not exist, with 75 when a worker holds it; the others are discarded all the same.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> outbox discard 17',
    '<%= config.bin %> outbox discard 17 18 --dry-run',
    '<%= config.bin %> outbox discard --entry-gone',
  ];

  static override args = {
    id: Args.string({ description: 'The numbers of the jobs.', multiple: true, ignoreStdin: true }),
  };

  static override flags = {
    'entry-gone': Flags.boolean({
      default: false,
      description: 'Every waiting job that can never be delivered, because its entry is gone.',
    }),
    'dry-run': Flags.boolean({
      char: 'n',
      default: false,
      description: 'Show what would be done, in a session that cannot write.',
    }),
  };

  async run(): Promise<Discarded> {
    const { args, flags } = await this.parse(OutboxDiscard);
    const ids = readJobIds(args.id ?? []);
    const dryRun = flags['dry-run'];
    if ((ids.length === 0) !== flags['entry-gone']) {
      throw new Problem('usage', 'Say which jobs to discard: either their numbers or --entry-gone.', {
        hint: 'For example: funnels outbox discard 17',
      });
    }
    const { settings } = await this.loadSettings(flags);
    const database = openDatabase(settings.database, dryRun ? 'read-only' : 'read-write');
    const result = await this.using(database, async () => {
      await requireSchema(database, 'write');
      return flags['entry-gone'] ? discardEntryGone(database, dryRun) : discardJobs(database, ids, dryRun);
    });
    this.print(renderDiscarded(result));
    if (result.refused.length > 0) {
      // Waiting helps only when every refusal is about a lease.
      const isHeld = result.refused.every(({ reason }) => reason === 'held');
      process.exitCode = isHeld ? exitCodes.temporary : exitCodes.data;
      if (!this.jsonEnabled()) for (const refusal of result.refused) log.error(describeRefusal(refusal));
    }
    return result;
  }
}
