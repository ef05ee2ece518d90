import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { mariaDbPrograms } from './mariadb-programs.ts';
import { findProgram, lastLines, runLogged } from './programs.ts';

/** A MariaDB server of the test run's own; nothing of it survives `stop()`. */
export type PrivateMariaDb = {
  /** `mysql://root@127.0.0.1:PORT/`, no database, no password */
  url: string;
  port: number;
  /** path of its unix socket */
  socket: string;
  /** Ends the server (SIGTERM, SIGKILL after 10 s) and removes its folder. */
  stop(): Promise<void>;
  /** Ends the server, unless it has ended, and starts it again on the same data and port. */
  restart(): Promise<void>;
  /** Sends a signal; for SIGKILL and SIGTERM waits until the process has ended. The data stays. */
  kill(signal: NodeJS.Signals): Promise<void>;
};

/** A server process that was started here. */
export type ServerProcess = { child: ChildProcess; ended: Promise<void> };

const startSeconds = 60;

/** A port of 127.0.0.1 on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function hasEnded({ child }: ServerProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function answers(port: number): Promise<boolean> {
  try {
    const connection = await createConnection({ host: '127.0.0.1', port, user: 'root', connectTimeout: 2000 });
    await connection.query('SELECT 1');
    await connection.end();
    return true;
  } catch {
    return false;
  }
}

// Root must be named or the server refuses to run as root; anybody else runs it as himself.
function userOption(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}

/** Ends a server: SIGTERM, and SIGKILL after 10 s. */
export async function terminate(server: ServerProcess): Promise<void> {
  if (hasEnded(server)) return;
  // A stopped process (SIGSTOP) would keep the SIGTERM pending for ever.
  server.child.kill('SIGCONT');
  server.child.kill('SIGTERM');
  const patience = new AbortController();
  const killer = delay(10_000, undefined, { signal: patience.signal }).then(
    () => server.child.kill('SIGKILL'),
    () => false,
  );
  await server.ended;
  patience.abort();
  await killer;
}

/** Starts a server on the data in `folder` and waits until it answers queries; with further options if need be. */
export async function launch(
  program: string,
  folder: string,
  port: number,
  { options = [], env = process.env }: { options?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
): Promise<ServerProcess> {
  const log = join(folder, 'server.log');
  const output = openSync(log, 'a');
  const args = [
    '--no-defaults',
    ...userOption(),
    `--datadir=${join(folder, 'data')}`,
    `--socket=${join(folder, 'server.sock')}`,
    `--pid-file=${join(folder, 'server.pid')}`,
    `--tmpdir=${folder}`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    '--skip-name-resolve',
    '--skip-log-bin',
    '--sync-binlog=0',
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-buffer-pool-size=64M',
    '--innodb-log-file-size=16M',
    '--key-buffer-size=1M',
    '--performance-schema=OFF',
    '--max-connections=200',
    ...options,
  ];
  // Where it exists, setpriv has the kernel end the server even when the test process is killed with SIGKILL.
  const setpriv = process.platform === 'linux' ? findProgram('setpriv') : undefined;
  const command = setpriv === undefined ? [program] : [setpriv, '--pdeathsig', 'KILL', '--', program];
  const child = spawn(command[0] as string, [...command.slice(1), ...args], { env, stdio: ['ignore', output, output] });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  }).then(() => {
    process.off('exit', killWithUs);
  });
  const server = { child, ended };

  const deadline = Date.now() + startSeconds * 1000;
  while (!hasEnded(server) && child.pid !== undefined && Date.now() < deadline) {
    if (await answers(port)) {
      if (!hasEnded(server)) return server;
      break;
    }
    await delay(50);
  }
  const how = hasEnded(server) || child.pid === undefined ? 'ended at once' : `gave no answer in ${startSeconds} s`;
  if (child.pid !== undefined) await terminate(server);
  throw new Error(`The private MariaDB server on port ${port} ${how}. Its last lines:\n${lastLines(log)}`);
}

/** Makes the system tables of a new server in `folder`. */
export async function installData(installDb: string, folder: string): Promise<void> {
  const install = ['--no-defaults', ...userOption(), `--datadir=${join(folder, 'data')}`, '--skip-test-db'];
  install.push('--auth-root-authentication-method=normal', '--innodb-log-file-size=16M');
  // A machine may not know its own name; the script would go no further.
  install.push('--force');
  // A starting server deletes the temporary tables it finds; in the common folder they would be another server's.
  install.push(`--tmpdir=${folder}`);
  await runLogged(installDb, install, join(folder, 'install.log'));
}

/**
 * Starts a MariaDB server in a new temporary folder on a free port of 127.0.0.1, with these options besides the usual
 * ones, and waits until it answers.
 * Throws an Error with the last lines of the server's log when it does not start.
 */
export async function startPrivateMariaDb(options: readonly string[] = []): Promise<PrivateMariaDb> {
  const programs = await mariaDbPrograms();
  const folder = await mkdtemp(join(tmpdir(), 'funnels-mariadb-'));
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    await installData(programs.installDb, folder);
    const port = await freePort();
    const start = () => launch(programs.server, folder, port, { options });
    let server = await start();
    return {
      url: `mysql://root@127.0.0.1:${port}/`,
      port,
      socket: join(folder, 'server.sock'),
      async stop() {
        await terminate(server);
        await remove();
      },
      async restart() {
        await terminate(server);
        server = await start();
      },
      async kill(signal) {
        server.child.kill(signal);
        if (signal === 'SIGKILL' || signal === 'SIGTERM') await server.ended;
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
