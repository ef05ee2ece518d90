import { join, resolve } from 'node:path';
import type { DatabaseLocation } from './database-url.ts';
import type { Complaint, Given, GivenValues } from './given.ts';
import { codeOf, whyUnreadable } from './place.ts';
import { NotText, type ReadFile } from './text-file.ts';

/** What secrets are read with: systemd's folder of credentials, if there is one, and the file reader. */
export interface SecretSources {
  credentialsDirectory: string | undefined;
  readFile: ReadFile;
}

interface Secret {
  kind: 'secret';
  text: string;
  given: Given;
  /** the file it stands in, when everybody on the machine may read that */
  publicPath: string | undefined;
}

/** Why there is none where one was to be. */
interface Fault extends Complaint {
  kind: 'fault';
}

/** What reading the secrets brought to light beside them. */
export interface TakenSecrets {
  complaints: Complaint[];
  /** files with a secret that everybody on the machine may read */
  publicPaths: string[];
}

/**
 * Puts the secrets that stand in files in the place of the keys that name them: the API key, and the password into the
 * location of `database.url`. The environment is stronger than the file; at the same strength the secret file is stronger
 * than the value beside it; a systemd credential is used when nothing else gives the secret.
 */
export async function takeSecrets(values: GivenValues, sources: SecretSources): Promise<TakenSecrets> {
  const taken: TakenSecrets = { complaints: [], publicPaths: [] };
  for (const take of [takePassword, takeApiKey]) {
    const secret = await take(values, sources);
    if (secret === undefined) continue;
    if (secret.kind === 'fault') taken.complaints.push(secret);
    else if (secret.publicPath !== undefined) taken.publicPaths.push(secret.publicPath);
  }
  values.delete('database.passwordFile');
  values.delete('brevo.apiKeyFile');
  return taken;
}

async function takePassword(values: GivenValues, sources: SecretSources): Promise<Secret | Fault | undefined> {
  const url = values.get('database.url');
  const location = url?.value as Partial<DatabaseLocation> | undefined;
  if (url === undefined || location?.engine !== 'mysql') return undefined;
  const direct = location.password === undefined ? undefined : url;
  const secret = await readSecret('database.passwordFile', 'database-password', values, direct, sources);
  if (secret?.kind === 'secret') values.set('database.url', { ...url, value: { ...location, password: secret.text } });
  return secret;
}

async function takeApiKey(values: GivenValues, sources: SecretSources): Promise<Secret | Fault | undefined> {
  const direct = values.get('brevo.apiKey');
  const secret = await readSecret('brevo.apiKeyFile', 'brevo-api-key', values, direct, sources);
  if (secret?.kind === 'secret') values.set('brevo.apiKey', { ...secret.given, value: secret.text });
  return secret;
}

/** The secret from its file or credential, a complaint about either, or undefined when the direct value stands. */
async function readSecret(
  fileKey: string,
  credential: string,
  values: GivenValues,
  direct: Given | undefined,
  sources: SecretSources,
): Promise<Secret | Fault | undefined> {
  const named = values.get(fileKey);
  if (direct?.origin === 'environment' && named?.origin !== 'environment') return undefined;
  if (named !== undefined) {
    const { value, label, folder, offset } = named;
    if (typeof value === 'string' && value.trim() !== '') {
      return readSecretFile(resolve(folder, value), named, sources.readFile);
    }
    return { kind: 'fault', text: `${label} must be the path of a file.`, offset };
  }
  if (direct !== undefined || sources.credentialsDirectory === undefined) return undefined;
  const path = join(sources.credentialsDirectory, credential);
  const label = `The credential ${credential}`;
  const given: Given = { value: path, origin: 'credential', label, folder: '/', offset: Number.POSITIVE_INFINITY };
  return readSecretFile(path, given, sources.readFile);
}

async function readSecretFile(path: string, given: Given, readFile: ReadFile): Promise<Secret | Fault | undefined> {
  const { label, offset, origin } = given;
  try {
    const { text, isPublic } = await readFile(path);
    const secret = text.trim();
    if (secret === '') return { kind: 'fault', text: `${label} names the file ${path}, which is empty.`, offset };
    if (/[\r\n]/.test(secret)) {
      const why = 'which has more than one line. It must hold the secret and nothing else';
      return { kind: 'fault', text: `${label} names the file ${path}, ${why}.`, offset };
    }
    return {
      kind: 'secret',
      text: secret,
      given: { ...given, label: `${label}: the content of ${path}` },
      publicPath: isPublic ? path : undefined,
    };
  } catch (error) {
    if (origin === 'credential' && codeOf(error) === 'ENOENT') return undefined;
    return { kind: 'fault', text: unreadable(path, given, error), offset };
  }
}

/** The path is named when something is there; else it may be the secret itself, put in the place of its file's name. */
function unreadable(path: string, { label, folder, origin }: Given, error: unknown): string {
  const isThere =
    origin === 'credential' || error instanceof NotText || ['EACCES', 'EPERM', 'EISDIR'].includes(codeOf(error));
  return isThere
    ? `${label} names the file ${path}, which cannot be read: ${whyUnreadable(error)}.`
    : `${label} names a file that cannot be read: ${whyUnreadable(error)}. A relative path begins at ${folder}.`;
}
