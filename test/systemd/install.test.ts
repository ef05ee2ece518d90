import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type {} from '../support/global-setup.ts';

let folder: string;
let destination: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'funnels-install-'));
  destination = join(folder, 'image');
  cpSync('systemd', join(folder, 'systemd'), { recursive: true });
  writeFileSync(join(folder, 'config.example.yaml'), 'database: {}\n', { mode: 0o644 });
  mkdirSync(join(folder, 'dist'));
  build('first');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function build(version: string): void {
  writeFileSync(join(folder, 'dist/funnels'), `#!/bin/sh\necho funnels/${version}\n`, { mode: 0o755 });
}

function install(...args: string[]) {
  // From another folder: the script finds its files by its own place.
  return spawnSync('/bin/sh', [join(folder, 'systemd/install.sh'), ...args], {
    cwd: tmpdir(),
    encoding: 'utf8',
    env: { PATH: process.env.PATH, DESTDIR: destination },
  });
}

const installed = (path: string) => join(destination, path);
const mode = (path: string) => statSync(installed(path)).mode & 0o777;

describe('systemd/install.sh', () => {
  it('installs the executable, every unit and a configuration that only its owner reads', () => {
    const { status, stderr, stdout } = install();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(spawnSync(installed('usr/local/bin/funnels'), { encoding: 'utf8' }).stdout).toBe('funnels/first\n');
    expect(readdirSync(installed('etc/systemd/system'))).toEqual([
      'funnels-drain-outbox.service',
      'funnels-drain-outbox.timer',
      'funnels-failure@.service',
      'funnels-prune.service',
      'funnels-prune.timer',
      'funnels-sync.service',
      'funnels-sync.timer',
    ]);
    expect(mode('etc/funnels/config.yaml')).toBe(0o600);
    expect(mode('etc/systemd/system/funnels-sync.timer')).toBe(0o644);
    expect(stdout).toContain('systemctl enable --now funnels-sync.timer');
  });

  it('run again, replaces the executable, keeps the configuration and leaves no half-written file', () => {
    install();
    writeFileSync(installed('etc/funnels/config.yaml'), 'mine: yes\n');
    build('second');
    const { status, stdout } = install();
    expect(status).toBe(0);
    expect(spawnSync(installed('usr/local/bin/funnels'), { encoding: 'utf8' }).stdout).toBe('funnels/second\n');
    expect(readFileSync(installed('etc/funnels/config.yaml'), 'utf8')).toBe('mine: yes\n');
    expect(stdout).toContain(`unchanged  ${installed('etc/systemd/system/funnels-sync.service')}`);
    expect(readdirSync(destination, { recursive: true }).filter((name) => String(name).includes('.new.'))).toEqual([]);
  });

  it('never enables a timer', () => {
    install();
    const links = readdirSync(destination, { recursive: true }).filter((name) => String(name).includes('.wants'));
    expect(links).toEqual([]);
  });

  it('takes another executable as its argument', () => {
    writeFileSync(join(folder, 'other'), '#!/bin/sh\necho funnels/other\n', { mode: 0o755 });
    expect(install(join(folder, 'other')).status).toBe(0);
    expect(spawnSync(installed('usr/local/bin/funnels'), { encoding: 'utf8' }).stdout).toBe('funnels/other\n');
  });

  it('explains itself, and installs nothing, with --help or a wrong option', () => {
    expect(install('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('Usage:') });
    expect(install('--force')).toMatchObject({ status: 64, stderr: expect.stringContaining('no option --force') });
    expect(existsSync(destination)).toBe(false);
  });

  it.each([
    [
      'echo "libmissing.so.1: cannot open shared object file" >&2; exit 127',
      /libmissing.*\n.*needs a library that is not here/,
    ],
    ['kill -ILL $$', /processor lacks instructions/],
    ['echo nothing like it; exit 127', /exit code 127: the file may be damaged .* size, \d+ bytes/],
    ['kill -BUS $$', /exit code 135: the file may be damaged/],
    ['exit 3', /ended with exit code 3: the file may be damaged/],
    ['', /does not answer as funnels does/],
    ['echo 1.4.5', /1\.4\.5\n.*does not answer as funnels does/],
  ])('leaves the old one in place when the new one does not run: %s', (script, said) => {
    install();
    writeFileSync(join(folder, 'dist/funnels'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const { status, stderr, stdout } = install();
    expect({ status, stdout }).toEqual({ status: 69, stdout: '' });
    expect(stderr).toMatch(said);
    expect(stderr).toContain(`${join(folder, 'dist/funnels')} does not run on this machine, so nothing was installed.`);
    expect(spawnSync(installed('usr/local/bin/funnels'), { encoding: 'utf8' }).stdout).toBe('funnels/first\n');
    expect(readdirSync(installed('usr/local/bin'))).toEqual(['funnels']);
  });

  it.each([
    ['garbage behind an ELF mark', () => Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(5000, 'garbage\0\x1b')])],
    ['half of the program', () => readFileSync(inject('program')).subarray(0, 40_000_000)],
    ['nothing', () => Buffer.alloc(0)],
  ])('says of a damaged copy that it is one: %s', (_, bytes) => {
    writeFileSync(join(folder, 'dist/funnels'), bytes(), { mode: 0o755 });
    const { status, stderr, stdout } = install();
    expect({ status, stdout }).toEqual({ status: 69, stdout: '' });
    expect(stderr).toMatch(/damaged.* \d+ bytes/);
    expect(stderr).not.toMatch(/library|[^\n -~]/);
    expect(readdirSync(installed('usr/local/bin'))).toEqual([]);
  });

  it('says so too when what is installed already has stopped running', () => {
    writeFileSync(
      join(folder, 'dist/funnels'),
      '#!/bin/sh\necho funnels/1\nexit $(cat "$(dirname "$0")/code" 2>/dev/null || echo 0)\n',
    );
    expect(install().status).toBe(0);
    writeFileSync(installed('usr/local/bin/code'), '127');
    expect(install()).toMatchObject({ status: 69, stderr: expect.stringContaining('does not run') });
  });

  it('says how to get the executable when there is none', () => {
    rmSync(join(folder, 'dist'), { recursive: true });
    expect(install()).toMatchObject({ status: 66, stderr: expect.stringContaining('npm run build') });
    expect(existsSync(destination)).toBe(false);
  });
});
