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
      description: 'Show how a command is used.',
      args: { command: { name: 'command', description: 'The command, for example: report conversions' } },
      flags: {
        'nested-commands': {
          name: 'nested-commands',
          char: 'n',
          type: 'boolean',
          allowNo: false,
          description: 'List all commands, also those below topics.',
        },
      },
    },
  },
  loaders: { help: async () => (await import('@oclif/plugin-help')).commands.help },
};
