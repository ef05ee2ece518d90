import * as Flags from '@oclif/core/flags';
import { BaseCommand, formatFlag } from '../../src/cli/base-command.ts';
import { openDatabase } from '../../src/database/open.ts';
import { Problem } from '../../src/errors.ts';
import { requireSchema } from '../../src/migrate/plan.ts';
import { type ListedJobs, listJobs } from '../../src/outbox/list.ts';
import { describeJobs, outboxColumns } from '../../src/output/outbox-table.ts';

export default class OutboxList extends BaseCommand {
  static override summary = 'List the jobs of the outbox.';

  static override description = [
    'The newest first; with --due in the order in which workers take them. The next attempt of a pending',
    'job is a time, or due (the next worker takes it), held (by a worker), after another job of the same',
    'contact, or "entry gone" (no worker ever takes it). The session itself refuses to write.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> outbox list --status failed',
    '<%= config.bin %> outbox list --email anna@example.com',
    '<%= config.bin %> outbox list --due --limit 10',
    '<%= config.bin %> outbox list --entry-gone',
  ];

  static override flags = {
    status: Flags.string({
      description: 'Only jobs with this status: pending, success, failed, or what else the counts show.',
      helpValue: 'STATUS',
    }),
    email: Flags.string({ description: 'Only jobs of this address, however it is written.', helpValue: 'ADDRESS' }),
    due: Flags.boolean({ description: 'Only jobs that a worker may take now.', default: false }),
    'entry-gone': Flags.boolean({
      description: 'Only waiting jobs that can never be delivered, because their entry is gone.',
      default: false,
      exclusive: ['due', 'email', 'status'],
    }),
    limit: Flags.integer({ description: 'List at most this many jobs.', default: 50, min: 1, helpValue: 'N' }),
    format: formatFlag(),
  };

  async run(): Promise<ListedJobs> {
    const { flags } = await this.parse(OutboxList);
    if (flags.due && (flags.status ?? 'pending') !== 'pending') {
      throw new Problem('usage', `Only pending jobs are due: --due cannot be combined with --status ${flags.status}.`, {
        hint: 'Leave one of the two out.',
      });
    }
    const { settings } = await this.loadSettings(flags);
    const listed = await this.using(openDatabase(settings.database, 'read-only'), async (database) => {
      await requireSchema(database, 'read');
      return database.transaction((session) => listJobs(session, { ...flags, entryGone: flags['entry-gone'] }));
    });
    this.printRows(listed.jobs, outboxColumns, { format: flags.format, ...describeJobs(listed) });
    return listed;
  }
}
