import './color-environment.ts';
import { buildSuffix } from './build.ts';
import { helpPlugin } from './help-plugin.ts';
import { answerForNamelessAccount } from './nameless-account.ts';
import { surviveClosedPipes } from './output-failure.ts';
import { inMemoryPlugins, type PluginSource } from './plugins.ts';

// Only what every start needs is imported here: oclif's parts one by one, the error report when there is an error.

/**
 * Runs the program: finds the command in `argv`, runs it, reports what went wrong. Ends by returning, never by
 * process.exit, so that everything written to a slow pipe arrives; the exit code is in process.exitCode.
 */
export async function main(argv: string[], program: PluginSource): Promise<void> {
  surviveClosedPipes();
  answerForNamelessAccount();
  let commands: readonly string[] = [];
  try {
    const { settings } = await import('@oclif/core/settings');
    // Command classes come from memory; looking for ts-node would only cost time and print warnings.
    settings.enableAutoTranspile = false;
    const [{ Config }, { helpAddition, run, versionAddition }] = await Promise.all([
      import('@oclif/core/config'),
      import('@oclif/core/run'),
    ]);
    const config = await Config.load(inMemoryPlugins(program, helpPlugin));
    config.userAgent = `${program.name}/${program.version} ${config.platform}-${config.arch} ${runtime()}`;
    // run() would load it a second time, and name every runtime the Node that it stands in for.
    Config.load = async () => config;
    commands = config.commandIDs;
    if (versionAddition(argv, config)) {
      process.stdout.write(`${config.userAgent}${buildSuffix()}\n`);
      return;
    }
    if (helpAddition(argv, config)) {
      const { ProgramHelp } = await import('./program-help.ts');
      return await new ProgramHelp(config).showHelp(argv);
    }
    const { checkTopic } = await import('./command-line.ts');
    checkTopic(argv, config);
    await run(argv, config);
  } catch (error) {
    // this.exit() of a command, with the code set already.
    if (error instanceof Error && 'code' in error && error.code === 'EEXIT') return;
    const { reportError } = await import('./report-error.ts');
    const { asksForJson } = await import('./json-request.ts');
    reportError(error, commands, asksForJson(argv, process.env));
  }
}

/** The runtime as --version names it. */
function runtime(): string {
  const { bun, deno } = process.versions;
  if (bun !== undefined) return `bun-${bun}`;
  return deno === undefined ? `node-${process.version}` : `deno-${deno}`;
}
