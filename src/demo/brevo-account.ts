/** A contact as the stand-in keeps it, under its address in lower case. */
export interface StoredContact {
  id: number;
  listIds: Set<number>;
  attributes: Record<string, unknown>;
  /** wants no e-mail; only a request that says so changes it */
  emailBlacklisted: boolean;
}

/** An attribute as GET /contacts/attributes shows it. */
export interface AccountAttribute {
  name: string;
  category: 'normal' | 'transactional' | 'category' | 'calculated' | 'global';
  type?: 'text' | 'date' | 'float' | 'boolean' | 'id';
  /** of the category "category" */
  enumeration?: { value: number; label: string }[];
}

/** One account: what exists in it, and the key that opens it. */
export interface Account {
  lists: number[];
  attributes: AccountAttribute[];
  apiKey: string;
  contacts: Map<string, StoredContact>;
}

/** A reply; an undefined body is sent as none at all. */
export interface StandInReply {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** An error in Brevo's envelope. */
export function problem(status: number, code: string, message: string): StandInReply {
  return { status, body: { code, message } };
}

/** The contact of that address, made if there is none. */
export function contactOf({ contacts }: Account, address: string): StoredContact {
  const known = contacts.get(address);
  if (known !== undefined) return known;
  const made = { id: contacts.size + 1, listIds: new Set<number>(), attributes: {}, emailBlacklisted: false };
  contacts.set(address, made);
  return made;
}
