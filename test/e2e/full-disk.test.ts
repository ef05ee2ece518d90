import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { commandLine, runFunnels } from '../support/program.ts';
import { createTestDatabase } from '../support/test-databases.ts';

/** The program with its output to a device that is always full. */
async function intoFullDisk(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'funnels-full-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const program = commandLine()
    .map((word) => `"${word}"`)
    .join(' ');
  const script = join(folder, 'funnels');
  await writeFile(script, `#!/bin/sh\nexec ${program} "$@" > /dev/full\n`);
  await chmod(script, 0o755);
  return script;
}

// Only Linux has the device.
describe.skipIf(!existsSync('/dev/full'))('output to a full disk', () => {
  it.each([['--help'], ['sync', '--help'], ['help', 'exit-codes'], ['--version']])(
    'ends help and version with 75 as well: %s',
    async (...words) => {
      const run = await runFunnels(words, { program: await intoFullDisk() });
      expect(run).toMatchObject({ code: 75, stderr: expect.stringContaining('The output cannot be written: ENOSPC') });
    },
  );

  it.each(['--format=csv', '--json'])('is said in one line, and exits 75 (%j)', async (format) => {
    const database = await createTestDatabase('sqlite');
    onTestFinished(() => database.drop());
    const environment = { FUNNELS_DATABASE_URL: database.url };
    expect(await runFunnels(['migrate'], { environment })).toMatchObject({ code: 0 });
    const program = await intoFullDisk();
    const run = await runFunnels(['report', 'conversions', format], { environment, program });
    expect(run.code).toBe(75);
    expect(run.stderr).toMatch(
      /^(No funnel entries found\.\n)?Error: The output cannot be written: ENOSPC: [^\n]*\.\n$/,
    );
  });
});
