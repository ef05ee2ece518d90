import type { PluginSource } from './plugins.ts';

/** @oclif/plugin-help as a plugin in memory: adds `funnels help [COMMAND]` to the --help that every command has. */
export const helpPlugin: PluginSource = {
  name: '@oclif/plugin-help',
  version: '7.0.5',
  pjson: { name: '@oclif/plugin-help', version: '7.0.5', oclif: {} },
  commands: {
    help: {
      id: 'help',
      aliases: [],
      hiddenAliases: [],
      hidden: false,
      strict: false,
      description: 'Show how a command is used, or a page of help, such as exit-codes.',
      args: { command: { name: 'command', description: 'The command or the page, for example: report conversions' } },
      flags: {},
    },
  },
  loaders: { help: async () => (await import('./help-command.ts')).HelpCommand },
};
