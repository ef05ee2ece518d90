import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { compare } from './rounds.ts';

// How long `dist/funnels --version` takes, beside a bare `node -e 0` of the same Node: npm run bench:startup
const program = 'dist/funnels';
if (!existsSync(program)) throw new Error(`There is no ${program}. Build it first: npm run build`);

async function run(command: string, words: string[]): Promise<void> {
  const { status, error } = spawnSync(command, words, { env: {}, stdio: 'ignore' });
  if (status !== 0) throw error ?? new Error(`${command} ended with ${status}`);
}

await compare(
  'Start-up of the executable',
  21,
  { name: `${program} --version`, run: () => run(program, ['--version']) },
  { name: 'node -e 0', run: () => run(process.execPath, ['-e', '0']) },
);
