/** A body that `refusalOfContact` found nothing wrong with. */
export interface UpsertRequest {
  email: string;
  listIds?: number[];
  attributes?: Record<string, unknown>;
  updateEnabled?: boolean;
}

export interface Refusal {
  code: 'invalid_parameter' | 'missing_parameter';
  message: string;
}

type Check = (value: unknown) => boolean;
const bool: Check = (value) => typeof value === 'boolean';
const text: Check = (value) => typeof value === 'string';

const FIELDS: ReadonlyMap<string, readonly [what: string, is: Check]> = new Map([
  ['email', ['a string', text]],
  ['ext_id', ['a string', text]],
  ['attributes', ['an object', isObject]],
  ['listIds', ['an array of integers', (value) => Array.isArray(value) && value.every(Number.isSafeInteger)]],
  ['updateEnabled', ['a boolean', bool]],
  ['emailBlacklisted', ['a boolean', bool]],
  ['smsBlacklisted', ['a boolean', bool]],
  ['smtpBlacklistSender', ['an array of strings', isTexts]],
  ['forceMerge', ['a boolean', bool]],
  ['getId', ['a boolean', bool]],
]);

/** What is wrong with the shape of a body sent to POST /contacts, as code and message; null when nothing is. */
export function refusalOfContact(body: unknown): Refusal | null {
  if (!isObject(body)) return invalid('The body must be a JSON object');
  for (const [name, value] of Object.entries(body)) {
    const field = FIELDS.get(name);
    if (field === undefined) return invalid(`Unknown field: ${name}`);
    if (!field[1](value)) return invalid(`${name} must be ${field[0]}`);
  }
  for (const [name, value] of Object.entries(body.attributes ?? {})) {
    if (!['string', 'number', 'boolean'].includes(typeof value) && !isTexts(value)) {
      return invalid(`The value of the attribute ${name} is not valid`);
    }
  }
  const { email } = body;
  if (typeof email !== 'string' || email === '') return { code: 'missing_parameter', message: 'email is missing' };
  if (!/^[^\s@<>(),;:"]+@[^\s@.]+(\.[^\s@.]+)+$/.test(email)) return invalid('Invalid email address');
  return null;
}

function invalid(message: string): Refusal {
  return { code: 'invalid_parameter', message };
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(text);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
