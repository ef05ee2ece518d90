import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Problem } from '../errors.ts';
import { NotText, type ReadFile } from './text-file.ts';

/** The configuration file in force. */
export interface ConfigFile {
  /** Absolute. */
  path: string;
  /** As it was named, for messages. */
  shown: string;
  content: string;
  /** everybody on the machine may read it */
  isPublic: boolean;
}

/** The configuration file, if there is one, and the places that were looked in. */
export interface FoundConfigFile {
  file: ConfigFile | undefined;
  looked: readonly string[];
  /** places in folders that this account may not look into */
  closed: readonly string[];
}

/** The machine's configuration folder, unless FUNNELS_ETC names another one. */
const etcFolder = '/etc/funnels';

const missing = ['ENOENT', 'ENOTDIR'];

/** Why a file could not be read, in words for the common reasons; never repeats the path. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof NotText) return error.message;
  const reasons: Record<string, string> = {
    ENOENT: 'it does not exist',
    ENOTDIR: 'a part of its path is no folder',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EISDIR: 'it is a folder',
    ENAMETOOLONG: 'no path is that long',
  };
  const code = codeOf(error);
  return reasons[code] ?? (code === '' ? 'the system gave no reason' : `the system says ${code}`);
}

/** The system's error code, or '' for an error without one. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/**
 * Finds and reads the configuration file: the one `flag` names, else the one FUNNELS_CONFIG names, else ./config.yaml,
 * else config.yaml in the folder FUNNELS_ETC names (/etc/funnels), else none. A named file must exist; any file that
 * exists must be readable. A folder that may not be looked into has none for this account, which `closed` says.
 */
export async function findConfigFile(options: {
  flag: string | undefined;
  variable: string | undefined;
  etc: string | undefined;
  cwd: string;
  readFile: ReadFile;
}): Promise<FoundConfigFile> {
  const { flag, variable, etc, cwd, readFile } = options;
  const read = async (shown: string): Promise<ConfigFile> => {
    const path = resolve(cwd, shown);
    const { text, isPublic } = await readFile(path);
    return { path, shown, content: text, isPublic };
  };
  const named = flag ?? (variable === '' ? undefined : variable);
  if (named !== undefined) {
    const file = await read(named).catch((error) => {
      throw unreadableNamed(named, flag === undefined ? 'FUNNELS_CONFIG' : '--config', error);
    });
    return { file, looked: [named], closed: [] };
  }
  const looked = ['config.yaml', `${etc || etcFolder}/config.yaml`];
  const closed: string[] = [];
  for (const shown of looked) {
    try {
      return { file: await read(shown), looked, closed };
    } catch (error) {
      if (codeOf(error) === 'EACCES' && (await isHidden(resolve(cwd, shown)))) closed.push(shown);
      else if (!missing.includes(codeOf(error))) throw unreadable(shown, error);
    }
  }
  return { file: undefined, looked, closed };
}

/** Whether not even the file's existence may be known. */
async function isHidden(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    () => true,
  );
}

/**
 * What is spelled like a path of YAML, or names something that is there, is shown; anything else may be a secret that was
 * put in the wrong place.
 */
function unreadableNamed(named: string, by: string, error: unknown): Problem {
  const isThere = ['EACCES', 'EPERM', 'EISDIR'].includes(codeOf(error)) || error instanceof NotText;
  const isSpelledLikeOne = /^[^:@]+\.ya?ml$/i.test(named);
  if (isThere || isSpelledLikeOne) return unreadable(`${named} (named by ${by})`, error);
  return new Problem(
    'configuration',
    `The configuration file that ${by} names cannot be read: ${whyUnreadable(error)}.`,
    { hint: `${by} takes the path of a YAML file, such as ./config.yaml.` },
  );
}

function unreadable(shown: string, error: unknown): Problem {
  return new Problem('configuration', `The configuration file ${shown} cannot be read: ${whyUnreadable(error)}.`, {
    hint: 'Correct the path, the file or its rights; a file to start from: funnels config example',
  });
}
