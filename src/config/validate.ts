import * as v from 'valibot';
import { type Complaint, type Given, type GivenValues, kindOf } from './given.ts';
import { type SettingKey, settingKeys } from './keys.ts';
import { type Settings, settingsSchema } from './settings.ts';

/** The nested shape of values, every group present. */
function nest(values: GivenValues): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { key } of settingKeys) {
    const groups = key.split('.');
    const name = groups.pop() ?? '';
    let group = root;
    for (const part of groups) {
      group[part] ??= {};
      group = group[part] as Record<string, unknown>;
    }
    const given = values.get(key);
    if (given !== undefined) group[name] = given.value;
  }
  return root;
}

/**
 * Checks given values against the schema and fills in defaults: the settings, or one complaint for each wrong value.
 * A missing `database.url` gives neither: whoever looked for it says where.
 */
export function validate(values: GivenValues): { settings: Settings | undefined; complaints: Complaint[] } {
  const result = v.safeParse(settingsSchema, nest(values));
  if (result.success) return { settings: result.output, complaints: [] };
  const messages = new Map<string, string>();
  for (const issue of result.issues) {
    const key = v.getDotPath(issue) ?? '';
    if (!messages.has(key)) messages.set(key, issue.message);
  }
  const complaints = [...messages].flatMap(([key, message]) => {
    const given = values.get(key);
    if (given !== undefined) return [{ text: sentence(key, message, given), offset: given.offset }];
    const other = values.get(comparedWith[key] ?? '');
    return other === undefined ? [] : [{ text: clash(key, message, other), offset: other.offset }];
  });
  return { settings: undefined, complaints };
}

/** Settings whose rule compares them with another one, which may be the only one of the two that was given. */
const comparedWith: Readonly<Record<string, string>> = {
  'outbox.leaseSeconds': 'brevo.timeoutSeconds',
  'utm.campaigns.non_language': 'utm.campaigns.language',
};

function clash(key: string, message: string, given: Given): string {
  return `${given.label} does not fit: ${key} ${message}`;
}

function sentence(key: string, message: string, { label, value }: Given): string {
  if (message.endsWith('.')) return `${label} ${message}`;
  const setting = settingKeys.find((one) => one.key === key);
  const isBareText = setting?.type === 'text' && ['number', 'boolean'].includes(typeof value);
  return `${label} ${message}${insteadOf(setting, value)}.${isBareText ? ' Put it in quotes.' : ''}`;
}

/** What was given instead: numbers where they are no secret, of everything else no more than what kind of thing it is. */
function insteadOf(setting: SettingKey | undefined, value: unknown): string {
  if (typeof value === 'number' && setting?.isSecret === false) return `, not ${value}`;
  const kind = kindOf(value);
  return setting?.type === 'text' && kind === 'text' ? '' : `, not ${kind}`;
}
