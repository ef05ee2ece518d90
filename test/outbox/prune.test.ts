import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Problem } from '../../src/errors.ts';
import { readAge } from '../../src/outbox/age.ts';
import { type PruneOptions, pruneOutbox } from '../../src/outbox/prune.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';
import { addJob, rowsOf } from './job-state.ts';

const options: PruneOptions = {
  olderThanDays: 90,
  statuses: ['success', 'failed'],
  dryRun: false,
  signal: new AbortController().signal,
  batchSize: 2,
};

describe.each(engines)('pruning the outbox on %s', (engine) => {
  let outbox: TestOutbox;
  beforeAll(async () => {
    outbox = await createOutbox(engine);
  });
  afterAll(() => outbox.drop());
  beforeEach(async () => {
    await outbox.empty();
    for (const status of ['pending', 'success', 'failed'] as const) {
      for (const daysOld of [200, 89, 91, 200, 91, 91]) await addJob(outbox, 'a@example.com', { status, daysOld });
    }
  });

  it('deletes what is finished and old enough, batch after batch, and nothing else', async () => {
    expect(await pruneOutbox(outbox.open(), options)).toMatchObject({ success: 5, failed: 5, interrupted: false });
    expect((await outbox.jobs()).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 8, 14]);
    const [left] = await outbox.database.admin<{ count: number }>('SELECT COUNT(*) AS count FROM funnel_entries');
    expect(left?.count).toBe(18);
  });

  it('forgets leases that crashed workers left long ago, and no others', async () => {
    for (const hours of [1, 25]) await addJob(outbox, `crashed${hours}@example.com`, { heldMinutes: -60 * hours });
    await addJob(outbox, 'held@example.com', { heldMinutes: 2 });
    await pruneOutbox(outbox.open(), options);
    expect(await outbox.database.admin('SELECT email FROM brevo_contact_leases ORDER BY email')).toEqual([
      { email: 'crashed1@example.com' },
      { email: 'held@example.com' },
    ]);
  });

  it('keeps to the statuses asked for', async () => {
    const pruned = await pruneOutbox(outbox.open(), { ...options, statuses: ['success'] });
    expect(pruned).toMatchObject({ success: 5, failed: 0 });
    expect(await outbox.statuses()).toEqual({ pending: 6, success: 1, failed: 6 });
  });

  it('counts on a dry run, in a session that could not delete', async () => {
    const before = await rowsOf(outbox);
    const pruned = await pruneOutbox(outbox.open('read-only'), { ...options, olderThanDays: 100, dryRun: true });
    expect(pruned).toMatchObject({ dryRun: true, success: 2, failed: 2 });
    expect(await rowsOf(outbox)).toEqual(before);
  });

  it('ends after the batch in hand when it is interrupted, and the next run does the rest', async () => {
    const interruption = new AbortController();
    const progress: [number, number][] = [];
    const pruned = await pruneOutbox(outbox.open(), {
      ...options,
      signal: interruption.signal,
      onProgress: (done, total) => {
        progress.push([done, total]);
        if (done === 4) interruption.abort();
      },
    });
    expect(pruned).toMatchObject({ success: 4, failed: 0, interrupted: true });
    expect(progress).toEqual([
      [2, 10],
      [4, 10],
    ]);
    expect(await pruneOutbox(outbox.open(), options)).toMatchObject({ success: 1, failed: 5 });
  });

  it('leaves a job alone that is set back to pending between two batches', async () => {
    let requeued: Promise<unknown> | undefined;
    const pruned = await pruneOutbox(outbox.open(), {
      ...options,
      onProgress: (done) => {
        if (done === 2)
          requeued = outbox.database.admin("UPDATE brevo_sync_outbox SET status = 'pending' WHERE id = 18");
      },
    });
    await requeued;
    expect(pruned.failed).toBe(4);
    expect((await outbox.jobs()).map(({ id }) => id)).toContain(18);
  });
});

describe('an age', () => {
  it.each([
    ['1d', 1],
    ['90d', 90],
    ['12w', 84],
  ])('%s is so many days: %i', (text, days) => {
    expect(readAge(text, '--older-than')).toBe(days);
  });

  it.each(['', '0d', '0w', '90', 'd', '-1d', '1.5d', '90 d', '1m', '99999d', '1d; DROP'])('is not "%s"', (text) => {
    let problem: Problem | undefined;
    try {
      readAge(text, '--older-than');
    } catch (error) {
      problem = error as Problem;
    }
    expect(problem).toMatchObject({ kind: 'usage', message: expect.stringContaining('--older-than') });
  });
});
