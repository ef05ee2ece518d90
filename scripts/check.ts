import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { generate, generatedPaths } from './generate.ts';
import { denoProgram } from './runtimes.ts';

// `npm run check`: every static check; prints a line per check and what is wrong, and fails if anything is.
const bin = (name: string, ...words: string[]): readonly string[] => [`node_modules/.bin/${name}`, ...words];

const tools: [string, readonly string[]][] = [
  ['types', bin('tsc', '-p', '.')],
  ['lint, boundaries, formatting', bin('biome', 'check', '--error-on-warnings', '.')],
  ['unused code', bin('knip')],
  ['types under Deno', [denoProgram(), 'check', '--quiet', 'bin/funnels.ts']],
];

const failed: string[] = [];
for (const [name, [command = '', ...words]] of tools) {
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' });
  report(name, status === 0, `${stdout}${stderr}`);
}

const read = (): string[] => generatedPaths.map((path) => readFileSync(path, 'utf8'));
const before = read();
generate();
const after = read();
const stale = generatedPaths.filter((_, index) => before[index] !== after[index]);
report('generated files', stale.length === 0, `not up to date, and made anew now: ${stale.join(', ')}\n`);

if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}. Formatting and generated files: npm run fix`);
  process.exitCode = 1;
}

function report(name: string, ok: boolean, details: string): void {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}`);
  if (ok) return;
  failed.push(name);
  console.error(details);
}
