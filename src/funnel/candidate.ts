import type { Id } from '../database/database.ts';
import type { FinishedTest } from '../modx/finished-tests.ts';
import { readAddress } from './address.ts';
import type { FunnelType } from './funnel-type.ts';

/** What became of a finished test that a run looked at. Every one gets exactly one of these. */
export const outcomes = [
  'entered',
  'already_in_funnel',
  'entered_otherwise',
  'repeated_in_run',
  'covered_by_older_entry',
  'already_bought',
  'no_address',
  'not_an_address',
  'no_such_test',
  'funnel_not_configured',
  'finished_before_start',
  'lost_race',
  'refused_by_database',
] as const;

export type CandidateOutcome = (typeof outcomes)[number];

/** Somebody who may enter a funnel: a finished test with a usable address and a test number. */
export interface Candidate {
  email: string;
  funnelType: FunnelType;
  /** the row of the site's finished tests; stored as user_id, as the predecessor did */
  userId: Id;
  testId: Id;
  finishedAt: string;
  source: string | null;
  /** why this one cannot enter, unless it turns out to be in the funnel already */
  obstacle: 'no_such_test' | 'funnel_not_configured' | 'finished_before_start' | null;
}

/** What a funnel needs to be entered: its list at Brevo; without one the funnel is not in use. */
export interface FunnelSettings {
  listId: number | undefined;
  source: string | undefined;
  /** what happens to the lists of somebody who buys; nothing when left out */
  onPurchase?: {
    /** the list that buyers join */
    listId: number | undefined;
    /** whether they leave the funnel's list; undefined: when they join another one */
    leaveFunnelList: boolean | undefined;
  };
}

export type Funnels = Readonly<Record<FunnelType, FunnelSettings>>;

/** Why a finished test can be no candidate, from its own row alone; `detail` says which rule an address breaks. */
export interface Rejection {
  outcome: 'no_address' | 'not_an_address' | 'no_such_test';
  detail: string | null;
}

/**
 * Turns a finished test into a candidate, or says why it cannot be one. What was finished before `notBefore`, by the
 * database's clock, does not enter.
 */
export function readCandidate(row: FinishedTest, funnels: Funnels, notBefore = ''): Candidate | Rejection {
  const reading = readAddress(row.email);
  if (!reading.ok) {
    return reading.rule === 'empty'
      ? { outcome: 'no_address', detail: null }
      : { outcome: 'not_an_address', detail: reading.rule };
  }
  const { id: userId, testId, finishedAt } = row;
  // 0 is how an entry says "test not recorded", so it can be no test's number.
  if (testId === null || testId === 0) return { outcome: 'no_such_test', detail: null };
  const funnelType = funnelOf(row);
  const { listId, source } = funnels[funnelType];
  const obstacle =
    row.testExists === 0
      ? 'no_such_test'
      : listId === undefined
        ? 'funnel_not_configured'
        : isBefore(finishedAt, notBefore)
          ? 'finished_before_start'
          : null;
  return { email: reading.address, funnelType, userId, testId, finishedAt, source: source ?? null, obstacle };
}

/** Compares as the database does: a day alone, from a column of days, is its midnight. */
function isBefore(moment: string, other: string): boolean {
  return (moment.length === 'YYYY-MM-DD'.length ? `${moment} 00:00:00` : moment) < other;
}

/** The funnel that a finished test leads to. */
export function funnelOf({ isLanguageTest }: Pick<FinishedTest, 'isLanguageTest'>): FunnelType {
  return isLanguageTest === 1 ? 'language' : 'non_language';
}

/** The identity that the unique constraint of `funnel_entries` enforces, as one string. */
export function identityOf({ email, funnelType, testId }: Pick<Candidate, 'email' | 'funnelType' | 'testId'>): string {
  return `${testId} ${funnelType} ${email}`;
}
