import { join, resolve } from 'node:path';
import { faultOfDatabaseUrl, formatDatabaseUrl, parseDatabaseUrl } from './database-url.ts';
import type { Complaint, Given, GivenValues } from './given.ts';
import { codeOf, type ReadFile, whyUnreadable } from './place.ts';

/** What secrets are read with: systemd's folder of credentials, if there is one, and the file reader. */
export interface SecretSources {
  credentialsDirectory: string | undefined;
  readFile: ReadFile;
}

interface Secret {
  text: string;
  given: Given;
}

/**
 * Puts the secrets that stand in files in the place of the keys that name them: the API key, and the password into
 * `database.url`. The environment is stronger than the file; at the same strength the secret file is stronger than
 * the value beside it; a systemd credential is used when nothing else gives the secret. Returns what is wrong.
 */
export async function takeSecrets(values: GivenValues, sources: SecretSources): Promise<Complaint[]> {
  const complaints: Complaint[] = [];
  for (const take of [takePassword, takeApiKey]) {
    const complaint = await take(values, sources);
    if (complaint !== undefined) complaints.push(complaint);
  }
  values.delete('database.passwordFile');
  values.delete('brevo.apiKeyFile');
  return complaints;
}

async function takePassword(values: GivenValues, sources: SecretSources): Promise<Complaint | undefined> {
  const url = values.get('database.url');
  if (typeof url?.value !== 'string' || faultOfDatabaseUrl(url.value) !== undefined) return undefined;
  const location = parseDatabaseUrl(url.value);
  if (location.engine === 'sqlite') return undefined;
  const direct = location.password === undefined ? undefined : url;
  const secret = await readSecret('database.passwordFile', 'database-password', values, direct, sources);
  if (secret === undefined || 'offset' in secret) return secret;
  values.set('database.url', { ...url, value: formatDatabaseUrl({ ...location, password: secret.text }) });
  return undefined;
}

async function takeApiKey(values: GivenValues, sources: SecretSources): Promise<Complaint | undefined> {
  const direct = values.get('brevo.apiKey');
  const secret = await readSecret('brevo.apiKeyFile', 'brevo-api-key', values, direct, sources);
  if (secret === undefined || 'offset' in secret) return secret;
  values.set('brevo.apiKey', { ...secret.given, value: secret.text });
  return undefined;
}

/** The secret from its file or credential, a complaint about either, or undefined when the direct value stands. */
async function readSecret(
  fileKey: string,
  credential: string,
  values: GivenValues,
  direct: Given | undefined,
  sources: SecretSources,
): Promise<Secret | Complaint | undefined> {
  const named = values.get(fileKey);
  if (direct?.origin === 'environment' && named?.origin !== 'environment') return undefined;
  if (named !== undefined) {
    const { value, label, folder, offset } = named;
    if (typeof value !== 'string' || value.trim() === '')
      return { text: `${label} must be the path of a file.`, offset };
    return readSecretFile(resolve(folder, value), named, sources.readFile);
  }
  if (direct !== undefined || sources.credentialsDirectory === undefined) return undefined;
  const path = join(sources.credentialsDirectory, credential);
  const label = `The credential ${credential}`;
  const given: Given = { value: path, origin: 'credential', label, folder: '/', offset: Number.POSITIVE_INFINITY };
  return readSecretFile(path, given, sources.readFile);
}

async function readSecretFile(path: string, given: Given, readFile: ReadFile): Promise<Secret | Complaint | undefined> {
  const { label, offset, origin } = given;
  try {
    const text = (await readFile(path)).trim();
    if (text === '') return { text: `${label} names the file ${path}, which is empty.`, offset };
    return { text, given: { ...given, label: `${label}: the content of ${path}` } };
  } catch (error) {
    if (origin === 'credential' && codeOf(error) === 'ENOENT') return undefined;
    return { text: `${label} names the file ${path}, which cannot be read: ${whyUnreadable(error)}.`, offset };
  }
}
