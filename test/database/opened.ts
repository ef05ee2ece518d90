import { connect } from 'node:net';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open.ts';

/** The database settings of a test: the defaults, with shorter limits where a test asks for them. */
export interface Limits {
  tlsCaFile?: string;
  timezone?: string;
  connectTimeoutSeconds?: number;
  statementTimeoutSeconds?: number;
}

/** Opens what the URL names, as the commands do. */
export function open(
  url: string,
  access: 'read-only' | 'read-write' = 'read-write',
  limits: Limits = {},
  options: { create?: boolean } = {},
): Database {
  const { tlsCaFile, timezone, connectTimeoutSeconds = 10, statementTimeoutSeconds = 60 } = limits;
  const location = parseDatabaseUrl(url);
  return openDatabase(
    { location, tlsCaFile, timezone, connectTimeoutSeconds, statementTimeoutSeconds },
    access,
    options,
  );
}

/** What a promise was rejected with; fails the test when it was not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const nothing = Symbol('resolved');
  const outcome = await promise.then(
    () => nothing,
    (error: unknown) => error,
  );
  if (outcome === nothing) throw new Error('This was expected to be refused, but it succeeded.');
  return outcome;
}

/** Asks until the answer is true; the test's own time limit ends it. */
export async function until(question: () => Promise<boolean>): Promise<void> {
  while (!(await question())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** A promise and the function that resolves it. */
export function signal(): { given: Promise<void>; give: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { given: promise, give: resolve };
}

/** A port of this machine on which nobody listens. */
export async function closedPort(): Promise<number> {
  for (let port = 1; ; port += 1) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      }).on('error', () => resolve(false));
    });
    if (!isOpen) return port;
  }
}
