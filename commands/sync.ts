import { hostname } from 'node:os';
import * as Flags from '@oclif/core/flags';
import { BaseCommand, formatFlag } from '../src/cli/base-command.ts';
import { askConsent } from '../src/cli/consent.ts';
import { exitCodes } from '../src/cli/exit-codes.ts';
import { log } from '../src/cli/log.ts';
import { longRun } from '../src/cli/long-run.ts';
import type { Database } from '../src/database/database.ts';
import { openDatabase } from '../src/database/open.ts';
import type { SyncResult } from '../src/funnel/counts.ts';
import { surveyLate } from '../src/funnel/late.ts';
import { type SyncOptions, sync } from '../src/funnel/sync.ts';
import { requireSchema } from '../src/migrate/plan.ts';
import { modxTables } from '../src/modx/tables.ts';
import { DecisionLines } from '../src/output/decision-line.ts';
import { jsonLine } from '../src/output/json.ts';
import { lateConsequence, renderSync } from '../src/output/sync-summary.ts';
import { readDate } from '../src/read-date.ts';

export default class Sync extends BaseCommand {
  static override summary = 'Put people who finished a test into their funnel, and mark who bought.';

  static override description = [
    'Looks at every test finished in the last sync.lookbackDays, oldest first, and writes a funnel',
    'entry and a job for Brevo in one transaction. New paid certificates mark the entries of their',
    'buyers; those that are refunded take them back. Safe to repeat and to run several times at once. Where --since lets in people from before the',
    'look-back, it says how many and how old the oldest result is, and asks, or wants --yes.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> sync',
    '<%= config.bin %> sync --dry-run --explain',
    '<%= config.bin %> sync --dry-run --explain --format csv > decisions.csv',
    '<%= config.bin %> sync --since 2026-01-01 --dry-run',
    '<%= config.bin %> sync --since 2026-01-01 --limit 1000 --yes',
  ];

  static override flags = {
    'dry-run': Flags.boolean({ char: 'n', description: 'Show what would be done, in a session that cannot write.' }),
    since: Flags.string({
      description: 'Look at results from this day on, instead of the last sync.lookbackDays.',
      helpValue: 'YYYY-MM-DD',
    }),
    yes: Flags.boolean({ char: 'y', description: 'Do not ask, however old the results are.', default: false }),
    limit: Flags.integer({ description: 'Stop after this many new entries.', min: 1, helpValue: 'N' }),
    explain: Flags.boolean({
      description:
        'List every result, and every payment that is new, corrected, unusable or paid no more, with what became of it, as it is decided; as JSON, one object a line.',
    }),
    format: formatFlag(),
  };

  #explains = false;

  async run(): Promise<SyncResult> {
    const { flags } = await this.parse(Sync);
    this.#explains = flags.explain;
    const since = flags.since === undefined ? undefined : `${readDate(flags.since, '--since')} 00:00:00`;
    const { settings } = await this.loadSettings(flags);
    const { notBefore } = settings.sync;
    if (notBefore !== undefined && since !== undefined && since < notBefore)
      log.info(`sync.notBefore holds with --since too: nobody enters for a test finished before ${notBefore}.`);
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
    const options: Omit<SyncOptions, 'signal'> = {
      tables: modxTables(settings.modx, database.engine),
      funnels: settings.funnels,
      lookbackDays: settings.sync.lookbackDays,
      batchSize: settings.sync.batchSize,
      vanishedPayments: settings.sync.vanishedPayments,
      notBefore,
      dryRun,
      since,
      limit: flags.limit,
      runner: { host: hostname(), version: this.config.version },
    };
    const keepLine = (decision: Parameters<typeof lines.line>[0]): void => {
      waiting.push(lines.line(decision));
    };
    const explaining: Partial<SyncOptions> = {
      onDecision: keepLine,
      onPayment: keepLine,
      pause: printWaiting,
    };
    const telling: Partial<SyncOptions> = {
      onWarning: (text) => log.warn(text),
      onInformation: (text) => log.info(text),
    };
    const result = await this.using(database, async () => {
      if (since !== undefined && !dryRun && !flags.yes && !(await this.#isAgreed(database, options))) return null;
      return longRun('Results', terminal.unicode, async (run) => {
        await requireSchema(database, 'write');
        return sync(database, { ...options, ...telling, ...run, ...(flags.explain && explaining) });
      }).finally(printWaiting);
    });
    if (result === null) {
      log.info('Nothing was changed.');
      this.exit(0);
    }
    if (flags.explain) await this.writePiece(lines.end());
    // Two tables of different columns in one file would be of no use to anybody.
    const isApart = flags.explain && (format === 'csv' || format === 'markdown');
    if (isApart)
      log.info(renderSync(result, { format: 'table', terminal: { ...terminal, isTerminal: false } }).trimEnd());
    else this.print(renderSync(result, { format, terminal }));
    this.#complainOfRefusals(result);
    return result;
  }

  /** Asks where results are so old that nobody expects a first e-mail any more. */
  async #isAgreed(database: Database, options: Omit<SyncOptions, 'signal'>): Promise<boolean> {
    const late = await longRun('Results', this.terminal.unicode, async (run) => {
      await requireSchema(database, 'write');
      return surveyLate(database, { ...options, ...run });
    });
    // By a signal: what was counted is not all.
    if (process.exitCode !== undefined) this.exit(Number(process.exitCode));
    if (late.entered === 0) return true;
    return askConsent({
      consequence: lateConsequence(late, options.lookbackDays),
      instead: 'To enter them all the same, add --yes. To look first: --dry-run --explain',
    });
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
