import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, runLogged } from './programs.ts';

const allPackages = 'libatomic1 mariadb-server chromium chromium-sandbox openssl';

/**
 * Paths of programs, each the first found of its names; on Debian, as root, the packages are installed when one is missing.
 * Throws a MissingProgram that says in a sentence how to get what `purpose` needs.
 */
export async function requirePrograms(
  programs: readonly (readonly string[])[],
  { packages, purpose, otherwise }: { packages: readonly string[]; purpose: string; otherwise: string },
): Promise<string[]> {
  const find = () => programs.map((names) => findProgram(...names));
  let found = find();
  if (found.includes(undefined) && (await installOnDebian(packages))) found = find();
  const missing = programs.find((_, index) => found[index] === undefined);
  if (missing === undefined) return found.filter((path) => path !== undefined);
  throw new MissingProgram(
    `${purpose}, and ${missing[0]} was not found: install all that the tests need (Debian, Ubuntu: sudo apt-get install ` +
      `${allPackages}), or ${otherwise}.`,
  );
}

/** Something that whoever runs the tests has to see to; the message says all there is to say, so there is no stack. */
export class MissingProgram extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Error';
    this.stack = `Error: ${message}`;
  }
}

/**
 * Installs Debian packages where that can be done: on Debian, as root. Says on stderr that it does. Returns whether it
 * did; throws an Error with apt's last lines when apt fails.
 */
async function installOnDebian(names: readonly string[]): Promise<boolean> {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return false;
  const log = join(mkdtempSync(join(tmpdir(), 'funnels-apt-')), 'apt.log');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  process.stderr.write(`Installing ${names.join(' and ')} for the tests; log in ${log}\n`);
  await runLogged('apt-get', ['update'], log, env);
  await runLogged('apt-get', ['install', '-y', '--no-remove', '--no-install-recommends', ...names], log, env);
  return true;
}
