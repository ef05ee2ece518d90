import { chmodSync, cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { commandLine } from '../support/program.ts';
import { addNodeAndProject, type BareDebian, createBareDebian } from './bare-debian.ts';

const minutes = 60_000;

describe('on a minimal Debian with Node and npm', { timeout: 15 * minutes }, () => {
  let machine: BareDebian;
  beforeAll(async () => {
    machine = await createBareDebian('with-node');
    addNodeAndProject(machine);
    expect(machine.run('node --version').stdout).toMatch(/^v\d+/);
  }, 10 * minutes);

  it.each(['root', 'ann'] as const)('npm ci && npm run demo && npm run build need nothing else (%s)', (user) => {
    const { status, stdout, stderr } = machine.run(
      'cd project && npm ci && npm run demo && npm run build && dist/funnels --version',
      user,
    );
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('What to try next');
    expect(stdout).toMatch(/^funnels\/\S+ \S+ bun-\S+$/m);
    expect(machine.run('ldconfig -p').stdout).not.toContain('libatomic');
  });

  it('npm test says in one sentence what to type where it may install nothing', () => {
    const { status, stdout, stderr } = machine.run('cd project && npm test --silent', 'ann');
    expect({ status, stdout }).toEqual({ status: 69, stdout: '' });
    expect(stderr).toMatch(/^Tests and checks run on a Node that needs libatomic: .*apt-get install libatomic1.*\n$/);
  });

  it('npm test installs what it needs as root, and ann can run it then', () => {
    const some = ['test/database', 'test/commands/report-page.test.ts', 'test/e2e/journey.test.ts'].join(' ');
    const asRoot = machine.run(`cd project && npm test -- ${some}`);
    expect({ status: asRoot.status, output: asRoot.status === 0 ? '' : asRoot.stdout + asRoot.stderr }).toEqual({
      status: 0,
      output: '',
    });
    expect(asRoot.stderr).toContain('Installing the package libatomic1');
    expect(asRoot.stderr).toContain('Installing mariadb-server');
    const asAnn = machine.run(`cd project && npm test -- ${some}`, 'ann');
    expect({ status: asAnn.status, output: asAnn.status === 0 ? '' : asAnn.stdout + asAnn.stderr }).toEqual({
      status: 0,
      output: '',
    });
    expect(asAnn.stdout + asAnn.stderr).not.toContain('\u001b[');
  });

  it('npm test says in one sentence that MariaDB is missing where it may not install it', () => {
    machine.run('apt-get remove -y mariadb-server-core');
    const { status, stdout, stderr } = machine.run('cd project && npm test --silent -- test/database', 'ann');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^\s*The tests start a MariaDB server of their own, and mariadbd was not found: .*\n$/);
    expect(stdout + stderr).not.toMatch(/No test files|\n +at /);
  });
});

describe('on a minimal Debian with nothing', { timeout: 5 * minutes }, () => {
  let machine: BareDebian;
  beforeAll(async () => {
    machine = await createBareDebian('with-nothing');
    cpSync(commandLine()[0] ?? '', join(machine.folder, 'root/dist/funnels'));
    chmodSync(join(machine.folder, 'root/dist/funnels'), 0o755);
    cpSync('systemd', join(machine.folder, 'root/systemd'), { recursive: true });
    cpSync('config.example.yaml', join(machine.folder, 'root/config.example.yaml'));
  }, 10 * minutes);

  it('systemd/install.sh installs the executable, which runs', () => {
    const { status, stdout, stderr } = machine.run('sh systemd/install.sh');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('installed  /usr/local/bin/funnels');
    expect(machine.run('funnels --version', 'ann')).toMatchObject({ status: 0, stderr: '' });
    expect(machine.run('funnels demo', 'ann')).toMatchObject({ status: 0 });
    const nameless = machine.run(
      'cd / && setpriv --reuid=54321 --regid=54321 --clear-groups env -i /usr/local/bin/funnels -V',
    );
    expect(nameless).toMatchObject({ status: 0, stderr: '' });
  });

  it('systemd/install.sh names the library a new one lacks, and leaves the old one', () => {
    // A program of this machine whose library is not on that one.
    const needy = process.execPath;
    cpSync(needy, join(machine.folder, 'root/other'));
    const { status, stderr } = machine.run('sh systemd/install.sh ./other');
    expect(status).toBe(69);
    expect(stderr).toMatch(/libatomic\.so\.1.*\n.*does not run on this machine, so nothing was installed\./);
    expect(machine.run('funnels --version').stdout).toMatch(/^funnels\//);
    writeFileSync(join(machine.folder, 'root/other'), 'no program', { mode: 0o755 });
    expect(machine.run('sh systemd/install.sh ./other').status).toBe(69);
    expect(existsSync(join(machine.folder, 'usr/local/bin/funnels'))).toBe(true);
  });
});
