import * as v from 'valibot';
import type { Answer } from './answer.ts';
import { oneLine, shorten } from './failure.ts';
import type { FailedCall } from './outcome.ts';
import { type Reading, readAnswer } from './reading.ts';

/** An attribute that an account has to have; `setting` is what asks for it. */
export interface WantedAttribute {
  name: string;
  /** the types that take what is sent; 'category' is a choice among options */
  types: readonly string[];
  /** what a choice has to offer */
  options?: readonly string[];
  setting: string;
}

/** What became of it; `type` is null unless one of that name was found and tells it. */
export interface CheckedAttribute extends WantedAttribute {
  type: string | null;
  state: 'found' | 'missing' | 'wrong_type' | 'lacks_options' | 'not_checked';
}

const attribute = v.object({
  name: v.string(),
  category: v.string(),
  type: v.optional(v.string()),
  enumeration: v.optional(v.array(v.object({ label: v.optional(v.string(), '') }))),
});
type Attribute = v.InferOutput<typeof attribute>;

/** Attributes of an account by their names in capitals; `null` for an entry that cannot be understood. */
export type AccountAttributes = ReadonlyMap<string, readonly (Attribute | null)[]>;

/**
 * The attributes of these names in an answer to GET /contacts/attributes. Others are not looked at: an account may have
 * any number of them, in forms of their own.
 */
export function readAttributes(answer: Answer | FailedCall, names: readonly string[]): Reading<AccountAttributes> {
  const wanted = new Set(names.map((name) => name.toUpperCase()));
  return readAnswer(answer, (json) => {
    const { success, output } = v.safeParse(v.object({ attributes: v.array(v.unknown()) }), json);
    if (!success) return undefined;
    const found = new Map<string, (Attribute | null)[]>();
    for (const entry of output.attributes) {
      const name = nameOf(entry);
      if (name !== null && wanted.has(name)) found.set(name, [...(found.get(name) ?? []), understood(entry)]);
    }
    return found;
  });
}

function nameOf(entry: unknown): string | null {
  const { success, output } = v.safeParse(v.object({ name: v.string() }), entry);
  return success ? output.name.toUpperCase() : null;
}

function understood(entry: unknown): Attribute | null {
  const { success, output } = v.safeParse(attribute, entry);
  return success ? output : null;
}

/**
 * The wanted attribute beside the account's, undefined when those could not be read. Brevo drops values of an unknown
 * attribute, or of the wrong type, without a word.
 */
export function findAttribute(wanted: WantedAttribute, account: AccountAttributes | undefined): CheckedAttribute {
  if (account === undefined) return { ...wanted, type: null, state: 'not_checked' };
  const named = account.get(wanted.name.toUpperCase()) ?? [];
  if (named.length === 0) return { ...wanted, type: null, state: 'missing' };
  const known = named.filter((entry) => entry !== null);
  // One name may be in several categories.
  const fitting = known.find((entry) => wanted.types.includes(typeOf(entry) ?? ''));
  const found = fitting ?? (known.length === named.length ? known[0] : undefined);
  if (found === undefined) return { ...wanted, type: null, state: 'not_checked' };
  const type = typeOf(found);
  if (fitting === undefined && type !== null) return { ...wanted, type, state: 'wrong_type' };
  return { ...wanted, type, state: offersAll(found, wanted.options ?? []) ? 'found' : 'lacks_options' };
}

/** Brevo calls a choice an attribute of the category "category", and lets nobody set what is computed. */
function typeOf({ category, type }: Attribute): string | null {
  const decisive = ['category', 'calculated', 'global'].includes(category) ? category : type;
  return decisive === undefined ? null : shorten(oneLine(decisive), 30);
}

function offersAll({ category, enumeration }: Attribute, options: readonly string[]): boolean {
  if (category !== 'category' || enumeration === undefined) return true;
  const labels = enumeration.map(({ label }) => label.toLowerCase());
  return options.every((option) => labels.includes(option.toLowerCase()));
}
