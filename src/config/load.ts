import { Problem } from '../errors.ts';
import { absoluteDatabaseUrl, faultOfDatabaseUrl } from './database-url.ts';
import { type Environment, readEnvironment, unknownVariables } from './environment.ts';
import type { Complaint, GivenValues } from './given.ts';
import { settingKeys } from './keys.ts';
import { findConfigFile, type ReadFile, readText } from './place.ts';
import { takeSecrets } from './secrets.ts';
import type { Settings } from './settings.ts';
import { validate } from './validate.ts';
import { readYaml } from './yaml-file.ts';

/** Where the value of a setting comes from. */
export type Origin = 'file' | 'environment' | 'default' | 'credential';

export interface LoadedSettings {
  settings: Settings;
  /** The absolute path of the configuration file, or 'environment' when there is none. */
  source: string;
  /** The origin of every key of Settings, in the schema's order. */
  origins: Map<string, Origin>;
}

/**
 * Reads the configuration: the file `flag` (--config) names, else FUNNELS_CONFIG, else ./config.yaml below `cwd`, else
 * /etc/funnels/config.yaml, else the environment alone; over it the FUNNELS_ variables, and secrets from their files.
 * Throws one configuration Problem that holds everything that is wrong, a line each.
 */
export async function loadSettings(options: {
  flag: string | undefined;
  environment: Environment;
  cwd: string;
  readFile?: ReadFile;
}): Promise<LoadedSettings> {
  const { flag, environment, cwd, readFile = readText } = options;
  const { file, looked } = await findConfigFile({ flag, variable: environment.FUNNELS_CONFIG, cwd, readFile });
  const fromFile = file === undefined ? undefined : readYaml(file);
  const values: GivenValues = new Map([...(fromFile?.values ?? []), ...readEnvironment(environment, cwd)]);
  const credentialsDirectory = environment.CREDENTIALS_DIRECTORY || undefined;
  const complaints = [
    ...(fromFile?.complaints ?? []),
    ...unknownVariables(environment),
    ...(await takeSecrets(values, { credentialsDirectory, readFile })),
  ];
  makeUrlAbsolute(values);
  const { settings, complaints: wrong } = validate(values);
  // A file that cannot be parsed gives no value: what else is missing is only its echo.
  if (fromFile?.broken !== true) complaints.push(...wrong);
  const urlIsMissing = fromFile?.broken !== true && !values.has('database.url');
  if (urlIsMissing) complaints.push(missingUrl(looked, file?.shown));
  if (settings === undefined || complaints.length > 0) throw problem(complaints, urlIsMissing);
  const origins = new Map(settingKeys.map(({ key }): [string, Origin] => [key, values.get(key)?.origin ?? 'default']));
  return { settings, source: file?.path ?? 'environment', origins };
}

function makeUrlAbsolute(values: GivenValues): void {
  const url = values.get('database.url');
  if (typeof url?.value !== 'string' || faultOfDatabaseUrl(url.value) !== undefined) return;
  values.set('database.url', { ...url, value: absoluteDatabaseUrl(url.value, url.folder) });
}

function missingUrl(looked: readonly string[], found: string | undefined): Complaint {
  const places = found === undefined ? `${looked.join(' and ')} (not there)` : `${found} (has no database.url)`;
  return {
    text: `database.url is not set. Looked in ${places} and in the variable FUNNELS_DATABASE_URL (not set).`,
    offset: Number.POSITIVE_INFINITY,
  };
}

function problem(complaints: readonly Complaint[], urlIsMissing: boolean): Problem {
  const lines = complaints.toSorted((one, other) => (one.offset === other.offset ? 0 : one.offset - other.offset));
  const hint = urlIsMissing
    ? 'Set FUNNELS_DATABASE_URL=mysql://user:password@host:3306/name, or write "database: { url: mysql://user:password@host:3306/name }" into config.yaml.'
    : 'config.example.yaml explains every key.';
  return new Problem('configuration', lines.map(({ text }) => text).join('\n'), { hint });
}
