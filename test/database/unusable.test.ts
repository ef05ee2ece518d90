import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkServerVersion } from '../../src/database/mysql-target.ts';
import { createMysqlDatabase, type TestDatabase } from '../support/test-databases.ts';
import { closedPort, type Limits, open, rejection } from './opened.ts';

const password = 'p4ss-w0rd-not-to-be-told';

/** The Problem that the first statement on a database meets. */
async function problemAt(url: string, limits: Limits = {}): Promise<unknown> {
  const database = open(url, 'read-write', limits);
  try {
    return await rejection(database.query('SELECT 1'));
  } finally {
    await database.close();
  }
}

function told(problem: unknown): string {
  const { message, hint = '' } = problem as { message: string; hint?: string };
  return `${message}\n${hint}`;
}

/** Listens on a free port of this machine; the caller closes it. */
async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('a MariaDB or MySQL server', () => {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await createMysqlDatabase();
  });

  afterEach(() => place.drop());

  it('that is down can be tried again later', async () => {
    const port = await closedPort();
    const problem = await problemAt(`mysql://reader:${password}@127.0.0.1:${port}/funnels`);
    expect(problem).toMatchObject({ kind: 'temporary', reason: 'unreachable' });
    expect(told(problem)).toContain(`The database funnels at 127.0.0.1:${port} (as reader) cannot be reached`);
    expect(told(problem)).not.toContain(password);
  });

  // A minimal machine may not know the name.
  it.skipIf(!existsSync('/etc/hosts'))('that is down under a name with several addresses says so too', async () => {
    const port = await closedPort();
    const problem = await problemAt(`mysql://reader:${password}@localhost:${port}/funnels`);
    expect(problem).toMatchObject({ kind: 'temporary' });
    expect(told(problem)).toMatch(new RegExp(`localhost:${port}.*ECONNREFUSED`));
  });

  it('whose socket is not there can be tried again later', async () => {
    const problem = await problemAt(`mysql://reader:${password}@localhost/funnels?socketPath=/nowhere/mysql.sock`);
    expect(problem).toMatchObject({ kind: 'temporary', message: expect.stringContaining('/nowhere/mysql.sock') });
  });

  it('on a host that does not exist is named', async () => {
    const problem = await problemAt(`mysql://reader:${password}@no-such-host.invalid/funnels`);
    expect(problem).toMatchObject({ kind: 'temporary' });
    expect(told(problem)).toContain('no-such-host.invalid:3306');
    expect(told(problem)).toMatch(
      /cannot be reached: the name no-such-host\.invalid (has no address|could not be looked up)/,
    );
    expect(told(problem)).not.toContain(password);
  });

  it('that does not know the account refuses it', async () => {
    const url = new URL(place.url);
    url.username = 'stranger';
    url.password = password;
    const problem = await problemAt(url.href);
    expect(problem).toMatchObject({ kind: 'refused', reason: 'denied' });
    expect(told(problem)).toContain('stranger');
    expect(told(problem)).not.toContain(password);
  });

  it('without that database is wrongly configured', async () => {
    const url = new URL(place.url);
    url.pathname = '/no_such_database';
    const problem = await problemAt(url.href);
    expect(problem).toMatchObject({ kind: 'configuration' });
    expect(told(problem)).toContain('no_such_database');
    expect(told(problem)).toContain('database.url');
  });

  it('that takes the connection and never speaks is given up after connectTimeoutSeconds', async () => {
    const silent = createServer();
    const port = await listening(silent);
    try {
      const problem = await problemAt(`mysql://reader:${password}@127.0.0.1:${port}/funnels`, {
        connectTimeoutSeconds: 1,
      });
      expect(problem).toMatchObject({ kind: 'temporary', message: expect.stringContaining(`127.0.0.1:${port}`) });
    } finally {
      silent.close();
    }
  });

  it.each([
    ['5.7.44-log', 'MySQL 5.7.44-log'],
    ['8.0.15', 'MySQL 8.0.15'],
    ['5.5.5-10.5.29-MariaDB', 'MariaDB 10.5.29-MariaDB'],
    ['10.5.29-MariaDB-log', 'MariaDB 10.5.29-MariaDB-log'],
  ])('of version %s is refused as too old', async (version, name) => {
    const server = await serverOfVersion(version);
    try {
      const problem = await problemAt(`mysql://reader:${password}@127.0.0.1:${server.port}/funnels`);
      expect(problem).toMatchObject({ kind: 'configuration', message: expect.stringContaining('too old') });
      expect(told(problem)).toContain(name);
      expect(told(problem)).toContain('MariaDB 10.6');
    } finally {
      await server.stop();
    }
  });

  it('whose proxy keeps what the session sets to itself is refused, by the names of the variables', async () => {
    const facts = { autocommit: '1', sql_mode: '', tx_isolation: 'REPEATABLE-READ', max_join_size: '5' };
    const server = await serverOfVersion('10.11.6-MariaDB', facts);
    try {
      const problem = await problemAt(`mysql://reader:${password}@127.0.0.1:${server.port}/funnels`);
      expect(problem).toMatchObject({ kind: 'configuration', hint: expect.stringContaining('proxy') });
      expect(told(problem)).toMatch(
        /needs: sql_mode is '' and not STRICT_TRANS_TABLES,.*, max_join_size is 5 and not \d+/,
      );
      expect(told(problem)).toContain('tx_isolation is REPEATABLE-READ and not READ-COMMITTED');
      expect(told(problem)).not.toContain('autocommit');
    } finally {
      await server.stop();
    }
  });

  it.each(['8.0.16', '9.1.0', '10.6.0-MariaDB', '5.5.5-10.11.6-MariaDB-log', '12.0.2-MariaDB'])(
    'of version %s is new enough',
    (version) => {
      expect(checkServerVersion(version, 'It')).toBe(version.includes('MariaDB'));
    },
  );
});

/** A server that takes every SET, and answers every question as if it were for VERSION() and these variables. */
async function serverOfVersion(
  version: string,
  facts: Record<string, string> = {},
): Promise<{ port: number; stop(): Promise<void> }> {
  const server = mysql.createServer((connection) => {
    // The types know less than the driver, and as a server it does not number the packets of each exchange anew (and warns).
    const speaker = connection as unknown as {
      sequenceId: number;
      serverHandshake(greeting: object): void;
      writeOk(): void;
      writeTextResult(rows: object[], columns: object[]): void;
    };
    connection.on('error', () => undefined);
    const greeting = { protocolVersion: 10, serverVersion: version, connectionId: 1, statusFlags: 2 };
    speaker.serverHandshake({ ...greeting, characterSet: 33, capabilityFlags: 0xffffff });
    // So the driver, as a server, calls a SET.
    connection.on('stmt_prepare', () => {
      speaker.sequenceId = 1;
      speaker.writeOk();
    });
    connection.on('query', () => {
      const row = { version, ...facts };
      const columns = Object.keys(row).map((name) => ({
        ...{ catalog: 'def', schema: '', table: '', orgTable: '', name, orgName: '' },
        ...{ characterSet: 33, columnLength: 100, columnType: 253, flags: 0, decimals: 0 },
      }));
      speaker.sequenceId = 1;
      speaker.writeTextResult([row], columns);
    });
  });
  server.listen(0);
  const inner = (server as unknown as { _server: Server })._server;
  if (!inner.listening) await once(inner, 'listening');
  return {
    port: (inner.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => inner.close(() => resolve())),
  };
}

describe('a SQLite file', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'funnels-unusable-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const opening = (path: string, access: 'read-only' | 'read-write', create = false): Promise<unknown> =>
    rejection(
      (async () => {
        const database = open(`sqlite:${path}`, access, {}, { create });
        await database.query('SELECT COUNT(*) FROM sqlite_master').finally(() => database.close());
      })(),
    );

  it.each(['read-only', 'read-write'] as const)('that is missing is not made when opened %s', async (access) => {
    const path = join(folder, 'missing.sqlite');
    const problem = await opening(path, access);
    expect(problem).toMatchObject({ kind: 'configuration' });
    expect(told(problem)).toContain(path);
    expect(told(problem)).toContain('funnels migrate');
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['read-only', 'read-write'] as const)(
    'that holds something else is refused when opened %s',
    async (access) => {
      const path = join(folder, 'letter.sqlite');
      await writeFile(path, 'Dear Sir or Madam, '.repeat(100));
      const problem = await opening(path, access);
      expect(problem).toMatchObject({ kind: 'configuration' });
      expect(told(problem)).toContain(path);
    },
  );

  it.each(['read-only', 'read-write'] as const)('that is a folder is named as one when opened %s', async (access) => {
    const problem = await opening(folder, access, true);
    expect(problem).toMatchObject({ kind: 'configuration', message: `${folder} is a folder and no database file.` });
  });

  it('in a folder that is not there cannot be made', async () => {
    const path = join(folder, 'nowhere', 'funnels.sqlite');
    const problem = await opening(path, 'read-write', true);
    expect(problem).toMatchObject({ kind: 'configuration' });
    expect(told(problem)).toContain(path);
  });

  // A place where not even root can make a file.
  it.runIf(process.platform === 'linux')('in a folder that takes no files cannot be made', async () => {
    const problem = await opening('/proc/self/funnels.sqlite', 'read-write', true);
    expect(problem).toMatchObject({ kind: 'configuration' });
    expect(told(problem)).toContain('/proc/self/funnels.sqlite');
  });

  it('that is missing stands in as an empty database for a preview, and is still not made', async () => {
    const database = open(`sqlite:${join(folder, 'later.sqlite')}`, 'read-only', {}, { create: true });
    expect(await database.query('SELECT name FROM sqlite_master')).toEqual([]);
    await database.close();
    expect(await readdir(folder)).toEqual([]);
  });
});
