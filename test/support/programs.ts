import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, openSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const elsewhere = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first executable of one of these names on PATH or in a system folder, names in order of preference. */
export function findProgram(...names: string[]): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), ...elsewhere];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** The last lines of a text file; the empty string when it cannot be read. */
export function lastLines(path: string, count = 20): string {
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').slice(-count).join('\n') : '';
}

/** Runs a program to its end with its output in a log file. Throws an Error with the log's last lines unless it exits 0. */
export async function runLogged(program: string, args: string[], log: string, env = process.env): Promise<void> {
  const output = openSync(log, 'a');
  const child = spawn(program, args, { stdio: ['ignore', output, output], env });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`${program} ended with ${code ?? 'a signal'}. Its last lines:\n${lastLines(log)}`);
}
