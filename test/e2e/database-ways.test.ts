import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requirePrograms } from '../support/debian-package.ts';
import { type PrivateMariaDb, startPrivateMariaDb } from '../support/private-mariadb.ts';
import { runFunnels } from '../support/program.ts';
import { runLogged } from '../support/programs.ts';

let folder: string;
let server: PrivateMariaDb;

/** A certificate for 127.0.0.1, and the authority that signed it. */
async function makeCertificates(): Promise<void> {
  const [program = ''] = await requirePrograms([['openssl']], {
    packages: ['openssl'],
    purpose: 'The tests make certificates',
    otherwise: 'put openssl on the PATH',
  });
  const ssl = (line: string): Promise<void> => runLogged(program, line.split(' '), join(folder, 'openssl.log'));
  const at = (name: string): string => join(folder, name);
  const key = ['-newkey rsa:2048 -nodes', '-keyout'].join(' ');
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1\n');
  await ssl(`req -x509 ${key} ${at('ca-key.pem')} -out ${at('ca.pem')} -days 3 -subj /CN=authority`);
  await ssl(`req ${key} ${at('key.pem')} -out ${at('request.pem')} -subj /CN=server`);
  const signed = `-CA ${at('ca.pem')} -CAkey ${at('ca-key.pem')} -CAcreateserial -extfile ${at('names')}`;
  await ssl(`x509 -req -in ${at('request.pem')} ${signed} -days 3 -out ${at('cert.pem')}`);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'funnels-tls-'));
  await makeCertificates();
  const files = { cert: 'cert.pem', key: 'key.pem', ca: 'ca.pem' };
  server = await startPrivateMariaDb(
    Object.entries(files).map(([option, file]) => `--ssl-${option}=${join(folder, file)}`),
  );
  const admin = await createConnection({ uri: server.url });
  await admin.query('CREATE DATABASE funnels');
  await admin.query("CREATE USER 'over_tls'@'%' IDENTIFIED BY 'secret' REQUIRE SSL");
  await admin.query("GRANT ALL ON funnels.* TO 'over_tls'@'%'");
  await admin.query("CREATE USER 'socket'@'localhost' IDENTIFIED BY 'secret'");
  await admin.query("GRANT ALL ON funnels.* TO 'socket'@'localhost'");
  await admin.end();
});

afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the program', () => {
  // Each runtime has its own numbers for this, and no server has been asked.
  it('says of a host whose name has no address that it cannot be reached', async () => {
    const environment = { FUNNELS_DATABASE_URL: 'mysql://g:pw@nohost.invalid/fun' };
    const { code, stderr } = await runFunnels(['migrate', 'status'], { environment });
    expect(stderr).toMatch(/cannot be reached: the name nohost\.invalid (has no address|could not be looked up)/);
    expect(code).toBe(75);
  });
});

describe('the program reaches a database', () => {
  const status = (url: string, environment: Record<string, string> = {}) =>
    runFunnels(['migrate', 'status'], { environment: { FUNNELS_DATABASE_URL: url, ...environment } });
  const overTls = (ssl: string): string => `mysql://over_tls:secret@127.0.0.1:${server.port}/funnels${ssl}`;

  it('over TLS: checked against its authority, or unchecked if told so, and else not', async () => {
    const authority = { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
    const [known, unchecked, unknown, plain] = await Promise.all([
      status(overTls('?ssl=true'), authority),
      status(overTls('?ssl=skip-verify')),
      status(overTls('?ssl=true')),
      status(overTls('')),
    ]);
    expect(known).toMatchObject({ code: 0, stderr: '' });
    expect(unchecked).toMatchObject({ code: 0, stderr: '' });
    expect(unknown).toMatchObject({ code: 78, stdout: '', stderr: expect.stringMatching(/self.signed certificate/) });
    expect(plain).toMatchObject({ code: 77, stdout: '' });
  });

  it('over a unix socket', async () => {
    const url = (path: string): string =>
      `mysql://socket:secret@localhost/funnels?socketPath=${encodeURIComponent(path)}`;
    expect(await status(url(server.socket))).toMatchObject({ code: 0, stderr: '' });
    const { code, stderr } = await status(url(`${server.socket}-not`));
    expect(code).toBe(75);
    expect(stderr).toContain(`${server.socket}-not`);
  });
});
