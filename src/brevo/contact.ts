type AttributeValue = string | number | boolean;

/** One contact as it shall be in Brevo. Whether it gets mail is its own decision: emailBlacklisted is never sent. */
export interface Contact {
  email: string;
  /** joined, in addition to those it is in */
  listIds: readonly number[];
  /** left; wins over listIds where both name a list. Only a contact that exists can leave lists. */
  unlinkListIds?: readonly number[];
  attributes: Readonly<Record<string, AttributeValue>>;
}

/** What creating and updating have in common. */
interface ContactFields {
  attributes?: Record<string, AttributeValue>;
  listIds?: number[];
}

/** The JSON body of one upsert. */
export interface ContactBody extends ContactFields {
  email: string;
  updateEnabled: true;
}

/** The JSON body of one update; the address stands in the path. */
export interface ContactUpdate extends ContactFields {
  unlinkListIds?: number[];
}

/**
 * The body of Brevo's POST /contacts for one contact: unset values left out, attribute names in upper case, every list
 * once, no `listIds` or `attributes` when there are none. A second spelling of one attribute name replaces the first.
 */
export function contactBody(contact: Contact): ContactBody {
  return { email: contact.email, ...fieldsOf(contact), updateEnabled: true };
}

/** The body of Brevo's PUT /contacts/{email} for one contact, by the same rules; the only call that can unlink. */
export function contactUpdate(contact: Contact): ContactUpdate {
  const unlinkListIds = [...new Set(contact.unlinkListIds)];
  const listIds = contact.listIds.filter((id) => !unlinkListIds.includes(id));
  return { ...fieldsOf({ ...contact, listIds }), ...(unlinkListIds.length > 0 && { unlinkListIds }) };
}

function fieldsOf(contact: Contact): ContactFields {
  const attributes = Object.fromEntries(
    Object.entries(contact.attributes)
      .map(([name, value]) => [name.toUpperCase(), value] as const)
      // Beside `email` Brevo refuses it; in an update a changed address would subscribe a blocklisted contact again.
      .filter(([name, value]) => name !== 'EMAIL' && isSet(value)),
  );
  const listIds = [...new Set(contact.listIds)];
  return {
    ...(Object.keys(attributes).length > 0 && { attributes }),
    ...(listIds.length > 0 && { listIds }),
  };
}

/** Payloads are read from JSON text, so null does occur here whatever the type says; JSON turns NaN into null, too. */
function isSet(value: unknown): boolean {
  return value !== null && value !== undefined && !(typeof value === 'number' && !Number.isFinite(value));
}
