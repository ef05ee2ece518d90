import type { AccountAttribute } from './brevo-account.ts';

/** A request as far as the stand-in looks at it. */
export interface StandInRequest {
  method: string;
  /** without the query */
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** undefined when it was no JSON */
  body: unknown;
}

/** The body of a written contact that `faultsOf` found nothing wrong with. */
export interface ContactRequest {
  email?: string;
  listIds?: number[];
  unlinkListIds?: number[];
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
const fields = {
  POST: { ...shared, email: text, updateEnabled: bool, getId: bool },
  PUT: { ...shared, unlinkListIds: ids },
};

/** The written contact in the path (PUT) or the body (POST), as it was sent; null when none is written. */
export function writtenContact({ method, path, body }: StandInRequest): string | null {
  if (method === 'POST' && path === '/v3/contacts') {
    return isObject(body) && typeof body.email === 'string' ? body.email : null;
  }
  const identifier = method === 'PUT' ? /^\/v3\/contacts\/([^/]+)$/.exec(path)?.[1] : undefined;
  return identifier === undefined ? null : decoded(identifier);
}

/** What is wrong with the shape of a request, whatever the account holds; empty when nothing is. */
export function faultsOf(request: StandInRequest, attributes: readonly AccountAttribute[]): string[] {
  const { method, headers, body, query } = request;
  const faults: string[] = [];
  if (!/\bapplication\/json\b/.test(String(headers.accept))) faults.push('accept must be application/json');
  if (method !== 'POST' && method !== 'PUT') return faults;
  if (!/^application\/json\b/.test(String(headers['content-type']))) {
    faults.push('content-type must be application/json');
  }
  if (!isObject(body)) return [...faults, 'The body must be a JSON object'];
  const known: Readonly<Record<string, readonly [string, Check]>> = fields[method];
  for (const [name, value] of Object.entries(body)) {
    const field = known[name];
    if (field === undefined) faults.push(`Unknown field: ${name}`);
    else if (!field[1](value)) faults.push(`${name} must be ${field[0]}`);
  }
  const type = query.get('identifierType');
  if (type !== null && type !== 'email_id') faults.push(`Unknown identifierType: ${type}`);
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
