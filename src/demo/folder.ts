import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, Problem } from '../errors.ts';
import { configFile, databaseFile, keptConfig } from './settings.ts';

/** Where the demo's database and configuration are. */
export interface DemoFolder {
  path: string;
  database: string;
  /** Writes config.yaml. */
  configure(text: string): Promise<void>;
  /** To be called at the end, whatever that was: removes the folder, or leaves it with a configuration for later. */
  leave(): Promise<void>;
}

/** A new folder among the system's temporary ones. It goes when it is left, and also when the process ends before. */
export async function temporaryFolder(): Promise<DemoFolder> {
  const path = await mkdtemp(join(tmpdir(), 'funnels-demo-')).catch((error: unknown) => {
    throw new Problem('configuration', `The demo cannot make a temporary folder: ${messageOf(error)}.`, {
      cause: error,
      hint: 'Set TMPDIR to a folder that can be written, or name one with --keep DIR.',
    });
  });
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  // A second Ctrl-C ends the process at once, and npm passes the first one on as a second.
  process.once('exit', remove);
  return {
    ...contentsOf(path),
    async leave() {
      remove();
      process.off('exit', remove);
    },
  };
}

/** The folder `path` for good, made if need be. A usage Problem when something is in it already, or it is no folder. */
export async function keptFolder(path: string): Promise<DemoFolder> {
  const hint = 'Name a folder that is empty, or a new one in a folder that is there.';
  try {
    // One level only: below /proc, Node would try to make the folders above for ever.
    await mkdir(path).catch(exceptExisting);
    if ((await readdir(path)).length > 0)
      throw new Problem('usage', `--keep ${path}: the folder is not empty.`, { hint });
  } catch (error) {
    if (error instanceof Problem) throw error;
    const message = `--keep ${path}: the folder cannot be made: ${messageOf(error)}.`;
    throw new Problem('usage', message, { cause: error, hint });
  }
  const contents = contentsOf(path);
  return { ...contents, leave: () => contents.configure(keptConfig()) };
}

function exceptExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

function contentsOf(path: string): Omit<DemoFolder, 'leave'> {
  return {
    path,
    database: join(path, databaseFile),
    configure: (text) => writeFile(join(path, configFile), text, { mode: 0o600 }),
  };
}
