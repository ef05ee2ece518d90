import { loadSettings } from '../../src/config/load.ts';
import type { Settings } from '../../src/config/settings.ts';

/** The settings that these variables give, and nothing else: neither a file of the machine nor this process's variables. */
export async function settingsFrom(variables: Record<string, string>): Promise<Settings> {
  const readFile = () => Promise.reject(Object.assign(new Error('no file'), { code: 'ENOENT' }));
  return (await loadSettings({ flag: undefined, environment: variables, cwd: '/', readFile })).settings;
}
