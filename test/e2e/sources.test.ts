import { describe, expect, it } from 'vitest';
import { runFunnels } from '../support/program.ts';
import { goTheWholeWay, prepareJourney } from './journey.ts';

// All else here runs the executable; its sources have to go on running, unbuilt, on two other runtimes.
describe.each([
  ['node', 'sources'],
  ['deno', 'deno'],
])('the same sources on %s', (runtime, program) => {
  // Every step compiles the sources anew.
  it('take people from a finished test to the report, on SQLite', { timeout: 180_000 }, async () => {
    await goTheWholeWay(await prepareJourney(program));
  });

  it('show help, refuse wrong usage and name their runtime', async () => {
    const words = [['--help'], ['sync', '--dryrun', '--json']];
    for (const line of words) {
      const [here, shipped] = await Promise.all([runFunnels(line, { program }), runFunnels(line)]);
      const version = /\S+ (node|deno|bun)-\S+$/gm;
      expect({ ...here, stdout: here.stdout.replace(version, '') }).toEqual({
        ...shipped,
        stdout: shipped.stdout.replace(version, ''),
      });
    }
    expect((await runFunnels(['--version'], { program })).stdout).toMatch(new RegExp(` ${runtime}-v?\\d+\\.\\S+\n$`));
  });
});
