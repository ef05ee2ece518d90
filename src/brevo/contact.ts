type AttributeValue = string | number | boolean;

/** One contact as POST /contacts takes it; updateEnabled is always true, emailBlacklisted is never sent. */
export interface Contact {
  email: string;
  listIds: readonly number[];
  attributes: Readonly<Record<string, AttributeValue>>;
}

/** The JSON body of one upsert. */
export interface ContactBody {
  email: string;
  attributes?: Record<string, AttributeValue>;
  listIds?: number[];
  updateEnabled: true;
}

/**
 * The body of Brevo's POST /contacts for one contact: unset values left out, attribute names in upper case, every list
 * once, no `listIds` or `attributes` when there are none. A second spelling of one attribute name replaces the first.
 */
export function contactBody(contact: Contact): ContactBody {
  const attributes = Object.fromEntries(
    Object.entries(contact.attributes)
      .map(([name, value]) => [name.toUpperCase(), value] as const)
      // Brevo takes a repeated EMAIL for a second contact and refuses it.
      .filter(([name, value]) => name !== 'EMAIL' && isSet(value)),
  );
  const listIds = [...new Set(contact.listIds)];
  return {
    email: contact.email,
    ...(Object.keys(attributes).length > 0 && { attributes }),
    ...(listIds.length > 0 && { listIds }),
    updateEnabled: true,
  };
}

/** Payloads are read from JSON text, so null does occur here whatever the type says; JSON turns NaN into null, too. */
function isSet(value: unknown): boolean {
  return value !== null && value !== undefined && !(typeof value === 'number' && !Number.isFinite(value));
}
