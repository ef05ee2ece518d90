import { resolve } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../src/cli/base-command.ts';
import { watchSignals } from '../src/cli/interruption.ts';
import { type DemoResult, runDemo } from '../src/demo/demo.ts';
import { Problem } from '../src/errors.ts';
import { describeTerminal } from '../src/output/terminal.ts';

export default class Demo extends BaseCommand {
  static override summary = 'Show all of it at work: a sample site, a stand-in for Brevo, every command.';

  static override description = [
    'Makes a sample site in a temporary folder (2,000 people, 90 days, the tables of the Python service),',
    'starts a stand-in for Brevo on this machine, and runs the commands on them, printing each command',
    'line and what it prints. Needs no database, no account and no configuration. Takes some seconds.',
  ].join(' ');

  static override examples = ['<%= config.bin %> demo', '<%= config.bin %> demo --keep ./funnels-demo'];

  static override flags = {
    keep: Flags.string({
      description: 'Leave database and config.yaml in this folder, which has to be empty or new.',
      helpValue: 'DIR',
    }),
  };

  async run(): Promise<DemoResult> {
    const { flags } = await this.parse(Demo);
    if (flags.config !== undefined) {
      throw new Problem('usage', 'demo takes no --config: it makes a configuration of its own.', {
        hint: 'Leave --config away; --keep DIR keeps what the demo makes.',
      });
    }
    const stream = this.jsonEnabled() ? 'stderr' : 'stdout';
    const interruption = watchSignals();
    try {
      return await runDemo({
        keep: flags.keep === undefined ? undefined : { path: resolve(flags.keep), shown: flags.keep || '.' },
        output: {
          stream,
          terminal: describeTerminal(process[stream], process.env),
          write: (text) => writeOut(process[stream], text),
        },
        environment: process.env,
        signal: interruption.signal,
      });
    } finally {
      process.exitCode = interruption.exitCode;
      interruption.dispose();
    }
  }
}

/** Resolves when the text has left the process: what a child writes must come after it. */
function writeOut(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => stream.write(text, (error) => (error ? reject(error) : resolve())));
}
