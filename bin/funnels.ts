#!/usr/bin/env node
import manifest from '../oclif.manifest.json' with { type: 'json' };
import pjson from '../package.json' with { type: 'json' };
import { main } from '../src/cli/main.ts';
import type { PluginSource } from '../src/cli/plugins.ts';
import { commandLoaders } from './command-loaders.ts';

void main(process.argv.slice(2), {
  name: pjson.name,
  version: pjson.version,
  pjson: pjson as PluginSource['pjson'],
  commands: manifest.commands as unknown as PluginSource['commands'],
  loaders: commandLoaders,
});
