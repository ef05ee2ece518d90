import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { embeddedMigrations } from './embed-migrations.ts';
import { embeddedTexts } from './embed-texts.ts';

/** The files that are made from others and committed, in the order in which they are made. */
export const generatedPaths = [
  'src/migrate/embedded.ts',
  'src/cli/embedded-texts.ts',
  'oclif.manifest.json',
  'docs/commands.md',
  'README.md',
] as const;

/** Writes every generated file (and the generated part of README.md) anew. */
export function generate(): void {
  writeFileSync('src/migrate/embedded.ts', embeddedMigrations(process.cwd()));
  writeFileSync('src/cli/embedded-texts.ts', embeddedTexts(process.cwd()));
  oclif('manifest', '.');
  writeFileSync('oclif.manifest.json', sortedManifest(readFileSync('oclif.manifest.json', 'utf8')));
  oclif('readme', '--readme-path', 'docs/commands.md', '--no-source-links', '--no-aliases');
  writeFileSync('README.md', withCommandList(readFileSync('README.md', 'utf8')));
}

function oclif(...words: string[]): void {
  // oclif's own Node range is above that of some machines; this one is the pinned one.
  execFileSync(process.execPath, ['node_modules/oclif/bin/run.js', ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/**
 * The manifest with its commands by name (oclif lists them as the file system does, which is no order at all) and the flags
 * that every command has behind its own, so that a usage line begins with what matters.
 */
function sortedManifest(text: string): string {
  const manifest = JSON.parse(text) as { commands: Record<string, { flags: Record<string, { helpGroup?: string }> }> };
  const byId = Object.entries(manifest.commands)
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([id, command]) => {
      const isGlobal = ([, { helpGroup }]: [string, { helpGroup?: string }]) => Number(helpGroup === 'GLOBAL');
      const flags = Object.entries(command.flags).sort((one, other) => isGlobal(one) - isGlobal(other));
      return [id, { ...command, flags: Object.fromEntries(flags) }] as const;
    });
  return `${JSON.stringify({ ...manifest, commands: Object.fromEntries(byId) }, null, 2)}\n`;
}

/** The README with its list of commands, between two markers, as the manifest has it. */
function withCommandList(readme: string): string {
  const manifest = JSON.parse(readFileSync('oclif.manifest.json', 'utf8')) as {
    commands: Record<string, { summary?: string; args: Record<string, unknown> }>;
  };
  const lines = Object.entries(manifest.commands)
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([id, { summary, args }]) => {
      const name = `funnels ${id.replaceAll(':', ' ')}`;
      // The heading there names the arguments too.
      const anchor = [...name.split(' '), ...Object.keys(args)].join('-');
      return `| [\`${name}\`](docs/commands.md#${anchor}) | ${summary ?? ''} |`;
    });
  const list = [
    '<!-- command-list -->',
    '| Command | What it does |',
    '|---|---|',
    ...lines,
    '<!-- command-list-end -->',
  ];
  return readme.replace(/<!-- command-list -->[\s\S]*<!-- command-list-end -->/, () => list.join('\n'));
}

if (process.argv[1]?.endsWith('generate.ts')) generate();
