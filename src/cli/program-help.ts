import type { Command } from '@oclif/core/command';
import { Help } from '@oclif/core/help';
import { helpTopics } from './help-topics.ts';

/** The help of the program: as oclif's, but its first page lists every command, once, those of a topic together. */
export class ProgramHelp extends Help {
  // oclif's goes through console.log, which swallows that a write failed: a full disk would pass for success.
  protected override log(...texts: string[]): void {
    process.stdout.write(`${texts.join(' ')}\n`);
  }

  override async showHelp(argv: string[]): Promise<void> {
    const words = argv.filter((word) => !word.startsWith('-'));
    const topic = words.length === 1 ? helpTopics[words[0] ?? ''] : undefined;
    if (topic === undefined) await super.showHelp(argv);
    else this.log(topic.text().trimEnd());
  }

  protected override async showRootHelp(): Promise<void> {
    const topics = this.sortedTopics.map(({ name }) => name);
    const topicOf = (command: Command.Loadable): string | undefined =>
      topics.find((topic) => command.id === topic || command.id.startsWith(`${topic}:`));
    const commands = this.sortedCommands;
    // Columns begin at one place in all of the lists.
    const width = Math.max(...commands.map(({ id }) => id.length));
    const list = (title: string, rows: [string, string][]): void => {
      if (rows.length === 0) return;
      const body = this.renderList(
        rows.map(([name, text]) => [name.padEnd(width), text]),
        { indentation: 2, spacer: '\n', stripAnsi: this.opts.stripAnsi ?? false },
      );
      this.log(`${this.section(title, body)}\n`);
    };
    const rowsOf = (some: Command.Loadable[]): [string, string][] =>
      some.map((command) => [command.id.replaceAll(':', ' '), this.summary(command) ?? '']);
    this.log(`${this.formatRoot()}\n`);
    list('COMMANDS', rowsOf(commands.filter((command) => topicOf(command) === undefined)));
    for (const topic of topics) {
      list(topic.toUpperCase(), rowsOf(commands.filter((command) => topicOf(command) === topic)));
    }
    list(
      'MORE HELP',
      Object.entries(helpTopics).map(([name, { summary }]) => [`help ${name}`, summary]),
    );
  }
}
