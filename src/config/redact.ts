import { type DatabaseLocation, formatDatabaseUrl } from './database-url.ts';
import { settingKeys } from './keys.ts';
import type { LoadedSettings, Origin } from './load.ts';
import type { Settings } from './settings.ts';

/** One setting as it is in force; `value` is text for people, without secrets. */
export interface SettingRow {
  key: string;
  value: string;
  origin: Origin;
}

/** Every setting in the schema's order, secrets as ***, what is not set as "(not set)". */
export function describeSettings({ settings, origins }: LoadedSettings): SettingRow[] {
  return settingKeys.map(({ key, isSecret }) => {
    const value =
      key === 'database.url' ? showLocation(settings.database.location) : showSetting(valueAt(settings, key), isSecret);
    return { key, value, origin: origins.get(key) ?? 'default' };
  });
}

function valueAt(settings: Settings, key: string): unknown {
  return key.split('.').reduce<unknown>((group, name) => (group as Record<string, unknown>)[name], settings);
}

function showSetting(value: unknown, isSecret: boolean): string {
  if (value === undefined) return '(not set)';
  if (value === '') return '(empty)';
  return isSecret ? '***' : String(value);
}

/** The URL of a place without its password. */
function showLocation(location: DatabaseLocation): string {
  const hasPassword = location.engine === 'mysql' && location.password !== undefined;
  return formatDatabaseUrl(hasPassword ? { ...location, password: '***' } : location);
}

/** The secrets of these settings, and the names that messages show and that a careless password may equal. */
export function secretsOf({ brevo, database: { location } }: Settings): { secrets: string[]; names: string[] } {
  const { password, user, host, database } =
    location.engine === 'mysql' ? location : { password: undefined, user: '', host: '', database: '' };
  return {
    secrets: [brevo.apiKey, password].filter((secret): secret is string => secret !== undefined && secret !== ''),
    names: [user, host, database],
  };
}
