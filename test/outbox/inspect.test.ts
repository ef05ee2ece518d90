import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inspectJob } from '../../src/outbox/inspect.ts';
import { listJobs } from '../../src/outbox/list.ts';
import { createOutbox, type TestOutbox, upsertPayload } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';
import { claim } from './claims.ts';
import { addJob, setJob } from './job-state.ts';

describe.each(engines)('looking at jobs on %s', (engine) => {
  let outbox: TestOutbox;
  beforeAll(async () => {
    outbox = await createOutbox(engine);
  });
  afterAll(() => outbox.drop());
  beforeEach(() => outbox.empty());

  const inspect = (id: number | string) => inspectJob(outbox.open('read-only'), id);
  const list = (filter: Partial<Parameters<typeof listJobs>[1]>) =>
    listJobs(outbox.open('read-only'), { limit: 50, ...filter });

  it('shows the job, its entry, its payload and the other jobs of the contact', async () => {
    const { id, entryId } = await outbox.enqueue('anna@example.com');
    const { id: second } = await outbox.enqueue('anna@example.com', { entryId, operation: 'update_after_purchase' });
    await outbox.enqueue('other@example.com');
    await outbox.database.admin(
      "UPDATE funnel_entries SET certificate_purchased = 1, certificate_purchased_at = '2026-01-02 03:04:05' WHERE id = ?",
      [entryId],
    );
    expect(await inspect(second)).toMatchObject({
      id: second,
      status: 'pending',
      operation: 'update_after_purchase',
      entry: {
        id: entryId,
        email: 'anna@example.com',
        funnel: 'language',
        testId: 1,
        purchasedAt: '2026-01-02 03:04:05',
      },
      payload: upsertPayload('anna@example.com'),
      nextAttempt: { state: 'due', at: null, afterJob: null },
      otherJobs: [{ id, status: 'pending' }],
    });
    expect(await inspect(id)).toMatchObject({
      nextAttempt: { state: 'due', afterJob: null },
      otherJobs: [{ id: second }],
    });
  });

  it('says of each job what the claim does with it', async () => {
    const { id: later } = await outbox.enqueue('a@example.com', { retries: 2, dueInMinutes: 10 });
    const behind = (await outbox.enqueue('a@example.com')).id;
    const held = await addJob(outbox, 'b@example.com', { heldMinutes: 2 });
    const ended = await addJob(outbox, 'c@example.com', { heldMinutes: -2 });
    const newer = await addJob(outbox, 'd@example.com');
    const holder = await addJob(outbox, 'd@example.com', { heldMinutes: 2 });
    const gone = await addJob(outbox, 'e@example.com', { status: 'failed', heldMinutes: 2 });
    const states = [later, behind, held, ended, newer, holder, gone].map(async (id) => (await inspect(id)).nextAttempt);
    const [scheduled, ...others] = await Promise.all(states);
    expect(scheduled).toMatchObject({ state: 'scheduled', afterJob: null, at: expect.any(String) });
    expect(scheduled?.inSeconds).toBeGreaterThan(560);
    expect(scheduled?.inSeconds).toBeLessThanOrEqual(600);
    expect(others.map(({ state, afterJob }) => [state, afterJob])).toEqual([
      ['waits', later],
      ['held', null],
      ['due', null],
      ['held', null],
      ['held', null],
      ['none', null],
    ]);
    expect((await claim(outbox.open(), 10)).jobs.map(({ id }) => id)).toEqual([ended]);
  });

  it('gives a payload that is no JSON as it is', async () => {
    const { id } = await outbox.enqueue('a@example.com', { payload: 'not json' });
    expect(await inspect(id)).toMatchObject({ payload: 'not json' });
  });

  it('shows and lists a job whose entry is gone', async () => {
    const { id, entryId } = await outbox.enqueue('a@example.com');
    await outbox.deleteEntries(entryId);
    expect(await inspect(id)).toMatchObject({
      entry: null,
      otherJobs: [],
      nextAttempt: { state: 'entry_gone' },
      advice: expect.stringContaining('discard'),
    });
    expect(await list({})).toMatchObject({
      total: 1,
      due: 0,
      entryGone: 1,
      jobs: [{ id, email: null, state: 'entry_gone' }],
    });
  });

  it('refuses an id there is not', async () => {
    await expect(inspect('9223372036854775807')).rejects.toMatchObject({
      kind: 'data',
      message: 'There is no job 9223372036854775807 in the outbox.',
    });
  });

  it('lists the newest first, so many of them, and counts all', async () => {
    await outbox.enqueuePeople(5);
    await setJob(outbox, 2, { status: 'failed', error: '503: down', retries: 6 });
    await outbox.enqueue('later@example.com', { dueInMinutes: 5 });
    const listed = await list({ limit: 2 });
    expect(listed).toMatchObject({ email: null, total: 6, due: 4, counts: { pending: 5, success: 0, failed: 1 } });
    expect(listed.jobs).toMatchObject([
      { id: 6, nextAttemptAt: expect.any(String) },
      { id: 5, nextAttemptAt: null },
    ]);
    const failed = await list({ status: 'failed' });
    expect(failed).toMatchObject({ total: 1, jobs: [{ id: 2, attempts: 6, lastError: '503: down', heldUntil: null }] });
    expect(await list({ status: 'success' })).toMatchObject({ total: 0, jobs: [] });
    await expect(list({ status: 'error' })).rejects.toMatchObject({
      kind: 'usage',
      hint: expect.stringContaining('pending, success, failed'),
    });
    await setJob(outbox, 3, { status: 'error' });
    expect(await list({ status: 'error' })).toMatchObject({ total: 1, counts: { error: 1 }, jobs: [{ id: 3 }] });
    expect(await list({ status: 'error', email: 'later@example.com' })).toMatchObject({ total: 0 });
  });

  it('lists what is due in the order in which workers take it', async () => {
    await outbox.enqueue('a@example.com', { dueInMinutes: -1 });
    await outbox.enqueue('b@example.com', { dueInMinutes: -5 });
    await outbox.enqueue('c@example.com', { dueInMinutes: 5 });
    await outbox.enqueue('d@example.com');
    await addJob(outbox, 'e@example.com', { status: 'failed' });
    const { jobs, total } = await list({ due: true });
    expect(jobs.map(({ id }) => id)).toEqual([2, 1, 4]);
    expect(total).toBe(3);
    expect((await claim(outbox.open(), 10)).jobs.map(({ id }) => id)).toEqual([2, 1, 4]);
    expect(await list({ due: true })).toMatchObject({ total: 0, due: 0, jobs: [] });
    const held = await list({ status: 'pending' });
    expect(held.jobs.map(({ state }) => state)).toEqual(['held', 'scheduled', 'held', 'held']);
  });

  it('finds an address however it is written', async () => {
    await outbox.enqueue('anna@example.com');
    await addJob(outbox, 'anna@example.com', { status: 'success' });
    await outbox.enqueue('anna2@example.com');
    const listed = await list({ email: ' Anna@EXAMPLE.com\u200b' });
    expect(listed).toMatchObject({
      email: 'anna@example.com',
      total: 2,
      counts: { pending: 1, success: 1, failed: 0 },
    });
    expect(listed.jobs.map(({ id }) => id)).toEqual([2, 1]);
    expect(await list({ email: 'anna@example.com', status: 'pending', limit: 1 })).toMatchObject({ total: 1, due: 1 });
    expect((await list({ email: 'anna@example.com', due: true })).jobs.map(({ id }) => id)).toEqual([1]);
  });
});
