import type { AccountAttribute } from './brevo-account.ts';

/** A request as far as the stand-in looks at it. */
export interface StandInRequest {
  method: string;
  /** without the query */
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** undefined when it was no JSON */
  body: unknown;
}

/** The body of a written contact that `faultsOf` found nothing wrong with. */
export interface ContactRequest {
  email?: string;
  listIds?: number[];
  attributes?: Record<string, unknown>;
  updateEnabled?: boolean;
  emailBlacklisted?: boolean;
}

type Check = (value: unknown) => boolean;
const bool: readonly [string, Check] = ['a boolean', (value) => typeof value === 'boolean'];
const text: readonly [string, Check] = ['a string', (value) => typeof value === 'string'];
const ids: readonly [string, Check] = [
  'an array of integers',
  (value) => Array.isArray(value) && value.every(Number.isSafeInteger),
];

const shared: Readonly<Record<string, readonly [what: string, is: Check]>> = {
  ext_id: text,
  attributes: ['an object', isObject],
  listIds: ids,
  emailBlacklisted: bool,
  smsBlacklisted: bool,
  smtpBlacklistSender: ['an array of strings', isTexts],
  forceMerge: bool,
};
const upsertFields = { ...shared, email: text, updateEnabled: bool, getId: bool };
const removalFields = { emails: ['an array of strings', isTexts] as const };

/** The list that addresses are taken out of, as the path has it; undefined when that is not what is asked. */
export function listToLeave({ method, path }: Pick<StandInRequest, 'method' | 'path'>): string | undefined {
  return method === 'POST' ? /^\/v3\/contacts\/lists\/([^/]+)\/contacts\/remove$/.exec(path)?.[1] : undefined;
}

/** The address of the contact that is being written, as it was sent; null when none is. */
export function writtenContact(request: StandInRequest): string | null {
  const { method, path, body } = request;
  if (!isObject(body)) return null;
  const address = listToLeave(request) === undefined ? body.email : (body as { emails?: unknown[] }).emails?.[0];
  const isWritten = method === 'POST' && (path === '/v3/contacts' || listToLeave(request) !== undefined);
  return isWritten && typeof address === 'string' ? address : null;
}

/** What is wrong with the shape of a request, whatever the account holds; empty when nothing is. */
export function faultsOf(request: StandInRequest, attributes: readonly AccountAttribute[]): string[] {
  const { method, headers, body } = request;
  const faults: string[] = [];
  if (!/\bapplication\/json\b/.test(String(headers.accept))) faults.push('accept must be application/json');
  if (method !== 'POST') return faults;
  if (!/^application\/json\b/.test(String(headers['content-type']))) {
    faults.push('content-type must be application/json');
  }
  if (!isObject(body)) return [...faults, 'The body must be a JSON object'];
  const isRemoval = listToLeave(request) !== undefined;
  const known: Readonly<Record<string, readonly [string, Check]>> = isRemoval ? removalFields : upsertFields;
  if (isRemoval && body.emails === undefined) faults.push('emails is missing');
  for (const [name, value] of Object.entries(body)) {
    const field = known[name];
    if (field === undefined) faults.push(`Unknown field: ${name}`);
    else if (!field[1](value)) faults.push(`${name} must be ${field[0]}`);
  }
  const given = isObject(body.attributes) ? Object.entries(body.attributes) : [];
  return [...faults, ...given.flatMap(([name, value]) => faultsOfAttribute(name, value, attributes))];
}

function faultsOfAttribute(name: string, value: unknown, attributes: readonly AccountAttribute[]): string[] {
  if (name !== name.toUpperCase()) return [`The attribute ${name} must be in capital letters`];
  if (!['string', 'number', 'boolean'].includes(typeof value) && !isTexts(value)) {
    return [`The value of the attribute ${name} is not valid`];
  }
  const isDate = attributes.some((attribute) => attribute.name === name && attribute.type === 'date');
  return isDate && !/^\d{4}-\d\d-\d\d$/.test(String(value)) ? [`invalid date format: ${name}`] : [];
}

/** A part of a path without its percent signs, as it is where they mean nothing. */
export function decoded(identifier: string): string {
  try {
    return decodeURIComponent(identifier);
  } catch {
    return identifier;
  }
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
