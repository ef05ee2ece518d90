import type { FinishedTest } from '../modx/finished-tests.ts';
import { readAddress } from './address.ts';
import type { Candidate } from './entries.ts';
import type { FunnelType } from './funnel-type.ts';

/** What became of a finished test that a run looked at. Every one gets exactly one of these. */
export const outcomes = [
  'entered',
  'already_in_funnel',
  'repeated_in_run',
  'covered_by_older_entry',
  'already_bought',
  'no_address',
  'not_an_address',
  'no_such_test',
  'funnel_not_configured',
  'lost_race',
] as const;

export type CandidateOutcome = (typeof outcomes)[number];

/** What a funnel needs to be entered: its list at Brevo; without one the funnel is not in use. */
export interface FunnelSettings {
  listId: number | undefined;
  source: string | undefined;
}

export type Funnels = Readonly<Record<FunnelType, FunnelSettings>>;

/** Turns a finished test into a candidate, or into the reason why it cannot be one, from its own row alone. */
export function readCandidate(row: FinishedTest, funnels: Funnels): Candidate | CandidateOutcome {
  const reading = readAddress(row.email);
  if (!reading.ok) return reading.rule === 'empty' ? 'no_address' : 'not_an_address';
  // 0 is how an entry says "test not recorded", so it can be no test's number.
  if (row.testExists === 0 || row.testId === null || row.testId === 0) return 'no_such_test';
  const funnelType: FunnelType = row.isLanguageTest === 1 ? 'language' : 'non_language';
  const { listId, source } = funnels[funnelType];
  if (listId === undefined) return 'funnel_not_configured';
  const { address: email } = reading;
  const { id: userId, testId, finishedAt } = row;
  const payload = JSON.stringify({
    email,
    funnel_type: funnelType,
    user_id: userId,
    test_id: testId,
    list_ids: [listId],
    attributes: { FUNNEL_TYPE: funnelType },
  });
  return { email, funnelType, userId, testId, finishedAt, source: source ?? null, payload };
}

/** The identity that the unique constraint of `funnel_entries` enforces, as one string. */
export function identityOf({ email, funnelType, testId }: Candidate): string {
  return `${testId} ${funnelType} ${email}`;
}
