import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pjson from '../../package.json' with { type: 'json' };
import { readElfNeeds } from '../support/elf.ts';
import { noEtc } from '../support/no-etc.ts';
import { commandLine } from '../support/program.ts';
import { findProgram } from '../support/programs.ts';

const [program = '', ...runsSources] = commandLine();
const setpriv = findProgram('setpriv');
const isRoot = process.getuid?.() === 0;
const version = new RegExp(`^funnels/${RegExp.escape(pjson.version)} \\S+ bun-\\S+( \\(build .*\\))?\n$`);

describe.skipIf(process.platform !== 'linux' || runsSources.length > 0)('the executable', () => {
  let folder: string;
  let copy: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'funnels-executable-'));
    chmodSync(folder, 0o755);
    copy = join(folder, 'funnels');
    copyFileSync(program, copy);
    chmodSync(copy, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(words: string[], { cwd = '/', env = {}, before = [] as string[] } = {}) {
    const [command = '', ...rest] = [...before, copy, ...words];
    const { status, stdout, stderr } = spawnSync(command, rest, { cwd, env, encoding: 'utf8' });
    return { status, stdout, stderr };
  }

  it('needs no library but those of glibc, and of no version newer than 2.28', () => {
    const { libraries, glibc } = readElfNeeds(readFileSync(copy));
    const allowed =
      /^(libc\.so\.6|libm\.so\.6|libdl\.so\.2|libpthread\.so\.0|ld-linux-(x86-64\.so\.2|aarch64\.so\.1))$/;
    expect(libraries).toContain('libc.so.6');
    expect(libraries.filter((name) => !allowed.test(name))).toEqual([]);
    expect(Number(glibc.split('.')[1])).toBeLessThanOrEqual(28);
  });

  it.each([
    ['BUN_BE_BUN', '1'],
    ['BUN_OPTIONS', '--print 7'],
    ['BUN_OPTIONS', '--preload=./elsewhere.js'],
    ['BUN_INSPECT', '127.0.0.1:0'],
    ['BUN_BYTECODE_ORDER_OUT', './order'],
    ['NODE_OPTIONS', '--require=./elsewhere.js'],
    ['NODE_ENV', 'development'],
  ])('stays itself whatever %s says (%s)', (name, value) => {
    const { status, stdout, stderr } = run(['--version'], { cwd: folder, env: { [name]: value } });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(version);
  });

  it('reads no .env, bunfig.toml, package.json or tsconfig.json of the folder it is started in', () => {
    const cwd = join(folder, 'traps');
    mkdirSync(cwd);
    writeFileSync(join(cwd, '.env'), 'FUNNELS_DATABASE_URL=mysql://trap@127.0.0.1/trap\nFUNNELS_ETC=/trap\n');
    writeFileSync(join(cwd, 'bunfig.toml'), 'preload = ["./trap.js"]\n');
    writeFileSync(join(cwd, 'trap.js'), 'console.log("trapped");\n');
    for (const name of ['package.json', 'tsconfig.json']) writeFileSync(join(cwd, name), 'not JSON');
    const { status, stdout, stderr } = run(['config', 'check'], { cwd, env: { FUNNELS_ETC: noEtc } });
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' });
    expect(stderr).toContain(`Looked in config.yaml (not there) and ${noEtc}/config.yaml (not there)`);
  });

  it.skipIf(setpriv === undefined || !isRoot)(
    'runs as an account that has no name, no home, no environment and may not look around where it is',
    () => {
      const before = [setpriv ?? '', '--reuid=54321', '--regid=54321', '--clear-groups', '--'];
      const dark = join(folder, 'dark');
      mkdirSync(dark, { mode: 0o700 });
      for (const cwd of ['/', dark]) {
        expect(run(['--version'], { before, cwd })).toMatchObject({ status: 0, stderr: '' });
        expect(run(['sync', '--help'], { before, cwd })).toMatchObject({ status: 0, stderr: '' });
        const { status, stderr } = run(['config', 'check'], { before, cwd, env: { FUNNELS_ETC: noEtc } });
        expect({ status, first: stderr.split('\n')[0] }).toEqual({
          status: 78,
          first: expect.stringContaining('Error: database.url is not set.'),
        });
      }
    },
  );
});
