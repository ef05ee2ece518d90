import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../src/config/load.ts';
import { runFunnels } from '../support/program.ts';
import { complaintsOf, folderWith, problemOf, withUrl } from './config-folder.ts';

const latin1 = Buffer.from('log:\n  level: debug # für alle\n', 'latin1');
const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('log: {}\n', 'utf16le')]);

async function messageFor(content: Uint8Array): Promise<string> {
  const cwd = folderWith({ 'config.yaml': content });
  return (await problemOf(loadSettings({ flag: undefined, environment: withUrl, cwd }))).message;
}

describe('a file that is no UTF-8 text', () => {
  it('is refused as configuration, with the place of the byte', async () => {
    expect(await messageFor(latin1)).toBe(
      'The configuration file config.yaml cannot be read: it is not UTF-8 (byte 24, in line 2); save it as UTF-8.',
    );
    expect(await messageFor(utf16)).toContain('cannot be read: it is UTF-16; save it as UTF-8.');
    expect(await messageFor(utf16.subarray(2))).toContain('it has a zero byte (byte 2, in line 1), as UTF-16 has');
    expect(await messageFor(Buffer.from('x: \ufffd\xff', 'latin1'))).toContain('byte 4');
    expect(await messageFor(Buffer.alloc(1_100_000, '#'))).toContain('it is larger than 1 MiB');
  });

  it('is refused as a secret, by the name of the file', async () => {
    const files = { pw: Buffer.from('pässword', 'latin1'), key: utf16 };
    const yaml = 'database: { url: mysql://u@h/d, passwordFile: pw }\nbrevo: { apiKeyFile: key }\n';
    const cwd = folderWith({ 'config.yaml': yaml, ...files });
    const lines = await complaintsOf(loadSettings({ flag: undefined, environment: {}, cwd }));
    expect(lines).toEqual([
      expect.stringMatching(
        /passwordFile names the file .*\/pw, which cannot be read: it is not UTF-8 \(byte 2, in line 1\)/,
      ),
      expect.stringMatching(/apiKeyFile names the file .*\/key, which cannot be read: it is UTF-16/),
    ]);
  });

  it('is not meant by a byte order mark, or by a character that only stands for broken ones', async () => {
    const yaml =
      '\ufeffdatabase: { url: mysql://u@h/d, passwordFile: pw }\nfunnels: { language: { source: "\ufffd" } }\n';
    const cwd = folderWith({ 'config.yaml': yaml, pw: '\ufeffpässword\r\n' });
    const { settings } = await loadSettings({ flag: undefined, environment: {}, cwd });
    expect(settings.database.location).toMatchObject({ password: 'pässword' });
    expect(settings.funnels.language.source).toBe('\ufffd');
  });
});

describe('a file with a secret that everybody can read', () => {
  it('is warned of, and only then', async () => {
    const load = async (yaml: string, mode: number, environment: Record<string, string> = {}) => {
      const cwd = folderWith({ 'config.yaml': yaml, pw: 'p' });
      for (const name of ['config.yaml', 'pw']) chmodSync(join(cwd, name), mode);
      const { warnings } = await loadSettings({ flag: undefined, environment, cwd });
      return warnings.map((warning) => warning.replaceAll(`${cwd}/`, ''));
    };
    const direct = 'database: { url: mysql://u:p@h/d }';
    const warning = (name: string) =>
      `Everybody on this machine can read ${name}, which holds a secret. Change that: chmod o-r ${name}`;
    expect(await load(direct, 0o644)).toEqual([warning('config.yaml')]);
    expect(await load(direct, 0o640)).toEqual([]);
    expect(await load(direct, 0o644, withUrl)).toEqual([]);
    expect(await load('database: { url: mysql://u@h/d }', 0o644)).toEqual([]);
    expect(await load('database: { url: mysql://u@h/d, passwordFile: pw }', 0o644)).toEqual([warning('pw')]);
  });

  it('is warned of on stderr by every command', async () => {
    const cwd = folderWith({ 'config.yaml': 'database: { url: mysql://u:p@h/d }' });
    chmodSync(join(cwd, 'config.yaml'), 0o604);
    const { code, stderr } = await runFunnels(['config', 'check'], { cwd });
    expect(code).toBe(0);
    expect(stderr).toBe(
      `Warning: Everybody on this machine can read ${cwd}/config.yaml, which holds a secret. Change that: chmod o-r ${cwd}/config.yaml\n`,
    );
  });
});

describe('a working folder', () => {
  const environment = { FUNNELS_DATABASE_URL: 'mysql://u@h/d' };

  it('that has been deleted is no bug, and no matter when the environment says everything', () => {
    const run = (...words: string[]) => {
      const script = 'rmdir "$PWD" && exec "$@"';
      const command = [process.execPath, resolve('bin/funnels.ts'), 'config', 'check', ...words];
      return spawnSync('/bin/sh', ['-c', script, 'sh', ...command], {
        cwd: folderWith(),
        env: environment,
        encoding: 'utf8',
      });
    };
    expect(run()).toMatchObject({ status: 0, stderr: '' });
    const named = run('--config', 'config.yaml');
    expect(named.status).toBe(78);
    expect(named.stderr).toContain('config.yaml (named by --config) cannot be read: it does not exist.');
  });

  it('that may not be looked into counts as one without a configuration', async () => {
    const cwd = folderWith();
    const closed = join(cwd, 'closed');
    mkdirSync(closed, { mode: 0o600 });
    const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
    const readFile = (path: string) =>
      Promise.reject(path.startsWith('/etc') ? Object.assign(new Error(), { code: 'ENOENT' }) : denied);
    const loaded = await loadSettings({ flag: undefined, environment, cwd: closed, readFile });
    expect(loaded.warnings).toEqual(['Went on without config.yaml: this account may not look into its folder.']);
    const missing = await problemOf(loadSettings({ flag: undefined, environment: {}, cwd: closed, readFile }));
    expect(missing.message).toContain(
      'config.yaml (its folder: permission denied) and /etc/funnels/config.yaml (not there)',
    );
  });
});
