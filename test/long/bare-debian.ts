import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { requirePrograms } from '../support/debian-package.ts';
import { lastLines, runLogged } from '../support/programs.ts';

/** A root folder with a minimal Debian 12, in which commands run as on a machine of its own. */
export interface BareDebian {
  folder: string;
  /** Runs a line of shell as root, or as the ordinary user ann in her home. */
  run(line: string, as?: 'root' | 'ann'): { status: number | null; stdout: string; stderr: string };
}

const cache = join(tmpdir(), 'funnels-bare-debian-12');

/** A new copy of the minimal Debian, which is made once and kept in the temporary folder. Needs root. */
export async function createBareDebian(name: string): Promise<BareDebian> {
  if (process.getuid?.() !== 0) throw new Error('These tests make root folders of other machines: run them as root.');
  const made = join(cache, 'made');
  if (!existsSync(made)) await make(made);
  const folder = join(cache, name);
  rmSync(folder, { recursive: true, force: true });
  execFileSync('cp', ['-a', '--reflink=auto', made, folder]);
  return { folder, run: (line, as = 'root') => runIn(folder, line, as) };
}

async function make(folder: string): Promise<void> {
  const [debootstrap = ''] = await requirePrograms([['debootstrap']], {
    packages: ['debootstrap'],
    purpose: 'These tests make a minimal Debian',
    otherwise: 'put debootstrap on the PATH',
  });
  mkdirSync(cache, { recursive: true });
  const half = `${folder}-half`;
  rmSync(half, { recursive: true, force: true });
  await runLogged(debootstrap, ['--variant=minbase', 'bookworm', half], join(cache, 'debootstrap.log'));
  const { status, stderr } = runIn(half, 'useradd --create-home --shell /bin/bash ann', 'root');
  if (status !== 0) throw new Error(`${stderr}${lastLines(join(cache, 'debootstrap.log'))}`);
  renameSync(half, folder);
}

/** Gives the machine the Node and npm that run these tests' npm, and the project's files as they are, without node_modules. */
export function addNodeAndProject({ folder, run }: BareDebian): void {
  const { npm_node_execpath: node, npm_execpath: npm } = process.env;
  if (node === undefined || npm === undefined) throw new Error('Start these tests by npm: npm run test:long');
  cpSync(node, join(folder, 'usr/local/bin/node'));
  cpSync(dirname(dirname(npm)), join(folder, 'usr/local/lib/npm'), { recursive: true, dereference: true });
  const shim = '#!/bin/sh\\nexec node /usr/local/lib/npm/bin/npm-cli.js "$@"\\n';
  run(`printf '${shim}' > /usr/local/bin/npm && chmod 755 /usr/local/bin/npm`);
  // An authority of the network's own, for the way to the registry, is a part of this machine and not of the project.
  const authority = process.env.NODE_EXTRA_CA_CERTS;
  if (authority) cpSync(authority, join(folder, authority));
  for (const place of ['root/project', 'home/ann/project']) {
    mkdirSync(join(folder, place));
    execFileSync('/bin/sh', ['-c', `git ls-files -z | tar -c --null -T - | tar -x -C '${join(folder, place)}'`]);
  }
  run('chown -R ann: /home/ann');
}

function runIn(folder: string, line: string, as: 'root' | 'ann') {
  // The mounts are seen by these processes alone, and are gone with the last of them. The name of the machine itself is
  // written by what installs a Debian, which debootstrap is not.
  const script = `
    mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev"
    cp -L /etc/resolv.conf "$1/etc/resolv.conf" && echo 127.0.0.1 localhost > "$1/etc/hosts"
    exec chroot "$1" env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \${4:+NODE_EXTRA_CA_CERTS="$4"} \
      setpriv --reuid="$2" --regid="$2" --init-groups env HOME="$5" sh -c "$3"`;
  const home = as === 'root' ? '/root' : '/home/ann';
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script, 'sh', folder, as, `cd && ${line}`].concat(
      process.env.NODE_EXTRA_CA_CERTS ?? '',
      home,
    ),
    { encoding: 'utf8', maxBuffer: 100_000_000 },
  );
  return { status, stdout, stderr };
}
