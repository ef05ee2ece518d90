import type { Complaint, GivenValues } from './given.ts';
import { givableKeys, type SettingKey } from './keys.ts';
import { nearest } from './nearest.ts';

/** The environment's variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * FUNNELS_ variables that are no settings: where the configuration is, what the command line itself understands
 * (theme, JSON output, the default of --format), and what only the project's own tests read.
 */
const otherVariables = ['FUNNELS_CONFIG', 'FUNNELS_ETC', 'FUNNELS_DISABLE_THEME', 'FUNNELS_CONTENT_TYPE'] as const;
const testPrefix = 'FUNNELS_TEST_';

const inQuotes = /^\s*(["'])(.*)\1\s*$/s;

const settingVariables = givableKeys.flatMap(({ variables }) => variables);

/** What is no value of that type ("12abc", "0x10", "1e3"; "yes") stays text and is refused by the setting's rule. */
function readAs(type: SettingKey['type'], text: string): string | number | boolean {
  const word = text.trim();
  if (type === 'number' && /^[+-]?\d+(\.\d+)?$/.test(word)) return Number(word);
  if (type === 'boolean' && ['true', 'false'].includes(word)) return word === 'true';
  return text;
}

/** The values of all settings that variables give. An empty variable counts as not set. */
export function readEnvironment(environment: Environment, cwd: string): GivenValues {
  const values: GivenValues = new Map();
  for (const { key, variables, type } of givableKeys) {
    const variable = variables.find((name) => isSet(environment[name]));
    const text = variable === undefined ? undefined : environment[variable];
    if (variable === undefined || text === undefined) continue;
    // Quotes around it are complained about; what is in them may be right.
    const value = readAs(type, inQuotes.exec(text)?.[2] ?? text);
    values.set(key, { value, origin: 'environment', label: variable, folder: cwd, offset: Number.POSITIVE_INFINITY });
  }
  return values;
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}

/** Complaints about variables that cannot be right, whatever they set: unknown ones, and quotes that no shell took away. */
export function wrongVariables(environment: Environment): Complaint[] {
  return [...unknownVariables(environment), ...quotedVariables(environment)];
}

/** `docker --env-file` and systemd's older relatives take the quotes around a value for a part of it. */
function quotedVariables(environment: Environment): Complaint[] {
  return settingVariables
    .filter((name) => inQuotes.test(environment[name] ?? ''))
    .map((name) => ({
      text: `${name} is in quotes, which are a part of its value here. Remove them.`,
      offset: Number.POSITIVE_INFINITY,
    }));
}

/** Complaints about FUNNELS_ variables that are set and mean nothing, with the nearest one that does. */
function unknownVariables(environment: Environment): Complaint[] {
  const known: readonly string[] = [...settingVariables, ...otherVariables];
  return Object.keys(environment)
    .filter((name) => name.startsWith('FUNNELS_') && !name.startsWith(testPrefix))
    .filter((name) => isSet(environment[name]) && !known.includes(name))
    .sort()
    .map((name) => {
      const meant = nearest(name, known);
      const advice = meant === undefined ? 'Unset it, or correct its name.' : `Did you mean ${meant}?`;
      return { text: `unknown variable ${name}. ${advice}`, offset: Number.POSITIVE_INFINITY };
    });
}
