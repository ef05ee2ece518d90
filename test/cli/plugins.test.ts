import { Config } from '@oclif/core/config';
import { describe, expect, it } from 'vitest';
import { commandLoaders } from '../../bin/command-loaders.ts';
import manifest from '../../oclif.manifest.json' with { type: 'json' };
import pjson from '../../package.json' with { type: 'json' };
import { helpPlugin } from '../../src/cli/help-plugin.ts';
import { inMemoryPlugins, type PluginSource } from '../../src/cli/plugins.ts';

const program: PluginSource = {
  name: pjson.name,
  version: pjson.version,
  pjson: pjson as PluginSource['pjson'],
  commands: manifest.commands as unknown as PluginSource['commands'],
  loaders: commandLoaders,
};
const ids = Object.keys(manifest.commands);

describe('the commands of the program', () => {
  it('are those of the manifest, each with a loader, and no loader without one', () => {
    expect(Object.keys(commandLoaders).sort()).toEqual(ids.sort());
  });

  it.each(ids)('%s loads the class that the manifest describes', async (id) => {
    const config = await Config.load(inMemoryPlugins(program, helpPlugin));
    const command = await config.findCommand(id, { must: true }).load();
    const entry = manifest.commands[id as keyof typeof manifest.commands];
    expect(command.id).toBe(id);
    expect(command.summary).toBe(entry.summary);
    expect(Object.keys({ ...command.baseFlags, ...command.flags, json: true }).sort()).toEqual(
      Object.keys(entry.flags).sort(),
    );
  });

  it('say what is missing when a command has no loader', async () => {
    const config = await Config.load(inMemoryPlugins({ ...program, loaders: {} }));
    await expect(config.findCommand('sync', { must: true }).load()).rejects.toThrow(
      'sync is in the manifest of funnels but has no loader.',
    );
  });
});

describe('the plugins of the program', () => {
  it('are the program itself and then the help, both in memory', async () => {
    const config = await Config.load(inMemoryPlugins(program, helpPlugin));
    expect([...config.plugins.keys()]).toEqual(['funnels', '@oclif/plugin-help']);
    expect(config.commandIDs.toSorted()).toEqual([...ids, 'help'].sort());
    expect(config.bin).toBe('funnels');
    expect(config.version).toBe(pjson.version);
  });

  it('include a help of the version that is installed', () => {
    expect(helpPlugin.version).toBe(pjson.dependencies['@oclif/plugin-help']);
  });
});
