import { commands } from '@oclif/plugin-help';
import { removeThrowingListeners } from './output-failure.ts';
import { ProgramHelp } from './program-help.ts';

/** The help command with the program's own pages. */
export class HelpCommand extends commands.help {
  override async run(): Promise<void> {
    removeThrowingListeners();
    const { argv } = await this.parse(commands.help);
    await new ProgramHelp(this.config).showHelp(argv as string[]);
  }
}
