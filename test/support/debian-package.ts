import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLogged } from './programs.ts';

/**
 * Installs a Debian package where that can be done: on Debian, as root. Says on stderr that it does. Returns whether it
 * did; throws an Error with apt's last lines when apt fails.
 */
export async function installOnDebian(name: string): Promise<boolean> {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return false;
  const log = join(mkdtempSync(join(tmpdir(), 'funnels-apt-')), 'apt.log');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  process.stderr.write(`Installing the package ${name}, which the tests need; log in ${log}\n`);
  await runLogged('apt-get', ['update'], log, env);
  await runLogged('apt-get', ['install', '-y', '--no-remove', '--no-install-recommends', name], log, env);
  return true;
}
