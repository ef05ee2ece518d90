import { once } from 'node:events';
import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { type LoadedSettings, loadPublicSettings, loadSettings, type PublicSettings } from '../config/load.ts';
import { secretsOf } from '../config/redact.ts';
import type { Database } from '../database/database.ts';
import type { Column } from '../output/columns.ts';
import { jsonText } from '../output/json.ts';
import { formatCount } from '../output/numbers.ts';
import { formats, type RenderOptions, renderRows } from '../output/render.ts';
import { describeTerminal, type Terminal } from '../output/terminal.ts';
import { rememberSecrets } from '../secrets.ts';
import { checkWords } from './command-line.ts';
import { asksForJson } from './json-request.ts';
import { configureLog, log } from './log.ts';
import { whileOpen } from './open-databases.ts';
import { removeThrowingListeners } from './output-failure.ts';
import { errorJson } from './report-error.ts';
import { aboveStatusLine } from './status-line.ts';
import { workingFolder } from './working-folder.ts';

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

  #isUnread = false;

  protected override async init(): Promise<void> {
    await super.init();
    removeThrowingListeners();
    const { baseFlags, flags } = this.ctor;
    if (!checkWords(this.argv, { json: { type: 'boolean' }, ...baseFlags, ...flags }).help) return;
    const { ProgramHelp } = await import('./program-help.ts');
    await new ProgramHelp(this.config).showHelp((this.id ?? '').split(':'));
    this.exit(0);
  }

  /** Loads the settings; from then on no secret of theirs can be printed. */
  protected async loadSettings(flags: { config?: string | undefined }): Promise<LoadedSettings> {
    const loaded = await loadSettings({ flag: flags.config, environment: process.env, cwd: workingFolder() });
    const { secrets, names } = secretsOf(loaded.settings);
    rememberSecrets(secrets, names);
    configureLog(loaded.settings.log);
    for (const warning of loaded.warnings) log.warn(warning);
    return loaded;
  }

  /** Loads what commands may know that use neither the database nor Brevo; asks for neither of them, nor for secrets. */
  protected async loadPublicSettings(flags: { config?: string | undefined }): Promise<PublicSettings> {
    const settings = await loadPublicSettings({ flag: flags.config, environment: process.env, cwd: workingFolder() });
    configureLog(settings.log);
    return settings;
  }

  /** Gives `work` an open database and closes it, whatever happens. */
  protected using<Result>(database: Database, work: (database: Database) => Promise<Result>): Promise<Result> {
    return whileOpen(database, work);
  }

  protected get terminal(): Terminal {
    return describeTerminal(process.stdout, process.env);
  }

  /** Writes result text to stdout as it is; nothing when the result goes out as JSON. */
  protected print(text: string): void {
    if (this.jsonEnabled()) return;
    if (process.stdout.isTTY) aboveStatusLine(() => process.stdout.write(text));
    else process.stdout.write(text);
  }

  /** The same for long output: comes back when the reader has taken enough of it, so that it does not pile up here. */
  protected async printPiece(text: string): Promise<void> {
    if (text === '' || this.jsonEnabled() || process.stdout.write(text)) return;
    // Nobody reads on (`| head`), or there is no room: main has seen to the exit code, and the rest is not asked for.
    await once(process.stdout, 'drain').catch(() => this.exit(Number(process.exitCode ?? 0)));
  }

  /** The same for lines of JSON too, in a run that goes on without its reader: one that leaves early hears no more. */
  protected async writePiece(text: string): Promise<void> {
    if (text === '' || this.#isUnread || process.stdout.write(text)) return;
    await once(process.stdout, 'drain').catch(() => {
      this.#isUnread = true;
    });
  }

  /** Writes result text to a file, as a whole or not at all, or to stdout when there is none. */
  protected async deliver(text: string, path: string | undefined): Promise<void> {
    if (path === undefined) return this.print(text);
    const { writeOutputFile } = await import('../output/write-file.ts');
    await writeOutputFile(path, text);
    log.info(`Written to ${path} (${formatCount(Buffer.byteLength(text))} bytes).`);
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

  // oclif's own prints as they are the characters that a terminal obeys, and looks for colours that nobody set.
  protected override logJson(json: unknown): void {
    process.stdout.write(`${jsonText(json)}\n`);
  }

  // oclif's own would print its whole configuration, argv included, for a mistyped flag.
  protected override toErrorJson(error: unknown): { error: object } {
    return errorJson(error, this.config.commandIDs);
  }
}
