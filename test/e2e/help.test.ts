import { describe, expect, it } from 'vitest';
import manifest from '../../oclif.manifest.json' with { type: 'json' };
import pjson from '../../package.json' with { type: 'json' };
import { runFunnels } from '../support/program.ts';

const ids = Object.keys(manifest.commands);
const words = (id: string): string[] => id.split(':');
const topics = pjson.oclif.topics;

describe.concurrent('the help of the program', () => {
  it.each([[], ['--help'], ['-h'], ['help']])('with %j lists every command and topic', async (...given) => {
    const { code, stdout, stderr } = await runFunnels(given);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('$ funnels [COMMAND]');
    for (const id of ids.filter((id) => !id.includes(':'))) expect(stdout).toMatch(new RegExp(`^  ${id} +\\S`, 'm'));
    for (const topic of Object.keys(topics)) expect(stdout).toMatch(new RegExp(`^  ${topic} +\\S`, 'm'));
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
    expect(stdout).toMatch(new RegExp(`^funnels/${RegExp.escape(pjson.version)} \\S+ \\S+\n$`));
  });
});
