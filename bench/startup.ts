import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { pairs } from './pairs.ts';

// How long `dist/funnels --version` takes, beside a bare `node -e 0` of the same Node: npm run bench:startup
const program = 'dist/funnels';
if (!existsSync(program)) throw new Error(`There is no ${program}. Build it first: npm run build`);

function run(command: string, words: string[]): void {
  const { status, error } = spawnSync(command, words, { env: {}, stdio: 'ignore' });
  if (status !== 0) throw error ?? new Error(`${command} ended with ${status}`);
}

pairs({
  runs: 21,
  subject: { name: `${program} --version`, run: () => run(program, ['--version']) },
  yardstick: { name: 'node -e 0', run: () => run(process.execPath, ['-e', '0']) },
});
