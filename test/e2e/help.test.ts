import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import manifest from '../../oclif.manifest.json' with { type: 'json' };
import pjson from '../../package.json' with { type: 'json' };
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { helpTopics } from '../../src/cli/help-topics.ts';
import { runFunnels } from '../support/program.ts';

const ids = Object.keys(manifest.commands);
const words = (id: string): string[] => id.split(':');
const topics = pjson.oclif.topics;

describe.concurrent('the help of the program', () => {
  it.each([[], ['--help'], ['-h'], ['help']])('with %j lists every command and every page, once', async (...given) => {
    const { code, stdout, stderr } = await runFunnels(given);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('$ funnels [COMMAND]');
    for (const id of [
      ...ids.map((id) => words(id).join(' ')),
      ...Object.keys(helpTopics).map((name) => `help ${name}`),
    ]) {
      expect(stdout.match(new RegExp(`^  ${id}  +\\S`, 'gm'))).toHaveLength(1);
    }
  });

  it.each(['report', 'config'] as const)('for the topic %s lists its commands', async (topic) => {
    const { code, stdout, stderr } = await runFunnels([topic]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(topics[topic].description);
    for (const id of ids.filter((id) => id.startsWith(`${topic}:`))) expect(stdout).toContain(words(id).join(' '));
  });

  it.each(ids)('for %s says what it does, what it takes, and how it is called', async (id) => {
    const { summary, flags } = manifest.commands[id as keyof typeof manifest.commands];
    const { code, stdout, stderr } = await runFunnels([...words(id), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replace(/\s+/g, ' ')).toContain(summary);
    expect(stdout).toContain(`$ funnels ${words(id).join(' ')}`);
    for (const flag of Object.keys(flags)) expect(stdout).toContain(`--${flag}`);
    expect(stdout).toContain('EXAMPLES');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it.each(ids)('for %s begins its usage with what is its own', async (id) => {
    const { flags } = manifest.commands[id as keyof typeof manifest.commands];
    expect(Object.keys(flags).at(-1)).toBe('config');
  });

  it('has pages, and nothing that is printed leads to a file that is not there', async () => {
    const page = await runFunnels(['help', 'exit-codes']);
    expect(page).toMatchObject({ code: 0, stderr: '' });
    for (const code of Object.values(exitCodes)) expect(page.stdout).toMatch(new RegExp(`^ *${code} {2}\\S`, 'm'));
    const printed = [page.stdout, helpTopics.environment?.text(), helpTopics.configuration?.text()];
    for (const text of printed) expect(text?.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(JSON.stringify([manifest, ...printed])).not.toMatch(/docs\/|config\.example/);
    for (const { text } of Object.values(helpTopics)) expect(text()).not.toMatch(/\w\.md\b(?!`)/);
    const example = await runFunnels(['config', 'example']);
    expect(example.stdout).toBe(readFileSync('config.example.yaml', 'utf8'));
  });

  it('is the same with `funnels help report conversions` as with --help', async () => {
    const [help, flag] = await Promise.all([
      runFunnels(['help', 'report', 'conversions']),
      runFunnels(['report', 'conversions', '--help']),
    ]);
    expect(help).toEqual(flag);
  });

  it('does not care about NODE_ENV', async () => {
    const { code, stdout, stderr } = await runFunnels(['config'], { environment: { NODE_ENV: 'development' } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('config check');
  });
});

describe.concurrent('the version of the program', () => {
  it.each(['--version', '-V', 'version'])('is printed by %s', async (word) => {
    const { code, stdout, stderr } = await runFunnels([word]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(`^funnels/${RegExp.escape(pjson.version)} \\S+ \\S+( \\(build \\w+, [\\d-]+\\))?\n$`),
    );
  });
});
