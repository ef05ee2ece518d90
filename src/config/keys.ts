import { settingsSchema } from './settings.ts';

/** A setting under its path, e.g. `sync.batchSize`. */
export interface SettingKey {
  key: string;
  /** The environment variables that set it, the one that wins first. */
  variables: readonly [string, ...string[]];
  /** What text from a variable is read as. */
  type: 'text' | 'number' | 'boolean';
  /** Whether its value may never be shown; a database URL is shown without its password. */
  isSecret: boolean;
}

/** Keys that name a file holding a secret; they end up in the setting named here and are in no Settings. */
export const secretFileKeys = {
  'database.passwordFile': 'database.url',
  'brevo.apiKeyFile': 'brevo.apiKey',
} as const;

/** FUNNELS_ and the path in capitals: `funnels.non_language.listId` is FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID. */
export function variableOf(key: string): string {
  return `FUNNELS_${key
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;
}

interface Node {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly wrapped?: Node;
}

function keysBelow(node: Node, path: string): SettingKey[] {
  if (node.entries !== undefined) {
    return Object.entries(node.entries).flatMap(([name, child]) =>
      keysBelow(child, path === '' ? name : `${path}.${name}`),
    );
  }
  const variable = variableOf(path);
  return [
    {
      key: path,
      variables: path === 'brevo.apiKey' ? [variable, 'BREVO_API_KEY'] : [variable],
      type: typeOf(node.wrapped ?? node),
      isSecret: path === 'database.url' || path === 'brevo.apiKey',
    },
  ];
}

function typeOf({ type }: Node): SettingKey['type'] {
  return type === 'number' || type === 'boolean' ? type : 'text';
}

/** Every key of Settings, in the schema's order. */
export const settingKeys: readonly SettingKey[] = keysBelow(settingsSchema as unknown as Node, '');

/** Every key a file or a variable can set: those of Settings, each followed by the key that names its file. */
export const givableKeys: readonly SettingKey[] = settingKeys.flatMap((setting) => [
  setting,
  ...Object.entries(secretFileKeys)
    .filter(([, target]) => target === setting.key)
    .map(([key]): SettingKey => ({ key, variables: [variableOf(key)], type: 'text', isSecret: false })),
]);

/** The groups keys stand in: `sync`, `brevo`, `brevo.attributes`, … */
export const groupKeys: readonly string[] = [
  ...new Set(
    settingKeys.flatMap(({ key }) =>
      key.split('.').flatMap((_, end, parts) => (end === 0 ? [] : parts.slice(0, end).join('.'))),
    ),
  ),
];
