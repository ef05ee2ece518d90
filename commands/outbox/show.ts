import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../src/cli/base-command.ts';
import { openDatabase } from '../../src/database/open.ts';
import { requireSchema } from '../../src/migrate/plan.ts';
import { type InspectedJob, inspectJob } from '../../src/outbox/inspect.ts';
import { readJobId } from '../../src/outbox/job-id.ts';
import { renderJob } from '../../src/output/job-record.ts';

export default class OutboxShow extends BaseCommand {
  static override summary = 'Show everything about one job, and what to do about it.';

  static override description = [
    'Its payload, attempts and last error, when it is delivered next, the entry it belongs to, and the',
    'other jobs of the same contact. The session itself refuses to write.',
  ].join(' ');

  static override examples = ['<%= config.bin %> outbox show 17'];

  static override args = {
    id: Args.string({ description: 'The number of the job.', required: true, ignoreStdin: true }),
  };

  async run(): Promise<InspectedJob> {
    const { args, flags } = await this.parse(OutboxShow);
    const id = readJobId(args.id);
    const { settings } = await this.loadSettings(flags);
    const job = await this.using(openDatabase(settings.database, 'read-only'), async (database) => {
      await requireSchema(database, 'read');
      return database.transaction((session) => inspectJob(session, id));
    });
    this.print(renderJob(job, this.terminal));
    return job;
  }
}
