import { Problem } from '../errors.ts';
import { absoluteDatabaseUrl, faultOfDatabaseUrl } from './database-url.ts';
import { type Environment, readEnvironment, unknownVariables } from './environment.ts';
import type { Complaint, Given, GivenValues } from './given.ts';
import { settingKeys } from './keys.ts';
import { type ConfigFile, findConfigFile, type ReadFile, readText } from './place.ts';
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

/** Where the configuration is looked for. */
export interface Places {
  /** what --config names */
  flag: string | undefined;
  environment: Environment;
  cwd: string;
  readFile?: ReadFile;
}

/** What commands may know that use neither the database nor Brevo. */
export type PublicSettings = Pick<Settings, 'log' | 'utm'>;

/**
 * Reads the configuration: the file `flag` (--config) names, else FUNNELS_CONFIG, else ./config.yaml below `cwd`, else
 * config.yaml in /etc/funnels or the folder FUNNELS_ETC names, else the environment alone; over it the FUNNELS_ variables,
 * and secrets from their files. Throws one configuration Problem that holds everything that is wrong, a line each.
 */
export async function loadSettings(places: Places): Promise<LoadedSettings> {
  const { file, looked, values, complaints, broken } = await gather(places);
  const { environment, readFile = readText } = places;
  const credentialsDirectory = environment.CREDENTIALS_DIRECTORY || undefined;
  complaints.push(...(await takeSecrets(values, { credentialsDirectory, readFile })));
  makeUrlAbsolute(values);
  const { settings, complaints: wrong } = validate(values);
  // A file that cannot be parsed gives no value: what else is missing is only its echo.
  if (!broken) complaints.push(...wrong);
  const urlIsMissing = !broken && !values.has('database.url');
  if (urlIsMissing) complaints.push(missingUrl(looked, file?.shown));
  if (settings === undefined || complaints.length > 0) throw problem(complaints, urlIsMissing);
  const origins = new Map(settingKeys.map(({ key }): [string, Origin] => [key, values.get(key)?.origin ?? 'default']));
  return { settings, source: file?.path ?? 'environment', origins };
}

/**
 * Reads the same configuration without its secrets and without asking for a database, for people who write e-mails and
 * may not read either. What is given must be right all the same; throws as `loadSettings`.
 */
export async function loadPublicSettings(places: Places): Promise<PublicSettings> {
  const { values, complaints, broken } = await gather(places);
  for (const key of ['database.passwordFile', 'brevo.apiKeyFile', 'brevo.apiKey']) values.delete(key);
  // The schema wants a database; this one is nobody's, and the result does not hold it.
  if (!values.has('database.url')) values.set('database.url', noDatabase);
  const { settings, complaints: wrong } = validate(values);
  if (!broken) complaints.push(...wrong);
  if (settings === undefined || complaints.length > 0) throw problem(complaints, false);
  return { log: settings.log, utm: settings.utm };
}

const noDatabase: Given = { value: 'sqlite:/', origin: 'environment', label: '', folder: '/', offset: 0 };

interface Gathered {
  file: ConfigFile | undefined;
  looked: readonly string[];
  values: GivenValues;
  complaints: Complaint[];
  /** the file cannot be parsed */
  broken: boolean;
}

/** All values that file and variables give, the variables being stronger, and what is wrong with their names. */
async function gather({ flag, environment, cwd, readFile = readText }: Places): Promise<Gathered> {
  const { FUNNELS_CONFIG: variable, FUNNELS_ETC: etc } = environment;
  const { file, looked } = await findConfigFile({ flag, variable, etc, cwd, readFile });
  const fromFile = file === undefined ? undefined : readYaml(file);
  return {
    file,
    looked,
    values: new Map([...(fromFile?.values ?? []), ...readEnvironment(environment, cwd)]),
    complaints: [...(fromFile?.complaints ?? []), ...unknownVariables(environment)],
    broken: fromFile?.broken === true,
  };
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
