import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { type LoadedSettings, loadSettings } from '../config/load.ts';
import { secretsOf } from '../config/redact.ts';
import type { Database } from '../database/database.ts';
import type { Column } from '../output/columns.ts';
import { formats, type RenderOptions, renderRows } from '../output/render.ts';
import { describeTerminal, type Terminal } from '../output/terminal.ts';
import { asksForJson } from './json-request.ts';
import { configureLog } from './log.ts';
import { errorJson } from './report-error.ts';
import { rememberSecrets } from './secrets.ts';

/** The flag of every command that prints rows; `--format json` is the same as --json. */
export const formatFlag = Flags.option({
  options: formats,
  description: 'Print as table, tsv, csv, markdown or json; table on a terminal, else tsv.',
});

/** What every command shares: --config, --json, settings, the database for one run, errors without dumps. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  static override baseFlags = {
    config: Flags.string({
      char: 'c',
      description: 'Read the configuration from this file.',
      helpValue: 'FILE',
      helpGroup: 'GLOBAL',
    }),
  };

  /** Loads the settings; from then on no secret of theirs can be printed. */
  protected async loadSettings(flags: { config?: string | undefined }): Promise<LoadedSettings> {
    const loaded = await loadSettings({ flag: flags.config, environment: process.env, cwd: process.cwd() });
    rememberSecrets(secretsOf(loaded.settings));
    configureLog(loaded.settings.log);
    return loaded;
  }

  /** Gives `work` an open database and closes it, whatever happens. */
  protected async using<Result>(database: Database, work: (database: Database) => Promise<Result>): Promise<Result> {
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  }

  protected get terminal(): Terminal {
    return describeTerminal(process.stdout, process.env);
  }

  /** Writes result text to stdout as it is; nothing when the result goes out as JSON. */
  protected print(text: string): void {
    if (!this.jsonEnabled()) process.stdout.write(text);
  }

  protected printRows<Row>(
    rows: readonly Row[],
    columns: readonly Column<Row>[],
    options: Omit<RenderOptions, 'terminal'>,
  ): void {
    this.print(renderRows(rows, columns, { ...options, terminal: this.terminal }));
  }

  override jsonEnabled(): boolean {
    return asksForJson(this.argv, process.env);
  }

  // oclif's own would print its whole configuration, argv included, for a mistyped flag.
  protected override toErrorJson(error: unknown): { error: object } {
    return errorJson(error, this.config.commandIDs);
  }
}
