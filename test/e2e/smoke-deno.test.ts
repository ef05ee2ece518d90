import { describe, expect, it } from 'vitest';
import { runFunnels } from '../support/program.ts';
import { goTheWholeWay, prepareJourney } from './journey.ts';

const program = 'deno';

describe('the same sources on Deno', () => {
  it('take people from a finished test to the report, on SQLite', async () => {
    await goTheWholeWay(await prepareJourney(program));
  });

  it('show help and refuse wrong usage as on Node', async () => {
    const words = [['--help'], ['sync', '--dryrun', '--json']];
    for (const line of words) {
      const [onDeno, onNode] = await Promise.all([
        runFunnels(line, { program }),
        runFunnels(line, { program: 'sources' }),
      ]);
      // The runtime is a part of the version that --help shows.
      const runtime = /\S+ (node|deno)-\S+$/gm;
      expect({ ...onDeno, stdout: onDeno.stdout.replace(runtime, '') }).toEqual({
        ...onNode,
        stdout: onNode.stdout.replace(runtime, ''),
      });
    }
  });
});
