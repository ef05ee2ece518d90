import { parseDatabaseUrl } from './database-url.ts';
import { settingKeys } from './keys.ts';
import type { LoadedSettings, Origin } from './load.ts';
import { redactUrl } from './redact-url.ts';
import type { Settings } from './settings.ts';

export { redactUrl } from './redact-url.ts';

/** One setting as it is in force; `value` is text for people, without secrets. */
export interface SettingRow {
  key: string;
  value: string;
  origin: Origin;
}

/** Every setting in the schema's order, secrets as ***, what is not set as "(not set)". */
export function describeSettings({ settings, origins }: LoadedSettings): SettingRow[] {
  return settingKeys.map(({ key, isSecret }) => {
    const value = valueAt(settings, key);
    return { key, value: showSetting(key, value, isSecret), origin: origins.get(key) ?? 'default' };
  });
}

function valueAt(settings: Settings, key: string): unknown {
  return key.split('.').reduce<unknown>((group, name) => (group as Record<string, unknown>)[name], settings);
}

function showSetting(key: string, value: unknown, isSecret: boolean): string {
  if (value === undefined) return '(not set)';
  if (value === '') return '(empty)';
  if (key === 'database.url') return redactUrl(String(value));
  return isSecret ? '***' : String(value);
}

/** Every form in which a secret of these settings may turn up in a message, the longest first. */
export function secretsOf(settings: Settings): string[] {
  const location = parseDatabaseUrl(settings.database.url);
  const password = location.engine === 'mysql' ? location.password : undefined;
  const asWritten = /^[^:]*:\/\/[^/?#]*?:([^/?#]*)@/.exec(settings.database.url)?.[1];
  const forms = [settings.brevo.apiKey, password, asWritten].flatMap((secret) =>
    secret === undefined ? [] : [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)],
  );
  return [...new Set(forms)].filter((form) => form !== '').sort((one, other) => other.length - one.length);
}

/**
 * The text with every secret as ***. A secret of one to three characters is replaced only where it stands as a word of
 * its own: it would tear most messages apart otherwise.
 */
export function scrub(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => {
    if (secret === '') return clean;
    if (secret.length > 3) return clean.replaceAll(secret, '***');
    return clean.replaceAll(new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(secret)}(?![\\p{L}\\p{N}])`, 'gu'), '***');
  }, text);
}
