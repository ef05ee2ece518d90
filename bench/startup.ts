import { spawnSync } from 'node:child_process';
import { benchProgram } from './program.ts';
import { compare } from './rounds.ts';

// How long `dist/funnels --version` takes, beside a bare `node -e 0` of Node 26: npm run bench:startup
const program = benchProgram();

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
