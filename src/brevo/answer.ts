import { oneLine, shorten } from './failure.ts';

/** What came back over HTTP, `body` being the text of it, empty when there was none. */
export interface Answer {
  status: number;
  headers: Headers;
  body: string;
}

/** The error body all of Brevo's endpoints use; `code` is optional, `duplicates` names the identifiers in conflict. */
export interface BrevoError {
  code: string | null;
  message: string;
  duplicates: string[];
}

/** The error in Brevo's own envelope, or null when the body is something else: empty, HTML, another service's JSON. */
export function brevoError(body: string): BrevoError | null {
  const json = jsonObject(body);
  if (json === null) return null;
  const code = typeof json.code === 'string' ? json.code : null;
  const message = typeof json.message === 'string' ? json.message : null;
  if (code === null && message === null) return null;
  return { code, message: message ?? 'no message', duplicates: duplicateIdentifiers(json.metadata) };
}

/** Whether the answer says that a contact was created: 201, usually with `{"id": 21}` (Brevo: POST /contacts). */
export function namesNewContact({ status, body }: Answer): boolean {
  return status === 201 && (body.trim() === '' || jsonObject(body)?.id !== undefined);
}

/** Whether a body is one that an API gives: none, or a JSON object. A page, a login form or a list is somebody else's. */
export function isEmptyOrObject(body: string): boolean {
  return body.trim() === '' || jsonObject(body) !== null;
}

/** What a body that is not Brevo's looks like, in a few words: `an answer that is not Brevo's (text/html): "Welcome"`. */
export function describeForeignBody({ headers, body }: Answer): string {
  const type = headers.get('content-type')?.split(';', 1)[0]?.trim();
  const text = shorten(oneLine(body.slice(0, 4096).replace(/<(script|style)\b.*?<\/\1>|<[^>]*>/gis, ' ')), 120);
  if (text === '') return 'an answer without a text';
  return `an answer that is not Brevo's${type ? ` (${type})` : ''}: "${text}"`;
}

function duplicateIdentifiers(metadata: unknown): string[] {
  if (!isObject(metadata)) return [];
  const names = metadata.duplicate_identifiers;
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

function jsonObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
