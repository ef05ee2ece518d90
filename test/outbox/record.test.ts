import { expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import type { ClaimedContact } from '../../src/outbox/claim.ts';
import { emptyDrain } from '../../src/outbox/drain-result.ts';
import { Recorder } from '../../src/outbox/record.ts';

it('a recorder whose database is gone says so to everybody, whatever still comes in', async () => {
  const gone = new Error('the database is gone');
  const database = { transaction: () => Promise.reject(gone) } as unknown as Database;
  const recorder = new Recorder(database, emptyDrain(), {
    retry: { maxRetries: 5, stepMinutes: 5 },
    mostUnrecorded: 1,
    onInformation: () => undefined,
    onRecorded: () => undefined,
    onLostLease: () => undefined,
  });
  const contact: ClaimedContact = { email: 'anna@example.com', token: 'token', expiresAt: 0, clockOffset: 0, jobs: [] };
  recorder.finish(contact, []);
  await expect(recorder.room()).rejects.toBe(gone);
  recorder.finish(contact, []);
  await expect(recorder.done()).rejects.toBe(gone);
  await expect(recorder.room()).rejects.toBe(gone);
});
