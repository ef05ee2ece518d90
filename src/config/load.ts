import { Problem } from '../errors.ts';
import { readDatabaseUrl } from './database-url.ts';
import { type Environment, readEnvironment, wrongVariables } from './environment.ts';
import type { Complaint, Given, GivenValues } from './given.ts';
import { settingKeys } from './keys.ts';
import { type FoundConfigFile, findConfigFile } from './place.ts';
import { takeSecrets } from './secrets.ts';
import type { Settings } from './settings.ts';
import { type ReadFile, readTextFile } from './text-file.ts';
import { checkAuthorities } from './tls-ca-file.ts';
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
  /** What somebody should see to although the settings can be used, a whole sentence each. */
  warnings: string[];
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
  const { found, values, complaints, broken } = await gather(places);
  const { environment, readFile = readTextFile } = places;
  const credentialsDirectory = environment.CREDENTIALS_DIRECTORY || undefined;
  const holdsSecrets = secretKeysInFile(values);
  const taken = await takeSecrets(values, { credentialsDirectory, readFile });
  complaints.push(...taken.complaints);
  complaints.push(...(await checkAuthorities(values, readFile)));
  const { settings, complaints: wrong } = validate(values);
  // A file that cannot be parsed gives no value: what else is missing is only its echo.
  if (!broken) complaints.push(...wrong);
  const urlIsMissing = !broken && !values.has('database.url');
  if (urlIsMissing) complaints.push(missingUrl(found));
  if (settings === undefined || complaints.length > 0) throw problem(complaints, urlIsMissing);
  const origins = new Map(settingKeys.map(({ key }): [string, Origin] => [key, values.get(key)?.origin ?? 'default']));
  const publicPaths = [...(found.file?.isPublic && holdsSecrets ? [found.file.path] : []), ...taken.publicPaths];
  return {
    settings,
    source: found.file?.path ?? 'environment',
    origins,
    warnings: [...passedOver(found), ...publicPaths.map(publicFile)],
  };
}

/**
 * Reads the same configuration without its secrets and without asking for a database, for people who write e-mails and
 * may not read either. What is given must be right all the same; throws as `loadSettings`.
 */
export async function loadPublicSettings(places: Places): Promise<PublicSettings> {
  const { values, complaints, broken } = await gather(places);
  for (const key of ['database.tlsCaFile', 'database.passwordFile', 'brevo.apiKeyFile', 'brevo.apiKey'])
    values.delete(key);
  // The schema wants a database; this one is nobody's, and the result does not hold it.
  if (!values.has('database.url')) values.set('database.url', noDatabase);
  const { settings, complaints: wrong } = validate(values);
  if (!broken) complaints.push(...wrong);
  if (settings === undefined || complaints.length > 0) throw problem(complaints, false);
  return { log: settings.log, utm: settings.utm };
}

const noDatabase: Given = {
  value: { engine: 'sqlite', path: '/' },
  origin: 'environment',
  label: '',
  folder: '/',
  offset: 0,
};

interface Gathered {
  found: FoundConfigFile;
  values: GivenValues;
  complaints: Complaint[];
  /** the file cannot be parsed */
  broken: boolean;
}

/** All values that file and variables give, the variables being stronger, and what is wrong with their names. */
async function gather({ flag, environment, cwd, readFile = readTextFile }: Places): Promise<Gathered> {
  const { FUNNELS_CONFIG: variable, FUNNELS_ETC: etc } = environment;
  const found = await findConfigFile({ flag, variable, etc, cwd, readFile });
  const fromFile = found.file === undefined ? undefined : readYaml(found.file);
  const values: GivenValues = new Map([...(fromFile?.values ?? []), ...readEnvironment(environment, cwd)]);
  const url = values.get('database.url');
  // Read here once: from now on nobody has to look for the password in a text.
  if (typeof url?.value === 'string') {
    values.set('database.url', { ...url, value: readDatabaseUrl(url.value, url.folder) });
  }
  return {
    found,
    values,
    complaints: [...(fromFile?.complaints ?? []), ...wrongVariables(environment)],
    broken: fromFile?.broken === true,
  };
}

function secretKeysInFile(values: GivenValues): boolean {
  const url = values.get('database.url');
  const password = (url?.value as { password?: string } | undefined)?.password;
  return (url?.origin === 'file' && password !== undefined) || values.get('brevo.apiKey')?.origin === 'file';
}

function publicFile(path: string): string {
  return `Everybody on this machine can read ${path}, which holds a secret. Change that: chmod o-r ${path}`;
}

function passedOver({ closed }: FoundConfigFile): string[] {
  return closed.map((path) => `Went on without ${path}: this account may not look into its folder.`);
}

function missingUrl({ file, looked, closed }: FoundConfigFile): Complaint {
  const place = (path: string): string =>
    `${path} (${closed.includes(path) ? 'its folder: permission denied' : 'not there'})`;
  const places = file === undefined ? looked.map(place).join(' and ') : `${file.shown} (has no database.url)`;
  return {
    text: `database.url is not set. Looked in ${places} and in the variable FUNNELS_DATABASE_URL (not set).`,
    offset: Number.POSITIVE_INFINITY,
  };
}

function problem(complaints: readonly Complaint[], urlIsMissing: boolean): Problem {
  const lines = complaints.toSorted((one, other) => (one.offset === other.offset ? 0 : one.offset - other.offset));
  const hint = urlIsMissing
    ? 'Set FUNNELS_DATABASE_URL=mysql://user:password@host:3306/name, or write "database: { url: mysql://user:password@host:3306/name }" into config.yaml.'
    : 'Every key is explained by: funnels config example';
  return new Problem('configuration', lines.map(({ text }) => text).join('\n'), { hint });
}
