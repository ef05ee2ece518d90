/** Seconds since the story began; a run of day n takes place at n * day, and nothing else happens within the two hours around it. */
export type Time = number;
export type FunnelName = 'language' | 'non_language';

export const hour = 3_600;
export const day = 24 * hour;

/** Somebody's address as it stands in a row of the site: whose it is, and whether mail can go there. */
export interface Spelling {
  text: string;
  person: string;
  isUsable: boolean;
}

export interface Result {
  id: number;
  address: Spelling;
  test: number;
  /** 'zero' is the zero date of old servers */
  at: Time | 'zero' | null;
}

export interface Payment {
  id: number;
  address: Spelling;
  funnel: FunnelName;
  at: Time;
  /** 1 not yet, 2 paid, 3 refunded; 'gone' when the row was removed */
  status: 1 | 2 | 3 | 'gone';
}

/** The site as it stands now. */
export interface World {
  results: Result[];
  payments: Payment[];
  /** the tests that are language tests now; there are 5, 6, 7 and 8 */
  languageTests: Set<number>;
}

export function funnelOf({ languageTests }: World, test: number): FunnelName {
  return languageTests.has(test) ? 'language' : 'non_language';
}

/** An entry as the model and the predecessor know it. */
export interface Entry {
  id: number;
  person: string;
  funnel: FunnelName;
  /** 0: not recorded */
  test: number;
  resultId: number;
  finishedAt: Time;
  enteredAt: Time;
  isBought: boolean;
  boughtAt: Time | null;
  isRefunded: boolean;
  paidBeforeAt: Time | null;
  /** of an entry without a test: the last moment at which it, or a duplicate of it, was made */
  coversUntil?: Time;
  /** jobs that were ever made for it */
  enteringJobs: number;
  purchaseJobs: number;
}

/** What Brevo is to be told of an entry. */
export interface Job {
  person: string;
  funnel: FunnelName;
  /** when it was bought; null for an entering */
  boughtAt: Time | null;
  /** entered both funnels in one run, in an order that is no part of the rules: a repeat comes a batch after its first */
  isTied?: boolean;
}

/** A contact as Brevo has it; the day it bought counts from the beginning of the story, in days of the wall clock. */
export interface Contact {
  lists: number[];
  /** null: either */
  funnel: FunnelName | null;
  boughtAt: Time | null;
}

export const listOf = { language: 5, non_language: 7 } as const;

/** What a delivered job makes of the contacts. */
export function deliver(contacts: Map<string, Contact>, { person, funnel, boughtAt, isTied }: Job): void {
  const contact = contacts.get(person) ?? { lists: [], funnel, boughtAt: null };
  contacts.set(person, {
    lists: boughtAt === null ? [...new Set([...contact.lists, listOf[funnel]])].sort() : contact.lists,
    funnel: isTied ? null : funnel,
    boughtAt: boughtAt ?? contact.boughtAt,
  });
}
