import { resolve } from 'node:path';
import { faultOfDatabaseUrl, parseDatabaseUrl } from './database-url.ts';
import type { Complaint, GivenValues } from './given.ts';
import { type ReadFile, whyUnreadable } from './place.ts';

/**
 * Makes the path in `database.tlsCaFile` absolute and looks whether it can be of use: it holds a certificate, and the
 * connection is one whose certificate is checked. Returns what is wrong.
 */
export async function checkAuthorities(values: GivenValues, readFile: ReadFile): Promise<Complaint[]> {
  const given = values.get('database.tlsCaFile');
  if (typeof given?.value !== 'string' || given.value.trim() === '') return [];
  const path = resolve(given.folder, given.value);
  values.set('database.tlsCaFile', { ...given, value: path });
  const fault = (await faultOfFile(path, readFile)) ?? faultOfUse(values);
  return fault === undefined ? [] : [{ text: `${given.label} ${fault}`, offset: given.offset }];
}

async function faultOfFile(path: string, readFile: ReadFile): Promise<string | undefined> {
  try {
    if (/^-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/m.test(await readFile(path))) return undefined;
    return `names the file ${path}, which holds no certificate in PEM form ("-----BEGIN CERTIFICATE-----").`;
  } catch (error) {
    return `names the file ${path}, which cannot be read: ${whyUnreadable(error)}.`;
  }
}

function faultOfUse(values: GivenValues): string | undefined {
  const url = values.get('database.url')?.value;
  if (typeof url !== 'string' || faultOfDatabaseUrl(url) !== undefined) return undefined;
  const location = parseDatabaseUrl(url);
  if (location.engine === 'mysql' && location.ssl === 'verify') return undefined;
  return 'is of use only with ?ssl=true in database.url: otherwise no certificate is checked.';
}
