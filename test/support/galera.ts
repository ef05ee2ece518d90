import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mariaDbPrograms } from './mariadb-programs.ts';
import { freePort, installData, launch, type ServerProcess, terminate } from './private-mariadb.ts';

const libraries = [
  '/usr/lib/galera/libgalera_smm.so',
  '/usr/lib64/galera-4/libgalera_smm.so',
  '/usr/lib/libgalera_smm.so',
];
const library = libraries.find((path) => existsSync(path));

/** Why no Galera cluster can be started here; undefined when one can. For `describe.skipIf`. */
export const noGalera: string | undefined =
  library === undefined ? 'libgalera_smm.so is not here (Debian, Ubuntu: apt-get install galera-4)' : undefined;

/** A node: its URL, without a database, and a way to kill it as a crash would. */
export interface GaleraNode {
  /** `mysql://root@127.0.0.1:PORT/` */
  url: string;
  kill(): Promise<void>;
}

/** Two servers that replicate to each other synchronously; nothing of them survives `stop()`. */
export interface Galera {
  nodes: [GaleraNode, GaleraNode];
  stop(): Promise<void>;
}

interface Start {
  folder: string;
  port: number;
  /** where the other nodes reach this one */
  listen: number;
}

const mostStarts = 3;

/**
 * Starts a cluster of two nodes in new temporary folders on free ports of 127.0.0.1, and waits until both are in sync.
 * Begins anew, twice at most, when a node does not join: seen rarely on a busy machine ("Will never receive state"), before
 * any test has asked it for anything. Throws an Error with the last lines of a server's log when none of that helps.
 */
export async function startGalera(): Promise<Galera> {
  for (let start = 1; ; start += 1) {
    try {
      return await startCluster();
    } catch (error) {
      if (start === mostStarts) throw error;
    }
  }
}

async function startCluster(): Promise<Galera> {
  const programs = await mariaDbPrograms();
  const root = await mkdtemp(join(tmpdir(), 'funnels-galera-'));
  const running: ServerProcess[] = [];
  const stop = async (): Promise<void> => {
    // The second one first: a node that is left alone without a goodbye would wait for the other to come back.
    for (const server of running.toReversed()) await terminate(server);
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const places: [Start, Start] = [await placeFor(root, 'one'), await placeFor(root, 'two')];
    const [first, second] = places;
    await installData(programs.installDb, first.folder);
    await writeFile(join(root, 'wsrep_sst_same'), transferProgram, { mode: 0o755 });
    const env = { ...process.env, PATH: `${root}:${process.env.PATH}` };
    // Both begin with the same data at the same place of the same history: those of a cluster of one that was shut down.
    await terminate(await launch(programs.server, first.folder, first.port, { options: optionsOf(first), env }));
    await cp(first.folder, second.folder, { recursive: true });
    running.push(await launch(programs.server, first.folder, first.port, { options: optionsOf(first), env }));
    running.push(await launch(programs.server, second.folder, second.port, { options: optionsOf(second, first), env }));
    const nodeOf = ({ port }: Start, index: number): GaleraNode => ({
      url: `mysql://root@127.0.0.1:${port}/`,
      async kill() {
        running[index]?.child.kill('SIGKILL');
        await running[index]?.ended;
      },
    });
    return { nodes: [nodeOf(first, 0), nodeOf(second, 1)], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function placeFor(root: string, name: string): Promise<Start> {
  const folder = join(root, name);
  await mkdir(folder);
  return { folder, port: await freePort(), listen: await freePort() };
}

/**
 * The program that would send a copy of all data to a node that joins. Nothing has to be sent, so this one only says
 * what the servers expect to read: where the joining node listens, and from where on it needs the history.
 */
const transferProgram = `#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    --role) role=$2 ;;
    --gtid) gtid=$2 ;;
    --address) address=$2 ;;
    --datadir) folder=$2 ;;
  esac
  shift
done
if [ "$role" = joiner ]; then
  echo "ready $address/same"
  awk '/^uuid:/ { uuid = $2 } /^seqno:/ { print uuid ":" $2 }' "$folder/grastate.dat"
else
  echo continue
  echo "done $gtid"
fi
`;

function optionsOf(own: Start, peer?: Start): string[] {
  const provider = [
    `gmcast.listen_addr=tcp://127.0.0.1:${own.listen}`,
    `base_port=${own.listen}`,
    'gcache.size=16M',
    // Alone or not, a node goes on: the tests kill the other one.
    'pc.ignore_sb=true',
  ];
  return [
    '--wsrep-on=ON',
    `--wsrep-provider=${library}`,
    '--wsrep-cluster-name=funnels-tests',
    `--wsrep-cluster-address=gcomm://${peer === undefined ? '' : `127.0.0.1:${peer.listen}`}`,
    `--wsrep-node-address=127.0.0.1:${own.listen}`,
    `--wsrep-provider-options=${provider.join(';')}`,
    '--wsrep-sst-method=same',
    '--binlog-format=ROW',
    '--innodb-autoinc-lock-mode=2',
  ];
}
