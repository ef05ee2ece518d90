import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../src/cli/base-command.ts';
import { askConsent } from '../../src/cli/consent.ts';
import { log } from '../../src/cli/log.ts';
import { longRun } from '../../src/cli/long-run.ts';
import { openDatabase } from '../../src/database/open.ts';
import { requireSchema } from '../../src/migrate/plan.ts';
import { readAge } from '../../src/outbox/age.ts';
import { finishedStatuses, type Pruned, pruneOutbox } from '../../src/outbox/prune.ts';
import { planLines, renderPruned } from '../../src/output/outbox-changes.ts';

export default class OutboxPrune extends BaseCommand {
  static override summary = 'Delete finished jobs that are older than 90 days.';

  static override description = [
    'Delivered and failed jobs that have not changed for that long; never pending ones, and never',
    'entries. Small batches, each its own transaction, so it can run beside workers and be stopped at',
    'any time. Asks before it deletes, or wants --yes where nobody can be asked.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> outbox prune --dry-run',
    '<%= config.bin %> outbox prune --older-than 12w --status success --yes',
  ];

  static override flags = {
    'older-than': Flags.string({
      description: 'The age in days or weeks: 90d, 12w.',
      default: '90d',
      helpValue: 'AGE',
    }),
    status: Flags.option({ options: finishedStatuses, description: 'Only jobs with this status.' })(),
    yes: Flags.boolean({ char: 'y', default: false, description: 'Delete without asking.' }),
    'dry-run': Flags.boolean({
      char: 'n',
      default: false,
      description: 'Count what would go, in a session that cannot write.',
    }),
  };

  async run(): Promise<Pruned> {
    const { flags } = await this.parse(OutboxPrune);
    const olderThanDays = readAge(flags['older-than'], '--older-than');
    const { settings } = await this.loadSettings(flags);
    const dryRun = flags['dry-run'];
    const database = openDatabase(settings.database, dryRun ? 'read-only' : 'read-write');
    const statuses = flags.status === undefined ? finishedStatuses : [flags.status];
    const result = await this.using(database, async () => {
      await requireSchema(database, 'write');
      const prune = (isReal: boolean): Promise<Pruned> =>
        longRun('Jobs', this.terminal.unicode, (run) =>
          pruneOutbox(database, { olderThanDays, statuses, dryRun: !isReal, ...run }),
        );
      if (dryRun || flags.yes) return prune(!dryRun);
      const plan = await prune(false);
      if (plan.success + plan.failed === 0) return plan;
      return (await this.#isAgreed(plan)) ? prune(true) : null;
    });
    if (result === null) {
      log.info('Nothing was deleted.');
      this.exit(0);
    }
    this.print(renderPruned(result));
    return result;
  }

  #isAgreed(plan: Pruned): Promise<boolean> {
    for (const line of planLines(plan)) log.info(line);
    return askConsent({
      consequence: 'Deleted jobs cannot be brought back.',
      instead: 'To delete them without being asked, add --yes. To look first: --dry-run',
    });
  }
}
