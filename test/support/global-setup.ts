import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { TestProject } from 'vitest/node';
import { buildExecutable } from '../../scripts/executable.ts';
import { MissingProgram } from './debian-package.ts';
import { startPrivateMariaDb } from './private-mariadb.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `mysql://…/` of a server on which the tests may create and drop databases named `funnels_test_…` */
    databaseServerUrl: string;
    /** what the tests start as `funnels`: a path, 'sources' or 'deno' */
    program: string;
  }
}

async function checkGivenServer(url: string): Promise<void> {
  const { hostname, port, protocol } = new URL(url);
  if (protocol !== 'mysql:') throw new MissingProgram('FUNNELS_TEST_DATABASE_URL has to start with mysql://');
  try {
    const connection = await createConnection({ uri: url, connectTimeout: 10_000 });
    await connection.end();
  } catch (error) {
    // The URL holds a password: only its host goes into the message.
    const reason = error instanceof AggregateError ? error.errors.map(String).join('; ') : String(error);
    throw new MissingProgram(
      `The server in FUNNELS_TEST_DATABASE_URL (${hostname}:${port || 3306}) does not let us in: ${reason}`,
    );
  }
}

/**
 * Vitest's global setup: the executable (FUNNELS_TEST_PROGRAM, or one that is built now), and one database server for the
 * whole run (FUNNELS_TEST_DATABASE_URL, or a private one). Returns the teardown. Throws when one is not to be had.
 */
export async function setup({ provide }: Pick<TestProject, 'provide'>): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'funnels-program-'));
  const given = process.env.FUNNELS_TEST_PROGRAM;
  const program = given || join(folder, 'funnels');
  provide('program', program);
  const [stop] = await Promise.all([provideServer(provide), given ? undefined : buildExecutable(program)]).catch(
    endRun,
  );
  return async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
}

/** Vitest would say "No test files found" first, and put a stack around what is to be done. */
function endRun(error: unknown): never {
  console.error(error instanceof MissingProgram ? `\n${error.message}` : error);
  process.exit(1);
}

async function provideServer(provide: TestProject['provide']): Promise<() => Promise<void>> {
  const given = process.env.FUNNELS_TEST_DATABASE_URL;
  if (given !== undefined && given !== '') {
    await checkGivenServer(given);
    provide('databaseServerUrl', given);
    return async () => {};
  }
  const server = await startPrivateMariaDb();
  provide('databaseServerUrl', server.url);
  return () => server.stop();
}
