import type { Complaint, GivenValues } from './given.ts';
import { cut } from './given.ts';
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
    const value = readAs(type, text);
    values.set(key, { value, origin: 'environment', label: variable, folder: cwd, offset: Number.POSITIVE_INFINITY });
  }
  return values;
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}

/** Complaints about FUNNELS_ variables that are set and mean nothing, with the nearest one that does. */
export function unknownVariables(environment: Environment): Complaint[] {
  const known: readonly string[] = [...settingVariables, ...otherVariables];
  return Object.keys(environment)
    .filter((name) => name.startsWith('FUNNELS_') && !name.startsWith(testPrefix))
    .filter((name) => isSet(environment[name]) && !known.includes(name))
    .sort()
    .map((name) => {
      const meant = nearest(name, known);
      const advice = meant === undefined ? 'Unset it, or correct its name.' : `Did you mean ${meant}?`;
      return { text: `unknown variable ${cut(name)}. ${advice}`, offset: Number.POSITIVE_INFINITY };
    });
}
