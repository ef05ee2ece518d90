import { randomUUID } from 'node:crypto';
import { open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../config/place.ts';
import { messageOf, Problem, type ProblemKind } from '../errors.ts';

/**
 * Puts `text` into the file `path` at once or not at all: who reads it meanwhile sees the old file or the new one, and
 * a full disk leaves the old one. What is no ordinary file (/dev/stdout, a pipe) is written to as it is. Throws a usage
 * Problem for a path that cannot be a file, a `refused` one without the rights, else a `temporary` one.
 */
export async function writeOutputFile(path: string, text: string): Promise<void> {
  try {
    // What a symbolic link points to is what is replaced, not the link.
    const target = await realpath(path).catch(unlessMissing(path));
    const known = await stat(target).catch(unlessMissing(undefined));
    if (known?.isDirectory() === true || /[/\\]$/.test(path)) throw isFolder(path);
    if (known !== undefined && !known.isFile()) await writeFile(target, text);
    else await replace(target, text, known?.mode);
  } catch (error) {
    throw error instanceof Problem ? error : cannotWrite(path, error);
  }
}

async function replace(target: string, text: string, mode: number | undefined): Promise<void> {
  const draft = join(dirname(target), `.${basename(target).slice(0, 100)}.${randomUUID()}.tmp`);
  try {
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(text);
      if (mode !== undefined) await file.chmod(mode & 0o777);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function unlessMissing<Value>(instead: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
}

function isFolder(path: string): Problem {
  return new Problem('usage', `--output ${path}: this is a folder.`, {
    hint: `Name a file in it, for example: --output ${join(path, 'report.html')}`,
  });
}

/** Why, and whose it is to mend; anything not listed may pass by itself. */
const reasons: Record<string, [kind: ProblemKind, why: string]> = {
  ENOENT: ['usage', 'its folder does not exist'],
  ENOTDIR: ['usage', 'a part of its path is no folder'],
  ENAMETOOLONG: ['usage', 'the name is too long'],
  ELOOP: ['usage', 'its symbolic links lead in a circle'],
  EACCES: ['refused', 'permission denied'],
  EPERM: ['refused', 'permission denied'],
  EROFS: ['refused', 'the file system is read-only'],
  ENOSPC: ['temporary', 'the disk is full'],
  EDQUOT: ['temporary', 'the disk quota is used up'],
};

function cannotWrite(path: string, error: unknown): Problem {
  const [kind, why] = reasons[codeOf(error)] ?? ['temporary', messageOf(error)];
  return new Problem(kind, `--output ${path} cannot be written: ${why}.`, {
    cause: error,
    hint: 'Name a file in a folder that is there and that you may write to; --output - prints instead.',
  });
}
