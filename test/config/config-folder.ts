import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type LoadedSettings, loadSettings } from '../../src/config/load.ts';
import { readTextFile, type TextFile } from '../../src/config/text-file.ts';
import { Problem } from '../../src/errors.ts';

/** A folder of the running test, with these files in it; removed when the test ends. */
export function folderWith(files: Record<string, string | Uint8Array> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'funnels-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o600 });
  return folder;
}

/** Loads in a folder whose config.yaml is `yaml` (none when undefined). The file of the machine is never looked at. */
export function loadYaml(yaml: string | undefined, environment: Record<string, string> = {}): Promise<LoadedSettings> {
  const cwd = folderWith(yaml === undefined ? {} : { 'config.yaml': yaml });
  return loadSettings({ flag: undefined, environment, cwd, readFile: readAllButEtc });
}

async function readAllButEtc(path: string): Promise<TextFile> {
  if (path.startsWith('/etc/funnels')) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  return readTextFile(path);
}

/** The Problem that loading ends in; fails when it does not, or ends in anything else. */
export async function problemOf(loading: Promise<unknown>): Promise<Problem> {
  const outcome = await loading.then(
    () => 'loaded',
    (error: unknown) => error,
  );
  if (outcome instanceof Problem) return outcome;
  throw new Error(`expected a Problem, got ${String(outcome)}`);
}

/** The lines of that Problem's message. */
export async function complaintsOf(loading: Promise<unknown>): Promise<string[]> {
  return (await problemOf(loading)).message.split('\n');
}

export const url = 'mysql://funnels:hunter2@db.example:3307/testizer';
export const withUrl = { FUNNELS_DATABASE_URL: url };
