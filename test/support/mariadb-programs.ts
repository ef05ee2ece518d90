import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Absolute paths of the two programs a private server needs, or undefined for the one that is not there. */
type Found = { server: string | undefined; installDb: string | undefined };
/** Absolute paths of the server and of the program that fills its data folder. */
export type MariaDbPrograms = { server: string; installDb: string };

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

function findPrograms(): Found {
  return {
    server: findProgram('mariadbd', 'mysqld'),
    installDb: findProgram('mariadb-install-db', 'mysql_install_db'),
  };
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

async function installOnDebian(): Promise<void> {
  const log = join(mkdtempSync(join(tmpdir(), 'funnels-apt-')), 'apt.log');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  process.stderr.write(`MariaDB is missing: installing the package mariadb-server, log in ${log}\n`);
  await runLogged('apt-get', ['update'], log, env);
  await runLogged('apt-get', ['install', '-y', '--no-remove', '--no-install-recommends', 'mariadb-server'], log, env);
}

/**
 * Finds MariaDB's programs; on Debian, as root, installs the package when they are missing.
 * Throws an Error that says how to get them.
 */
export async function mariaDbPrograms(): Promise<MariaDbPrograms> {
  let found = findPrograms();
  const missing = found.server === undefined || found.installDb === undefined;
  if (missing && existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    await installOnDebian();
    found = findPrograms();
  }
  const { server, installDb } = found;
  if (server === undefined || installDb === undefined) {
    throw new Error(
      'The tests need a MariaDB server of their own, and mariadbd or mariadb-install-db was not found. Install it ' +
        '(Debian, Ubuntu: apt-get install mariadb-server; Fedora: dnf install mariadb-server; macOS: brew install mariadb), ' +
        'or set FUNNELS_TEST_DATABASE_URL=mysql://user:password@host:port/ to an account that may create databases.',
    );
  }
  return { server, installDb };
}
