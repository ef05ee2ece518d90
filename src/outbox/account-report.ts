import type { AccountCheck } from '../brevo/account-check.ts';
import type { CheckedAttribute } from '../brevo/attributes.ts';
import type { CheckedList } from '../brevo/lists.ts';
import { describeFailure, type Failure } from '../brevo/outcome.ts';
import { describeStop, type Stop } from './stop.ts';

/** What is known of the account at Brevo; part of the result of `config check --brevo`. */
export interface AccountReport {
  /** empty when nothing could be found out */
  lists: CheckedList[];
  attributes: CheckedAttribute[];
  /** why nothing can be delivered, or nothing be found out, until somebody acts; null when all is well */
  problem: Stop | null;
  /** what could not be checked though nothing is known to be wrong; null when all was checked */
  information: string | null;
}

const correct =
  'Create it in Brevo (Contacts > Lists, Contacts > Settings > Contact attributes) or correct these settings.';

const another = 'The type of an attribute cannot be changed in Brevo: add another one and name it in brevo.attributes.';

function hintFor(attributes: readonly CheckedAttribute[]): string {
  return attributes.some(({ state }) => state === 'wrong_type') ? `${correct}\n${another}` : correct;
}

/** The meaning of a check, in words. Names everything that is wrong at once, a line each. */
export function reportOnAccount(check: AccountCheck): AccountReport {
  if (check.kind !== 'checked') return { lists: [], attributes: [], problem: problemOf(check), information: null };
  const { lists, attributes, unreadable } = check;
  const faults = [...lists.flatMap(faultOfList), ...attributes.flatMap(faultOfAttribute)];
  const message = ['The Brevo account does not have what the configuration asks for:', ...faults].join('\n- ');
  return {
    lists,
    attributes,
    problem: faults.length === 0 ? null : { kind: 'configuration', message, hint: hintFor(attributes) },
    information: uncheckedOf(attributes, unreadable),
  };
}

function problemOf(check: Exclude<AccountCheck, { kind: 'checked' }>): Stop {
  if (check.kind === 'failed') {
    if (check.problem !== 'unavailable') return describeStop(check);
    const message = `Brevo could not be asked for its lists and attributes: ${describeFailure(check.reason)}`;
    return { kind: 'unavailable', message, hint: 'Run it again later.' };
  }
  const message = `Brevo's rate limit is used up for another ${check.retryAfterSeconds} s.`;
  return { kind: 'temporary', message, hint: 'Run it again after that.' };
}

/** What was not checked, in words; null when all was. */
function uncheckedOf(attributes: readonly CheckedAttribute[], unreadable: Failure | null): string | null {
  if (unreadable !== null) {
    const why = describeFailure(unreadable);
    return `Not all of the lists and attributes in Brevo could be read, so they were not checked: ${why}`;
  }
  const names = attributes.filter(({ state }) => state === 'not_checked').map(({ name }) => name);
  if (names.length === 0) return null;
  return `Brevo describes ${names.join(', ')} in a way that cannot be understood, so that was not checked.`;
}

function faultOfList({ id, setting, state }: CheckedList): string[] {
  return state === 'missing' ? [`there is no list ${id} (${setting})`] : [];
}

function faultOfAttribute({ name, setting, state, type, types, options }: CheckedAttribute): string[] {
  if (state === 'missing') return [`there is no attribute ${name} (${setting})`];
  if (state === 'wrong_type')
    return [`the attribute ${name} is of the type ${type}, not ${types.join(' or ')} (${setting})`];
  if (state === 'lacks_options')
    return [`the choice ${name} does not offer both ${options?.join(' and ')} (${setting})`];
  return [];
}
