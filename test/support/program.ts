import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inject } from 'vitest';
import { denoProgram } from '../../scripts/runtimes.ts';
import type {} from './global-setup.ts';
import { noEtc } from './no-etc.ts';

/** What a run of the program left behind. */
export interface Run {
  stdout: string;
  stderr: string;
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A program that is running. */
export interface RunningProgram {
  process: ChildProcessWithoutNullStreams;
  /** what it has printed so far */
  stdout(): string;
  stderr(): string;
  ended: Promise<Run>;
}

export interface RunOptions {
  /** added to an environment that holds nothing of the one that the tests were started in */
  environment?: Record<string, string>;
  cwd?: string;
  /** what it finds on standard input; nothing when not given */
  stdin?: string;
  /** the executable as shipped, unless this is 'sources' (on Node), 'deno' (the sources there), or the path of a file */
  program?: string;
}

const entry = resolve('bin/funnels.ts');

/** What stands before the arguments: the executable of this run of the tests, or what `program` asks for. */
export function commandLine(program: string = inject('program')): string[] {
  if (program === 'sources') return [process.execPath, entry];
  if (program === 'deno') return [denoProgram(), 'run', '-A', entry];
  return [resolve(program)];
}

/** Starts `funnels` with these arguments, as its users do: from another folder, with no settings but those given. */
export function startFunnels(words: readonly string[], options: RunOptions = {}): RunningProgram {
  const [command = '', ...first] = commandLine(options.program);
  const child = spawn(command, [...first, ...words], {
    cwd: options.cwd ?? '/',
    // Deno looks for its cache in HOME. Node keeps what it has compiled of the sources, or each start takes a second.
    env: {
      PATH: '/usr/bin:/bin',
      HOME: process.env.HOME,
      NODE_COMPILE_CACHE: join(tmpdir(), 'funnels-test-compile-cache'),
      FUNNELS_ETC: noEtc,
      ...options.environment,
    },
  });
  child.stdin.end(options.stdin);
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  }
  const ended = once(child, 'close').then(
    ([code, signal]): Run => ({ ...printed, code: code as number | null, signal: signal as NodeJS.Signals | null }),
  );
  return { process: child, stdout: () => printed.stdout, stderr: () => printed.stderr, ended };
}

/** Runs `funnels` to its end. */
export function runFunnels(words: readonly string[], options: RunOptions = {}): Promise<Run> {
  return startFunnels(words, options).ended;
}
