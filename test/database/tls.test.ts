import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { waitForDatabase } from '../../src/database/wait.ts';
import { certificates } from '../support/certificates.ts';
import { type PrivateMariaDb, startPrivateMariaDb } from '../support/private-mariadb.ts';
import { open, rejection } from './opened.ts';

let server: PrivateMariaDb;
let folder: string;
let root: Connection;
let tlsCaFile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funnels-tls-'));
  tlsCaFile = join(folder, 'ca.pem');
  await writeFile(tlsCaFile, certificates.authority);
  await writeFile(join(folder, 'key.pem'), certificates.key);
  await writeFile(join(folder, 'server.pem'), certificates.forAddress);
  server = await startPrivateMariaDb([
    `--ssl-cert=${join(folder, 'server.pem')}`,
    `--ssl-key=${join(folder, 'key.pem')}`,
  ]);
  root = await createConnection({ uri: server.url });
  await root.query('CREATE DATABASE site');
});

afterAll(async () => {
  await root?.end();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Has the server show another certificate from now on. */
async function show(certificate: string): Promise<void> {
  await writeFile(join(folder, 'server.pem'), certificate);
  await root.query('FLUSH SSL');
}

interface Way {
  host?: string;
  options?: string;
  login?: string;
  ca?: boolean;
}

const urlOf = ({ host = '127.0.0.1', options = '?ssl=true', login = 'root' }: Way): string =>
  `mysql://${login}@${host}:${server.port}/site${options}`;

/** Whether the connection that is made is encrypted. */
async function isEncrypted(way: Way): Promise<boolean> {
  const database = open(urlOf(way), 'read-only', way.ca === false ? {} : { tlsCaFile });
  try {
    const [row] = await database.query<{ Value: string }>("SHOW STATUS LIKE 'Ssl_cipher'");
    return row?.Value !== '';
  } finally {
    await database.close();
  }
}

/** The refusal; `migrate --wait` does not wait for it to pass either. */
async function refusal(way: Way): Promise<{ kind: string; message: string; hint: string }> {
  const database = open(urlOf(way), 'read-only', way.ca === false ? {} : { tlsCaFile });
  const startedAt = performance.now();
  const problem = await rejection(waitForDatabase(database, 30));
  await database.close();
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  return problem as { kind: string; message: string; hint: string };
}

describe('an encrypted connection', () => {
  it('is made to a server whose authority is in tlsCaFile, by address and by name', async () => {
    await show(certificates.forAddress);
    expect(await isEncrypted({})).toBe(true);
    await show(certificates.forName);
    expect(await isEncrypted({ host: 'localhost' })).toBe(true);
    expect(await isEncrypted({ options: '' })).toBe(false);
    expect(await isEncrypted({ options: '?ssl=skip-verify', ca: false })).toBe(true);
  });

  it.each<[string, keyof typeof certificates, Way, RegExp, RegExp]>([
    ['by an unknown authority', 'forAddress', { ca: false }, /authority that is not known/, /tlsCaFile/],
    ['that has expired', 'expired', {}, /has expired/, /[Rr]enew/],
    ['for a name, not the address that was asked for', 'forName', {}, /for another host/, /host that the certificate/],
    [
      'for an address, not the name',
      'forAddress',
      { host: 'localhost' },
      /for another host.*localhost/,
      /database\.url/,
    ],
  ])('is refused to one with a certificate %s: 78, at once', async (_, certificate, way, message, hint) => {
    await show(certificates[certificate]);
    expect(await refusal(way)).toMatchObject({
      kind: 'configuration',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  it('sends nothing secret before the certificate was looked at', async () => {
    await show(certificates.forName);
    await root.query("CREATE OR REPLACE USER counted@'%' IDENTIFIED BY 'secret'");
    const attempts = async (): Promise<unknown> => {
      const [rows] = await root.query("SHOW GLOBAL STATUS LIKE 'Access_denied_errors'");
      return rows;
    };
    const before = await attempts();
    await refusal({ login: 'counted:wrong' });
    expect(await attempts()).toEqual(before);
  });
});

describe('a login', () => {
  it('over the open that the account may make only over TLS is refused with what to do', async () => {
    await root.query("CREATE OR REPLACE USER secure@'%' IDENTIFIED BY 'x' REQUIRE SSL");
    await root.query("GRANT SELECT ON site.* TO secure@'%'");
    expect(await refusal({ login: 'secure:x', options: '' })).toMatchObject({
      kind: 'refused',
      hint: expect.stringContaining('?ssl=true'),
    });
    await show(certificates.forAddress);
    expect(await isEncrypted({ login: 'secure:x' })).toBe(true);
  });

  it('to a server that takes encrypted connections only says how to make one', async () => {
    await root.query('SET GLOBAL require_secure_transport = 1');
    onTestFinished(async () => {
      await root.query('SET GLOBAL require_secure_transport = 0');
    });
    expect(await refusal({ options: '' })).toMatchObject({
      kind: 'refused',
      hint: expect.stringContaining('add ?ssl=true to database.url'),
    });
  });

  it('with a certificate of its own is refused with what it is about', async () => {
    await show(certificates.forAddress);
    await root.query("CREATE OR REPLACE USER certified@'%' IDENTIFIED BY 'x' REQUIRE X509");
    expect(await refusal({ login: 'certified:x' })).toMatchObject({
      kind: 'refused',
      hint: expect.stringContaining('REQUIRE X509'),
    });
  });

  it('by a method that the driver does not know names the method', async () => {
    const [plugins] = await root.query("SELECT 1 FROM mysql.plugin WHERE name = 'ed25519'");
    if ((plugins as unknown[]).length === 0) await root.query("INSTALL SONAME 'auth_ed25519'");
    await root.query("CREATE OR REPLACE USER modern@'%' IDENTIFIED VIA ed25519 USING PASSWORD('x')");
    const problem = await refusal({ login: 'modern:x', options: '' });
    expect(problem).toMatchObject({ kind: 'refused', hint: expect.stringContaining('mysql_native_password') });
    expect(problem.message).toMatch(/\(client_ed25519\)\.$/);
    expect(problem.message).not.toContain('TODO');
  });
});

describe('a listener that is no MySQL server', () => {
  /** Something that says this to whoever connects. */
  async function listenerSaying(greeting: string | Buffer, pieces = 1): Promise<number> {
    const text = Buffer.from(greeting);
    const listener: Server = createServer((socket: Socket) => {
      socket.on('error', () => undefined);
      const size = Math.ceil(text.length / pieces);
      for (let at = 0; at < text.length; at += size) socket.write(text.subarray(at, at + size));
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void listener.close());
    return (listener.address() as { port: number }).port;
  }

  it.each([
    ['a mail server', '220 mail.example ESMTP ready\r\n', 1],
    ['a mail server, piece by piece', '220 mail.example ESMTP ready\r\n', 28],
    ['an SSH server', 'SSH-2.0-OpenSSH_9.2\r\n', 1],
    ['a web server', 'HTTP/1.1 400 Bad Request\r\n\r\n', 1],
    ['the X protocol of MySQL', Buffer.from([5, 0, 0, 0, 11, 8, 5, 26, 0]), 1],
  ])('(%s) is called that: 78, at once', async (_, greeting, pieces) => {
    const port = await listenerSaying(greeting, pieces);
    const database = open(`mysql://root@127.0.0.1:${port}/site`);
    expect(await rejection(waitForDatabase(database, 30))).toMatchObject({
      kind: 'configuration',
      message: `What answers at 127.0.0.1:${port} is no MariaDB or MySQL server.`,
    });
    await database.close();
  });
});
