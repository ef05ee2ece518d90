import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram } from '../support/programs.ts';

const analyze = findProgram('systemd-analyze');
const required = process.env.CI === 'true' || process.env.FUNNELS_TEST_REQUIRE_SYSTEMD === '1';
const services = ['funnels-sync.service', 'funnels-drain-outbox.service', 'funnels-prune.service'];

let folder: string;
beforeEach((context) => {
  if (analyze === undefined && required)
    throw new Error('systemd-analyze is missing. Install it: apt-get install systemd');
  context.skip(analyze === undefined, 'systemd-analyze is not installed (apt-get install systemd)');
  folder = mkdtempSync(join(tmpdir(), 'funnels-units-'));
  cpSync('systemd', folder, { recursive: true });
  for (const name of units()) {
    const path = join(folder, name);
    // verify wants the program of ExecStart to exist, and here nothing is installed.
    writeFileSync(path, readFileSync(path, 'utf8').replace('/usr/local/bin/funnels', '/bin/true'));
  }
});
afterEach(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

function units(): string[] {
  return readdirSync(folder).filter((name) => /\.(service|timer)$/.test(name));
}

function run(...args: string[]): { status: number | null; output: string } {
  const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C', SYSTEMD_COLORS: '0', SYSTEMD_PAGER: '' };
  const result = spawnSync(analyze ?? 'systemd-analyze', args, { encoding: 'utf8', env });
  return { status: result.status, output: result.stdout + result.stderr };
}

function setting(unit: string, key: string): string[] {
  const lines = readFileSync(join(folder, unit), 'utf8').split('\n');
  return lines.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
}

describe('the systemd units', () => {
  it('are found correct by systemd, without a warning', () => {
    expect(units().toSorted()).toEqual([
      'funnels-drain-outbox.service',
      'funnels-drain-outbox.timer',
      'funnels-failure@.service',
      'funnels-prune.service',
      'funnels-prune.timer',
      'funnels-sync.service',
      'funnels-sync.timer',
    ]);
    expect(run('verify', ...units().map((name) => join(folder, name)))).toEqual({ status: 0, output: '' });
  });

  it('would not pass with a key that systemd does not know', () => {
    const path = join(folder, 'funnels-sync.service');
    writeFileSync(path, readFileSync(path, 'utf8').replace('TimeoutStopSec=', 'TimeoutStoppSec='));
    expect(run('verify', path).output).toContain('TimeoutStoppSec');
  });

  it.each(services)('%s is exposed no more than 2.0 of 10', (service) => {
    const { status, output } = run('security', '--offline=yes', '--threshold=20', join(folder, service));
    expect(output).toContain(`Overall exposure level for ${service}`);
    expect(status, output).toBe(0);
  });

  it.each(services)(
    '%s ends a hung run, tells of a failure, and leaves the engine its executable memory',
    (service) => {
      expect(setting(service, 'TimeoutStartSec')).toHaveLength(1);
      expect(setting(service, 'OnFailure')).toEqual(['funnels-failure@%N.service']);
      expect(setting(service, 'MemoryDenyWriteExecute')).toEqual([]);
    },
  );

  it('are hardened alike', () => {
    const hardening = services.map((service) => {
      const text = readFileSync(join(folder, service), 'utf8');
      return text.slice(text.indexOf('\nDynamicUser='));
    });
    expect(new Set(hardening).size).toBe(1);
  });

  it('run prune once a day', () => {
    const [expression = ''] = setting('funnels-prune.timer', 'OnCalendar');
    const { status, output } = run('calendar', '--iterations=2', expression);
    expect(status, output).toBe(0);
  });

  it('run sync every five minutes of the clock', () => {
    const [expression = ''] = setting('funnels-sync.timer', 'OnCalendar');
    const { status, output } = run('calendar', '--iterations=3', expression);
    expect(status, output).toBe(0);
    const times = [...output.matchAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g)].map(
      ([time]) => Date.parse(`${time}Z`) / 60_000,
    );
    const [first = Number.NaN] = times;
    expect(times).toEqual([first, first + 5, first + 10]);
  });
});

describe('the failure alert', () => {
  it('is one line that names the unit, its exit status and the command to look with', () => {
    const [command = ''] = setting('funnels-failure@.service', 'ExecStart');
    // What systemd makes of the line: the instance for %i, one dollar for two, and the words between the quotes.
    const script = command
      .replace("/bin/sh -c '", '')
      .replace(/'$/, '')
      .replaceAll('%i', 'funnels-sync')
      .replaceAll('$$', '$');
    const env = { PATH: '/usr/bin:/bin', MONITOR_EXIT_STATUS: '78', MONITOR_SERVICE_RESULT: 'exit-code' };
    const alert = spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8', env });
    expect(alert.stdout).toMatch(/^funnels-sync\.service failed with exit status 78 \(exit-code\)\..*\n$/);
    expect(alert.stdout).toContain('journalctl -u funnels-sync.service');
    expect(setting('funnels-failure@.service', 'SyslogLevel')).toEqual(['err']);
  });

  it('points at a page of help that explains every exit status', () => {
    const [command = ''] = setting('funnels-failure@.service', 'ExecStart');
    expect(command).toContain('funnels help exit-codes');
    const section = readFileSync('docs/operations.md', 'utf8')
      .split(/^## /m)
      .find((text) => text.startsWith('Exit codes\n'));
    const explained = [...(section ?? '').matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(explained).toEqual([0, 1, 8, 64, 65, 69, 75, 77, 78, 130, 143]);
  });
});
