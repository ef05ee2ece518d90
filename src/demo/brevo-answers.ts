import { refusalOfContact, type UpsertRequest } from './brevo-request.ts';

/** A contact as the stand-in keeps it, under its address in lower case. */
export interface StoredContact {
  id: number;
  listIds: Set<number>;
  attributes: Record<string, unknown>;
}

/** One account: what exists in it, and the key that opens it. */
export interface Account {
  lists: readonly number[];
  attributes: readonly string[];
  apiKey: string;
  contacts: Map<string, StoredContact>;
}

export interface StandInRequest {
  method: string;
  /** without the query */
  path: string;
  apiKey: string | undefined;
  /** undefined when it was no JSON */
  body: unknown;
}

/** A reply; an undefined body is sent as none at all. */
export interface StandInReply {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** What Brevo answers to one request, in its own words as far as they are known; changes `account` as Brevo would. */
export function answerAsBrevo(account: Account, request: StandInRequest): StandInReply {
  if (request.apiKey === undefined) return problem(401, 'unauthorized', 'authentication not found in headers');
  if (request.apiKey !== account.apiKey) return problem(401, 'unauthorized', 'Key not found');

  const { method, path } = request;
  if (method === 'POST' && path === '/v3/contacts') return upsert(account, request.body);
  if (method !== 'GET') return problem(404, 'not_found', `No route for ${method} ${path}`);
  if (path === '/v3/account')
    return { status: 200, body: { email: 'owner@example.com', companyName: 'Demo', plan: [] } };
  if (path === '/v3/contacts/attributes') return { status: 200, body: { attributes: attributesOf(account) } };
  const list = /^\/v3\/contacts\/lists\/([^/]+)$/.exec(path)?.[1];
  if (list !== undefined) return showList(account, list);
  const identifier = /^\/v3\/contacts\/([^/]+)$/.exec(path)?.[1];
  if (identifier !== undefined) return showContact(account, identifier);
  return problem(404, 'not_found', `No route for ${method} ${path}`);
}

function upsert(account: Account, body: unknown): StandInReply {
  const refusal = refusalOfContact(body);
  if (refusal !== null) return problem(400, refusal.code, refusal.message);
  const { email, listIds = [], attributes = {}, updateEnabled = false } = body as UpsertRequest;
  if (listIds.some((id) => !account.lists.includes(id))) {
    return problem(400, 'invalid_parameter', 'List ID does not exist');
  }

  const address = email.toLowerCase();
  const known = account.contacts.get(address);
  if (known && !updateEnabled) {
    const message = 'Unable to create contact, email is already associated with another Contact';
    const body = { code: 'duplicate_parameter', message, metadata: { duplicate_identifiers: ['email'] } };
    return { status: 400, body };
  }
  const contact = known ?? { id: account.contacts.size + 1, listIds: new Set<number>(), attributes: {} };
  account.contacts.set(address, contact);
  for (const id of listIds) contact.listIds.add(id);
  // Names the account does not have disappear without a word.
  const taken = Object.entries(attributes).filter(([name]) => account.attributes.includes(name));
  Object.assign(contact.attributes, Object.fromEntries(taken));
  return known ? { status: 204 } : { status: 201, body: { id: contact.id } };
}

function attributesOf(account: Account): object[] {
  return account.attributes.map((name) => ({ name, category: 'normal', type: 'text' }));
}

function showList(account: Account, text: string): StandInReply {
  const id = Number(text);
  if (!Number.isInteger(id)) return problem(400, 'invalid_parameter', 'List ID must be a number');
  if (!account.lists.includes(id)) return problem(404, 'document_not_found', 'List ID does not exist');
  const totalSubscribers = [...account.contacts.values()].filter((contact) => contact.listIds.has(id)).length;
  return { status: 200, body: { id, name: `List ${id}`, folderId: 1, totalSubscribers, totalBlacklisted: 0 } };
}

function showContact(account: Account, identifier: string): StandInReply {
  const email = decode(identifier).toLowerCase();
  const contact = account.contacts.get(email);
  if (!contact) return problem(404, 'document_not_found', 'Contact does not exist');
  const { id, listIds, attributes } = contact;
  const body = { id, email, emailBlacklisted: false, smsBlacklisted: false, listIds: [...listIds], attributes };
  return { status: 200, body };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function problem(status: number, code: string, message: string): StandInReply {
  return { status, body: { code, message } };
}
