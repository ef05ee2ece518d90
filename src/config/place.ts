import { access, constants, readFile as readFromDisk } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, Problem } from '../errors.ts';

/** Reads a whole text file; rejects as node:fs does, with a `code`. */
export type ReadFile = (path: string) => Promise<string>;

/** The configuration file in force. */
export interface ConfigFile {
  /** Absolute. */
  path: string;
  /** As it was named, for messages. */
  shown: string;
  content: string;
}

/** The machine's configuration folder, unless FUNNELS_ETC names another one. */
const etcFolder = '/etc/funnels';

/** Why a file could not be read, in words for the common reasons. */
export function whyUnreadable(error: unknown): string {
  const reasons: Record<string, string> = {
    ENOENT: 'it does not exist',
    ENOTDIR: 'a part of its path is no folder',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EISDIR: 'it is a folder',
  };
  return reasons[codeOf(error)] ?? messageOf(error);
}

/** The system's error code, or '' for an error without one. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

export const readText: ReadFile = (path) => readFromDisk(path, 'utf8');

/**
 * Finds and reads the configuration file: the one `flag` names, else the one FUNNELS_CONFIG names, else ./config.yaml,
 * else config.yaml in the folder FUNNELS_ETC names (/etc/funnels), else none. A named file must exist; any file that
 * exists must be readable.
 */
export async function findConfigFile(options: {
  flag: string | undefined;
  variable: string | undefined;
  etc: string | undefined;
  cwd: string;
  readFile: ReadFile;
}): Promise<{ file: ConfigFile | undefined; looked: readonly string[] }> {
  const { flag, variable, etc, cwd, readFile } = options;
  const named = flag ?? (variable === '' ? undefined : variable);
  const places = named === undefined ? ['config.yaml', `${etc || etcFolder}/config.yaml`] : [named];
  for (const shown of places) {
    const path = resolve(cwd, shown);
    try {
      return { file: { path, shown, content: await readFile(path) }, looked: places };
    } catch (error) {
      if (named === undefined && (await isAbsent(path, error))) continue;
      const by = named === undefined ? '' : flag === undefined ? ' (named by FUNNELS_CONFIG)' : ' (named by --config)';
      throw new Problem(
        'configuration',
        `The configuration file ${shown}${by} cannot be read: ${whyUnreadable(error)}.`,
        {
          hint: 'Correct the path or the rights of the file; config.example.yaml is a file to start from.',
          cause: error,
        },
      );
    }
  }
  return { file: undefined, looked: places };
}

/** Whether the error of reading `path` says that there is no such file for us, and not that it may not be read. */
async function isAbsent(path: string, error: unknown): Promise<boolean> {
  if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return true;
  // In a folder that we may not enter (that of the user who called sudo, say) there is no file of ours.
  if (codeOf(error) !== 'EACCES') return false;
  return access(dirname(path), constants.X_OK).then(
    () => false,
    () => true,
  );
}
