import { resolve } from 'node:path';
import type { DatabaseLocation } from './database-url.ts';
import type { Complaint, GivenValues } from './given.ts';
import { whyUnreadable } from './place.ts';
import type { ReadFile } from './text-file.ts';

/**
 * Makes the path in `database.tlsCaFile` absolute and looks whether it can be of use: it holds a certificate, and the
 * connection is one whose certificate is checked. Returns what is wrong; names no path, which may be anything.
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
    const { text } = await readFile(path);
    if (/^-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/m.test(text)) return undefined;
    return 'names a file that holds no certificate in PEM form ("-----BEGIN CERTIFICATE-----").';
  } catch (error) {
    return `names a file that cannot be read: ${whyUnreadable(error)}.`;
  }
}

function faultOfUse(values: GivenValues): string | undefined {
  const location = values.get('database.url')?.value;
  if (!isLocation(location) || (location.engine === 'mysql' && location.ssl === 'verify')) return undefined;
  return 'is of use only with ?ssl=true in database.url: otherwise no certificate is checked.';
}

function isLocation(value: unknown): value is DatabaseLocation {
  return typeof value === 'object' && value !== null && 'engine' in value;
}
