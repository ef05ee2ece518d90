import { type Account, contactOf, problem, type StandInReply, type StoredContact } from './brevo-account.ts';
import type { ContactRequest } from './brevo-request.ts';

/** POST /contacts: 201 for a new contact, an empty 204 for one that is there. */
export function createContact(account: Account, request: ContactRequest): StandInReply {
  const { email = '', updateEnabled = false } = request;
  if (email === '') return problem(400, 'missing_parameter', 'email is missing');
  if (!/^[^\s@<>(),;:"]+@[^\s@.]+(\.[^\s@.]+)+$/.test(email)) {
    return problem(400, 'invalid_parameter', 'Invalid email address');
  }
  if (!hasLists(account, request)) return noSuchList();
  const address = email.toLowerCase();
  const isKnown = account.contacts.has(address);
  if (isKnown && !updateEnabled) {
    const message = 'Unable to create contact, email is already associated with another Contact';
    const body = { code: 'duplicate_parameter', message, metadata: { duplicate_identifiers: ['email'] } };
    return { status: 400, body };
  }
  const contact = contactOf(account, address);
  change(account, contact, request);
  return isKnown ? { status: 204 } : { status: 201, body: { id: contact.id } };
}

/** POST /contacts/lists/{id}/contacts/remove: 201, or 400 when nobody of them was in the list. */
export function removeFromList(account: Account, list: string, emails: readonly string[]): StandInReply {
  const id = Number(list);
  if (!account.lists.includes(id)) return problem(404, 'document_not_found', 'List ID does not exist');
  const success = emails.filter((email) => account.contacts.get(email.toLowerCase())?.listIds.delete(id) ?? false);
  if (success.length === 0) {
    return problem(400, 'invalid_parameter', 'Contact already removed from list and/or does not exist');
  }
  return { status: 201, body: { contacts: { success, failure: emails.filter((email) => !success.includes(email)) } } };
}

/** GET /contacts/{identifier} */
export function showContact(account: Account, email: string): StandInReply {
  const contact = account.contacts.get(email.toLowerCase());
  if (!contact) return problem(404, 'document_not_found', 'Contact does not exist');
  const { id, listIds, attributes, emailBlacklisted } = contact;
  const body = {
    id,
    email: email.toLowerCase(),
    emailBlacklisted,
    smsBlacklisted: false,
    listIds: [...listIds],
    attributes,
  };
  return { status: 200, body };
}

function hasLists({ lists }: Account, { listIds = [] }: ContactRequest): boolean {
  return listIds.every((id) => lists.includes(id));
}

function noSuchList(): StandInReply {
  return problem(400, 'invalid_parameter', 'List ID does not exist');
}

function change(account: Account, contact: StoredContact, request: ContactRequest): void {
  for (const id of request.listIds ?? []) contact.listIds.add(id);
  contact.emailBlacklisted = request.emailBlacklisted ?? contact.emailBlacklisted;
  // Names the account does not have disappear without a word, and so do values of another type.
  const taken = Object.entries(request.attributes ?? {}).filter(([name, value]) =>
    account.attributes.some((known) => known.name === name && (known.type !== 'boolean' || typeof value === 'boolean')),
  );
  Object.assign(contact.attributes, Object.fromEntries(taken));
}
