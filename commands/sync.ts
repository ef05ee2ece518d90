import { hostname } from 'node:os';
import * as Flags from '@oclif/core/flags';
import { BaseCommand, formatFlag } from '../src/cli/base-command.ts';
import { explainedJson } from '../src/cli/explained-json.ts';
import { log } from '../src/cli/log.ts';
import { type LongRun, longRun } from '../src/cli/long-run.ts';
import { openDatabase } from '../src/database/open.ts';
import type { SyncResult } from '../src/funnel/counts.ts';
import { sync } from '../src/funnel/sync.ts';
import { requireSchema } from '../src/migrate/plan.ts';
import { modxTables } from '../src/modx/tables.ts';
import { renderDecision } from '../src/output/decision-line.ts';
import { renderSync } from '../src/output/sync-summary.ts';
import { readDate } from '../src/read-date.ts';

export default class Sync extends BaseCommand {
  static override summary = 'Put people who finished a test into their funnel, and mark who bought.';

  static override description = [
    'Looks at every test finished in the last sync.lookbackDays, oldest first, and writes a funnel',
    'entry and a job for Brevo in one transaction. New paid certificates mark the entries of their',
    'buyers. Safe to repeat and to run several times at once.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> sync',
    '<%= config.bin %> sync --dry-run --explain',
    '<%= config.bin %> sync --since 2026-01-01 --limit 1000',
  ];

  static override flags = {
    'dry-run': Flags.boolean({ char: 'n', description: 'Show what would be done, in a session that cannot write.' }),
    since: Flags.string({
      description: 'Look at results from this day on, instead of the last sync.lookbackDays.',
      helpValue: 'YYYY-MM-DD',
    }),
    limit: Flags.integer({ description: 'Stop after this many new entries.', min: 1, helpValue: 'N' }),
    explain: Flags.boolean({
      description: 'List every result with what became of it, as it is decided.',
      exclusive: ['json'],
    }),
    format: formatFlag(),
  };

  async run(): Promise<SyncResult> {
    const { flags } = await this.parse(Sync);
    if (flags.explain && this.jsonEnabled()) throw explainedJson();
    const since = flags.since === undefined ? undefined : `${readDate(flags.since, '--since')} 00:00:00`;
    const { settings } = await this.loadSettings(flags);
    const dryRun = flags['dry-run'];
    const { terminal } = this;
    for (const [name, { listId }] of Object.entries(settings.funnels)) {
      if (listId === undefined) log.info(`The funnel ${name} has no list (funnels.${name}.listId): skipped.`);
    }
    const database = openDatabase(settings.database, dryRun ? 'read-only' : 'read-write');
    const work = (run: LongRun): Promise<SyncResult> =>
      sync(database, {
        ...run,
        tables: modxTables(settings.modx, database.engine),
        funnels: settings.funnels,
        lookbackDays: settings.sync.lookbackDays,
        batchSize: settings.sync.batchSize,
        dryRun,
        since,
        limit: flags.limit,
        onDecision: flags.explain
          ? (decision) => this.print(renderDecision(decision, { format: flags.format, terminal }))
          : undefined,
        runner: { host: hostname(), version: this.config.version },
        onWarning: (text) => log.warn(text),
        onInformation: (text) => log.info(text),
      });
    const result = await this.using(database, async () => {
      await requireSchema(database, 'write');
      return longRun('Results', terminal.unicode, work);
    });
    this.print(renderSync(result, { format: flags.format, terminal }));
    return result;
  }
}
