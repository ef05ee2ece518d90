import * as v from 'valibot';
import type { Answer } from './answer.ts';
import type { Unanswered } from './call.ts';
import { oneLine, shorten } from './failure.ts';
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

const attributesAnswer = v.object({
  attributes: v.array(
    v.object({
      name: v.string(),
      category: v.string(),
      type: v.optional(v.string()),
      enumeration: v.optional(v.array(v.object({ label: v.optional(v.string(), '') }))),
    }),
  ),
});
type Attribute = v.InferOutput<typeof attributesAnswer>['attributes'][number];

/** The attributes in an answer to GET /contacts/attributes. */
export function readAttributes(answer: Answer | Unanswered): Reading<Attribute[]> {
  return readAnswer(answer, (json) => {
    const { success, output } = v.safeParse(attributesAnswer, json);
    return success ? output.attributes : undefined;
  });
}

/**
 * The wanted attribute beside the account's, undefined when those could not be read. Brevo drops values of an unknown
 * attribute, or of the wrong type, without a word.
 */
export function findAttribute(wanted: WantedAttribute, account: readonly Attribute[] | undefined): CheckedAttribute {
  if (account === undefined) return { ...wanted, type: null, state: 'not_checked' };
  const named = account.filter(({ name }) => name.toUpperCase() === wanted.name.toUpperCase());
  // One name may be in several categories.
  const fitting = named.find((attribute) => wanted.types.includes(typeOf(attribute) ?? ''));
  const found = fitting ?? named[0];
  if (found === undefined) return { ...wanted, type: null, state: 'missing' };
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
