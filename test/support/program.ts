import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inject } from 'vitest';
import type {} from './global-setup.ts';

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
  /** added to an environment that holds nothing but PATH */
  environment?: Record<string, string>;
  cwd?: string;
  /** what it finds on standard input; nothing when not given */
  stdin?: string;
  /**
   * 'sources', 'deno' or the path of an executable; FUNNELS_TEST_PROGRAM when not given, else the bundle of the sources
   * that the run began with: it starts faster than they do
   */
  program?: string;
}

const entry = resolve('bin/funnels.ts');

function commandLine(program: string | undefined): string[] {
  if (program === undefined) return [process.execPath, inject('bundle')];
  if (program === 'sources') return [process.execPath, entry];
  if (program === 'deno') return [resolve('node_modules/.bin/deno'), 'run', '-A', entry];
  return [resolve(program)];
}

/** Starts `funnels` with these arguments, as its users do: from another folder, with no settings but those given. */
export function startFunnels(words: readonly string[], options: RunOptions = {}): RunningProgram {
  const [command = '', ...first] = commandLine(options.program ?? process.env.FUNNELS_TEST_PROGRAM);
  const child = spawn(command, [...first, ...words], {
    cwd: options.cwd ?? '/',
    // Deno looks for its cache in HOME. The compile cache halves the start-up time, which is paid hundreds of times.
    env: {
      PATH: '/usr/bin:/bin',
      HOME: process.env.HOME,
      NODE_COMPILE_CACHE: join(tmpdir(), 'funnels-test-compile-cache'),
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
