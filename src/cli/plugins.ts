import type { Command, Interfaces } from '@oclif/core';

/** Loads the class of one command when it is needed; `import()` with a literal path, so that bundlers see it. */
export type CommandLoader = () => Promise<Command.Class>;

/** What a plugin of the program consists of; nothing of it is read from disk at run time. */
export interface PluginSource {
  name: string;
  version: string;
  /** the package.json content oclif looks at */
  pjson: Interfaces.PJSON;
  /** the catalogue of `oclif manifest`: id -> flags, arguments, help */
  commands: Record<string, Omit<Command.Cached, 'pluginName' | 'pluginType'>>;
  loaders: Readonly<Record<string, CommandLoader>>;
}

/** No real folder: with plugins given in memory, oclif only compares roots. */
const rootOf = (name: string): string => `/$embedded/${name}`;

/**
 * oclif's options for a program whose plugins are all in memory: `Config.load` with a `plugins` map reads no
 * package.json, manifest or command from disk, so the same code runs unbuilt, under Deno and as one executable. The
 * first plugin is the root; a further one is one more argument.
 */
export function inMemoryPlugins(root: PluginSource, ...others: PluginSource[]): Interfaces.LoadOptions {
  const plugins = [root, ...others].map((source, index) => [source.name, buildPlugin(source, index === 0)] as const);
  return { root: rootOf(root.name), pjson: root.pjson, plugins: new Map(plugins), logger: silent };
}

/** What DEBUG=* would make oclif print: the command line among other things, with whatever secret was given on it. */
const silent: Interfaces.Logger = {
  namespace: 'oclif',
  child: () => silent,
  debug: () => undefined,
  error: () => undefined,
  info: () => undefined,
  trace: () => undefined,
  warn: () => undefined,
};

function buildPlugin(source: PluginSource, isRoot: boolean): Interfaces.Plugin {
  const { name, version, pjson, commands, loaders } = source;
  const root = rootOf(name);
  const plugin: Interfaces.Plugin = {
    _base: '@oclif/core',
    name,
    alias: name,
    version,
    pjson,
    root,
    options: { root },
    type: 'core',
    isRoot,
    valid: true,
    moduleType: 'module',
    hasManifest: true,
    hooks: {},
    commandsDir: undefined,
    load: async () => undefined,
    topics: Object.entries(pjson.oclif.topics ?? {}).map(([topic, { description }]) => ({
      name: topic,
      description: description ?? '',
    })),
    commandIDs: Object.keys(commands),
    commands: Object.entries(commands).map(([id, entry]) => ({
      ...(entry as Command.Cached),
      load: () => load(id),
    })),
    findCommand: ((id: string) => load(id)) as Interfaces.Plugin['findCommand'],
  };

  async function load(id: string): Promise<Command.Class> {
    const loader = loaders[id];
    if (loader === undefined) throw new Error(`${id} is in the manifest of ${name} but has no loader.`);
    const command = await loader();
    command.id = id;
    command.plugin = plugin;
    return command;
  }

  return plugin;
}
