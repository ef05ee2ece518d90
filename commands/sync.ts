import { hostname } from 'node:os';
import * as Flags from '@oclif/core/flags';
import { BaseCommand, formatFlag } from '../src/cli/base-command.ts';
import { exitCodes } from '../src/cli/exit-codes.ts';
import { log } from '../src/cli/log.ts';
import { type LongRun, longRun } from '../src/cli/long-run.ts';
import { openDatabase } from '../src/database/open.ts';
import type { SyncResult } from '../src/funnel/counts.ts';
import { sync } from '../src/funnel/sync.ts';
import { requireSchema } from '../src/migrate/plan.ts';
import { modxTables } from '../src/modx/tables.ts';
import { DecisionLines } from '../src/output/decision-line.ts';
import { jsonLine } from '../src/output/json.ts';
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
    '<%= config.bin %> sync --dry-run --explain --format csv > decisions.csv',
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
      description: 'List every result with what became of it, as it is decided; as JSON, one object a line.',
    }),
    format: formatFlag(),
  };

  #explains = false;

  async run(): Promise<SyncResult> {
    const { flags } = await this.parse(Sync);
    this.#explains = flags.explain;
    const since = flags.since === undefined ? undefined : `${readDate(flags.since, '--since')} 00:00:00`;
    const { settings } = await this.loadSettings(flags);
    const dryRun = flags['dry-run'];
    const { terminal } = this;
    for (const [name, { listId }] of Object.entries(settings.funnels)) {
      if (listId === undefined) log.info(`The funnel ${name} has no list (funnels.${name}.listId): skipped.`);
    }
    const format = this.jsonEnabled() ? 'json' : flags.format;
    const lines = new DecisionLines({ format, terminal });
    const waiting: string[] = [];
    const printWaiting = (): Promise<void> => this.writePiece(waiting.splice(0).join(''));
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
        ...(flags.explain && {
          onDecision: (decision) => {
            waiting.push(lines.line(decision));
          },
          pause: printWaiting,
        }),
        runner: { host: hostname(), version: this.config.version },
        onWarning: (text) => log.warn(text),
        onInformation: (text) => log.info(text),
      });
    const result = await this.using(database, async () => {
      await requireSchema(database, 'write');
      return longRun('Results', terminal.unicode, work).finally(printWaiting);
    });
    if (flags.explain) await this.writePiece(lines.end());
    // Two tables of different columns in one file would be of no use to anybody.
    const isApart = flags.explain && (format === 'csv' || format === 'markdown');
    if (isApart)
      log.info(renderSync(result, { format: 'table', terminal: { ...terminal, isTerminal: false } }).trimEnd());
    else this.print(renderSync(result, { format, terminal }));
    this.#complainOfRefusals(result);
    return result;
  }

  /** Warnings about some rows are the reader's to weigh; a run that could enter nobody at all has failed. */
  #complainOfRefusals({ outcomes: { entered, refused_by_database: refused } }: SyncResult): void {
    if (refused === 0 || entered > 0) return;
    process.exitCode = exitCodes.data;
    if (this.jsonEnabled()) return;
    log.error(
      'The database refused everybody who was to enter; the warnings say why.\n' +
        'Correct what they name, or run: funnels migrate --dry-run',
    );
  }

  /** With --explain the result is the last line, after those of the decisions. */
  protected override toSuccessJson(result: unknown): unknown {
    return this.#explains ? { summary: result } : result;
  }

  protected override logJson(json: unknown): void {
    if (this.#explains) process.stdout.write(`${jsonLine(json)}\n`);
    else super.logJson(json);
  }
}
