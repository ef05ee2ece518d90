import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Problem } from '../errors.ts';
import type { Program } from './program.ts';

export interface ChildOptions {
  /** the folder it runs in */
  folder: string;
  environment: NodeJS.ProcessEnv;
  /** where its results go: our own stdout or our own stderr. Its stderr is ours. */
  results: 'stdout' | 'stderr';
  /** when aborted, the child gets a SIGTERM and is waited for */
  signal: AbortSignal;
}

/** Runs the program with `args` and waits for its end. Returns its exit code, or 128 and the number of its signal. */
export function runChild(program: Program, args: readonly string[], options: ChildOptions): Promise<number> {
  const { folder, environment, results, signal } = options;
  const child = spawn(program.file, [...program.before, ...args], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', results === 'stdout' ? 'inherit' : 2, 'inherit'],
  });
  const stop = (): void => {
    child.kill('SIGTERM');
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => {
      const message = `The program could not be started once more (${program.file}): ${cause.message}.`;
      reject(new Problem('temporary', message, { cause, hint: 'Check that the file may be executed.' }));
    });
    child.once('close', (code, name) => resolve(code ?? 128 + (name === null ? 0 : constants.signals[name])));
  }).finally(() => signal.removeEventListener('abort', stop));
}

/** `environment` without everything that configures the program: the demo brings its own configuration. */
export function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isSetting = (name: string): boolean =>
    name.startsWith('FUNNELS_') || name === 'BREVO_API_KEY' || name === 'CREDENTIALS_DIRECTORY';
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isSetting(name.toUpperCase())));
}
