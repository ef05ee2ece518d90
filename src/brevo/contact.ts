type AttributeValue = string | number | boolean;

/** One contact as it shall be in Brevo. Whether it gets mail is its own decision: emailBlacklisted is never sent. */
export interface Contact {
  email: string;
  /** joined, in addition to those it is in */
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
export function contactBody({ email, attributes: given, listIds }: Contact): ContactBody {
  const attributes = Object.fromEntries(
    Object.entries(given)
      .map(([name, value]) => [name.toUpperCase(), value] as const)
      // Beside `email` Brevo refuses it; a changed address would subscribe a blocklisted contact again.
      .filter(([name, value]) => name !== 'EMAIL' && isSet(value)),
  );
  const lists = [...new Set(listIds)];
  return {
    email,
    ...(Object.keys(attributes).length > 0 && { attributes }),
    ...(lists.length > 0 && { listIds: lists }),
    updateEnabled: true,
  };
}

/** Payloads are read from JSON text, so null does occur here whatever the type says; JSON turns NaN into null, too. */
function isSet(value: unknown): boolean {
  return value !== null && value !== undefined && !(typeof value === 'number' && !Number.isFinite(value));
}
