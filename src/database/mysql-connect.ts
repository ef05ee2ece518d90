import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { checkServerIdentity, type TLSSocket } from 'node:tls';
import { createConnection, type Connection as DriverConnection } from 'mysql2';
import type { Connection } from 'mysql2/promise';
import { messageOf, sentence } from '../errors.ts';
import { DatabaseProblem } from './database.ts';
import { connectionOptions, type MysqlTarget } from './mysql-target.ts';

/** What of the driver's connection has no type and is needed all the same. */
interface Inner extends DriverConnection {
  stream: Socket | TLSSocket;
  startTLS(onSecure: (error?: Error) => void): void;
}

/** The code of an error for a listener that greets as no MySQL server does. */
export const notMysql = 'NOT_MYSQL';

/**
 * Connects and logs in. Rejects with the driver's error: with `tlsCode` (Node's code) when the server's certificate is
 * not to be trusted, with the code `NOT_MYSQL` when something else listens there, with the reason of `signal` when that
 * was aborted before.
 */
export async function connectTo(target: MysqlTarget, signal: AbortSignal): Promise<Connection> {
  const ca = target.tlsCaFile === undefined ? undefined : await readAuthorities(target.tlsCaFile);
  signal.throwIfAborted();
  const inner = createConnection(connectionOptions(target, ca)) as Inner;
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  const giveUp = (): void => fail(signal.reason);
  const fail = (error: unknown): void => {
    reject(error);
    inner.destroy();
    inner.stream.destroy();
  };
  // A second error, of the stream that is ended after the first, has nobody else to tell.
  inner.on('error', reject).once('connect', () => resolve(inner.promise()));
  signal.addEventListener('abort', giveUp, { once: true });
  listenForGreeting(inner.stream, () =>
    fail(Object.assign(new Error('what answers there is no MariaDB or MySQL server'), { code: notMysql, fatal: true })),
  );
  checkCertificates(inner, target);
  return promise.finally(() => signal.removeEventListener('abort', giveUp));
}

async function readAuthorities(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const what = sentence(`The file of database.tlsCaFile cannot be read: ${messageOf(error)}`);
    throw new DatabaseProblem('other', 'configuration', what, { cause: error });
  }
}

/** Protocol 10, as every server greets since 1998, or an error (too many connections), in the first packet. */
function isGreeting(start: Buffer): boolean {
  return start[2] === 0 && start[3] === 0 && (start[4] === 10 || start[4] === 0xff);
}

/** Lets the driver read only what begins as a server's greeting: it takes anything else for packets out of order. */
function listenForGreeting(stream: Socket, refuse: () => void): void {
  const listeners = stream.listeners('data') as ((data: Buffer) => void)[];
  stream.removeAllListeners('data');
  let start: Buffer = Buffer.alloc(0);
  const take = (data: Buffer): void => {
    start = Buffer.concat([start, data]);
    if (start.length < 5) return;
    stream.off('data', take);
    if (!isGreeting(start)) {
      refuse();
      return;
    }
    for (const listener of listeners) stream.on('data', listener);
    stream.emit('data', start);
  };
  stream.on('data', take);
}

/**
 * Has the server's certificate compared with the host that was asked for, be that a name or an address, before anything
 * secret is sent; and keeps Node's code of what is wrong with it, in place of which the driver puts its own.
 */
function checkCertificates(inner: Inner, { ssl, host }: MysqlTarget): void {
  const startTls = inner.startTLS.bind(inner);
  inner.startTLS = (onSecure) =>
    startTls((error) => {
      const isVerified = error === undefined && ssl === 'verify';
      const fault = isVerified ? checkServerIdentity(host, peerOf(inner.stream)) : error;
      if (fault === undefined) return onSecure();
      const tlsCode = 'code' in fault ? String(fault.code) : '';
      onSecure(Object.assign(new Error(fault.message, { cause: fault }), { tlsCode }));
    });
}

function peerOf(stream: Socket | TLSSocket): ReturnType<TLSSocket['getPeerCertificate']> {
  return (stream as TLSSocket).getPeerCertificate(true);
}

/**
 * Ends a connection without waiting for the server. The driver only says goodbye, which nobody hears where the network
 * swallows everything: the socket would keep the process until TCP gives up.
 */
export function cut(connection: Connection): void {
  connection.destroy();
  const { stream } = (connection as unknown as { connection: { stream?: { destroy(): void } } }).connection;
  stream?.destroy();
}
