import * as v from 'valibot';
import { type Answer, brevoError } from './answer.ts';
import { oneLine, shorten } from './failure.ts';
import { type FailedCall, isAboutLists } from './outcome.ts';
import { type Reading, readAnswer } from './reading.ts';

/** A list that an account has to have; `setting` is what asks for it. */
export interface WantedList {
  id: number;
  setting: string;
}

/** What became of it; `name` is null unless it was found. */
export interface CheckedList extends WantedList {
  name: string | null;
  state: 'found' | 'missing' | 'not_checked';
}

const listAnswer = v.object({ id: v.number(), name: v.string() });
const longestName = 100;

/** The name in an answer to GET /contacts/lists/{id}, null when there is no such list. */
export function readList(answer: Answer | FailedCall): Reading<string | null> {
  if ('status' in answer && isMissing(answer)) return { kind: 'read', value: null };
  return readAnswer(answer, (json) => {
    const { success, output } = v.safeParse(listAnswer, json);
    return success ? shorten(oneLine(output.name), longestName) : undefined;
  });
}

/** The wanted list beside what was read of it; undefined when it was not asked for. */
export function checkedList(wanted: WantedList, name: string | null | undefined): CheckedList {
  if (name === undefined) return { ...wanted, name: null, state: 'not_checked' };
  return { ...wanted, name, state: name === null ? 'missing' : 'found' };
}

/** In Brevo's words only: any other 404 is about the address. An impossible number is a 400. */
function isMissing({ status, body }: Answer): boolean {
  const error = status === 404 || status === 400 ? brevoError(body) : null;
  if (error === null) return false;
  return isAboutLists(error.message) || (status === 404 && error.code === 'document_not_found');
}
