import { type CheckedAttribute, findAttribute, readAttributes, type WantedAttribute } from './attributes.ts';
import type { BrevoRequest, Call } from './call.ts';
import type { Failure } from './failure.ts';
import { type CheckedList, checkedList, readList, type WantedList } from './lists.ts';
import type { Rejection } from './outcome.ts';

/** What an account has to have; `setting` is what asks for it. */
export interface AccountNeeds {
  lists: readonly WantedList[];
  attributes: readonly WantedAttribute[];
}

/** When each call may start (`pace` rejects when the signal fires), and until when. */
export interface Turns {
  pace?: (signal: AbortSignal) => Promise<void>;
  signal?: AbortSignal;
}

/** What the account has of it, or why that could not be found out. */
export type AccountCheck =
  | {
      kind: 'checked';
      lists: CheckedList[];
      attributes: CheckedAttribute[];
      /** why an answer could not be read: this key may not, or it cannot be understood; null when all could */
      unreadable: Failure | null;
    }
  | Rejection;

/** An account with many options in its attributes answers with hundreds of kilobytes. */
const longestAttributesBytes = 4 * 1024 * 1024;

/** Asks for each list once and for all attributes at once; ends at the first call that is not answered. */
export async function checkAccount(call: Call, needs: AccountNeeds, { pace, signal }: Turns): Promise<AccountCheck> {
  const get = async (request: Omit<BrevoRequest, 'method'>) => {
    await pace?.(signal ?? new AbortController().signal);
    return call({ method: 'GET', ...request }, signal);
  };
  let unreadable: Failure | null = null;

  const names = needs.attributes.map(({ name }) => name);
  const answer = await get({ path: '/contacts/attributes', longestBytes: longestAttributesBytes });
  const attributes = readAttributes(answer, names);
  if (attributes.kind === 'unreadable') unreadable = attributes.reason;
  else if (attributes.kind !== 'read') return attributes;
  const account = attributes.kind === 'read' ? attributes.value : undefined;

  const lists = new Map<number, string | null>();
  for (const { id } of needs.lists) {
    if (lists.has(id)) continue;
    const list = readList(await get({ path: `/contacts/lists/${id}` }));
    if (list.kind === 'unreadable') unreadable ??= list.reason;
    else if (list.kind === 'read') lists.set(id, list.value);
    else return list;
  }
  return {
    kind: 'checked',
    attributes: needs.attributes.map((wanted) => findAttribute(wanted, account)),
    lists: needs.lists.map((wanted) => checkedList(wanted, lists.get(wanted.id))),
    unreadable,
  };
}
