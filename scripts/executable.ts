import { execFile } from 'node:child_process';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { bunProgram } from './runtimes.ts';

const run = promisify(execFile);

/**
 * Makes the single executable `outfile`: the program with its packages, compiled ahead to bytecode, and the Bun that
 * runs it. docs/decisions/0001-base-of-the-executable.md has the reasons.
 */
export async function buildExecutable(outfile: string): Promise<void> {
  const base = `${outfile}-base`;
  await writeFile(base, withoutOwnVariables(await readFile(bunProgram())));
  await chmod(base, 0o755);
  try {
    await build([
      ...['--compile', `--compile-executable-path=${base}`, '--bytecode', '--target=bun'],
      // Else it would read .env and bunfig.toml of whatever folder it is started in.
      ...['--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig'],
      `--outfile=${outfile}`,
    ]);
  } finally {
    await rm(base);
  }
}

/** Bundles the program and its packages into one CommonJS file for any runtime; `deno compile` takes it. */
export async function bundle(outfile: string): Promise<void> {
  await build(['--target=node', `--outfile=${outfile}`]);
}

async function build(options: readonly string[]): Promise<void> {
  // Identifiers stay: errors show them, and oclif uses the names of classes.
  const small = ['--minify-whitespace', '--minify-syntax', '--define', 'process.env.NODE_ENV="production"'];
  const named = ['--define', `FUNNELS_BUILD=${JSON.stringify(await commit())}`];
  const words = ['build', 'bin/funnels.ts', '--format=cjs', ...small, ...named, ...options];
  await run(bunProgram(), words, { cwd: process.cwd() });
}

/** What --version says of the build: "a46c410, 2026-11-24", or nothing outside a checkout. */
async function commit(): Promise<string> {
  const shown = await run('git', ['show', '--no-patch', '--format=%h, %cs', 'HEAD']).catch(() => undefined);
  return shown?.stdout.trim() ?? '';
}

/**
 * Bun's program file, deaf to the variables of its own: BUN_BE_BUN=1 would make the executable a Bun, BUN_OPTIONS give
 * it other code to run, BUN_CONFIG_VERBOSE_FETCH print the API key. Their names become such as no shell can set; texts
 * and code that mention one after a blank, a quote or a dot stay as they are. macOS runs no changed file: there it stays.
 */
function withoutOwnVariables(program: Buffer): Buffer {
  if (process.platform !== 'linux') return program;
  const deaf = program.toString('latin1').replace(/(?<=[\0A-Za-z\x80-\xff])BUN_(?=[A-Z]{2})/g, '=UN_');
  return Buffer.from(deaf, 'latin1');
}
