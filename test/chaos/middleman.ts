import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/** A way to a server on which a network can fail as networks do. */
export interface Middleman {
  /** The same address, by way of the middleman. */
  through(url: string): string;
  /** Connections made so far. */
  connections(): number;
  /** Forwards nothing more in either direction and tells nobody, also on connections that are made from now on. */
  freeze(): void;
  /** Forwards again, what was held up first. */
  thaw(): void;
  /** A connection freezes when its client sends something that fits, before or after the server has seen it. */
  freezeAt(fits: (data: Buffer) => boolean, side?: 'before' | 'after'): void;
  /** Resets every connection; new ones are let through. */
  cut(): void;
  /** Resets every connection and refuses new ones. */
  refuse(): Promise<void>;
  /** Takes connections again, on the same port. */
  accept(): Promise<void>;
  close(): Promise<void>;
}

/** Listens on a free port of this machine and forwards to the server of that URL. */
export async function startMiddleman(target: string): Promise<Middleman> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let isFrozen = false;
  let connections = 0;
  let fits: ((data: Buffer) => boolean) | undefined;
  let freezes: 'before' | 'after' = 'before';

  const server = createServer((client) => {
    connections += 1;
    const upstream = dial(Number(port || 3306), hostname);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const end = (): void => {
      for (const socket of pair) socket.destroy();
      pairs.delete(pair);
    };
    client.on('data', (data: Buffer) => {
      const isLast = fits?.(data) === true;
      if (isLast) for (const socket of pair) socket.pause();
      if (!isLast || freezes === 'after') upstream.write(data);
    });
    upstream.on('data', (data) => client.write(data));
    for (const socket of pair) {
      socket.on('error', end).on('close', end);
      if (isFrozen) socket.pause();
    }
  });
  const listen = async (onPort: number): Promise<number> => {
    server.listen(onPort, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const ownPort = await listen(0);
  const cut = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
    pairs.clear();
  };
  const refuse = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    cut();
    await closed;
  };
  return {
    through(url) {
      const own = new URL(url);
      own.host = `127.0.0.1:${ownPort}`;
      return own.href;
    },
    connections: () => connections,
    freeze() {
      isFrozen = true;
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    thaw() {
      isFrozen = false;
      fits = undefined;
      for (const pair of pairs) for (const socket of pair) socket.resume();
    },
    freezeAt(which, side = 'before') {
      fits = which;
      freezes = side;
    },
    cut,
    refuse,
    accept: async () => {
      await listen(ownPort);
    },
    close: async () => {
      if (server.listening) await refuse();
      else cut();
    },
  };
}
