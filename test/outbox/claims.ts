import type { Database } from '../../src/database/database.ts';
import { type ClaimedContact, claimContacts } from '../../src/outbox/claim.ts';
import { type JobOutcome, recordOutcomes } from '../../src/outbox/finish.ts';
import type { Job } from '../../src/outbox/job.ts';

/** What one claim took: contacts, and all of their jobs in one row. */
export interface TestClaim {
  contacts: ClaimedContact[];
  jobs: Job[];
}

/** Claims as a worker does: up to so many contacts. */
export async function claim(database: Database, contacts: number, leaseSeconds = 60): Promise<TestClaim> {
  const size = { contacts, jobs: 10_000, leaseSeconds, withoutSuspectsOf: null };
  const { contacts: claimed } = await claimContacts(database, size);
  return { contacts: claimed, jobs: claimed.flatMap(({ jobs }) => jobs) };
}

/** Records one outcome for all jobs of a claim, a success unless told otherwise; which ids were recorded. */
export async function finish(
  database: Database,
  { contacts }: TestClaim,
  outcome: Partial<Omit<JobOutcome, 'id'>> = {},
): Promise<number[]> {
  const recorded = await recordOutcomes(
    database,
    contacts.map((contact) => ({
      contact,
      outcomes: contact.jobs.map(({ id, retryCount }) => ({
        id,
        status: 'success' as const,
        retryCount,
        error: null,
        minutes: null,
        ...outcome,
      })),
    })),
  );
  return [...recorded].map(Number).sort((a, b) => a - b);
}

/** Gives a claim back untouched. */
export async function release(database: Database, { contacts }: TestClaim): Promise<void> {
  await recordOutcomes(
    database,
    contacts.map((contact) => ({ contact, outcomes: [] })),
  );
}
