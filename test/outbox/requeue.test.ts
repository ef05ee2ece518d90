import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { surveyFailed } from '../../src/outbox/concerned.ts';
import { listJobs } from '../../src/outbox/list.ts';
import { requeueFailed, requeueJobs } from '../../src/outbox/requeue.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';
import { claim } from './claims.ts';
import { addJob, rowsOf, setJob } from './job-state.ts';

const real = { leaseSeconds: 120, dryRun: false };

describe.each(engines)('retrying failed jobs on %s', (engine) => {
  let outbox: TestOutbox;
  beforeAll(async () => {
    outbox = await createOutbox(engine);
  });
  afterAll(() => outbox.drop());
  beforeEach(() => outbox.empty());

  const pending = async (): Promise<number[]> =>
    (await outbox.jobs()).filter(({ status }) => status === 'pending').map(({ id }) => id);

  it('makes them pending and due with all their retries, and keeps the error', async () => {
    const id = await addJob(outbox, 'anna@example.com', {
      status: 'failed',
      error: '503: down',
      retries: 6,
      daysOld: 3,
    });
    expect(await requeueJobs(outbox.open(), [id], real)).toMatchObject({
      dryRun: false,
      requeued: 1,
      leftAlone: [],
      concerned: { jobs: 1, people: 1, firstPeople: ['anna@example.com'], ages: [{ upToDays: 1, jobs: 1 }] },
    });
    expect(await outbox.jobs()).toMatchObject([
      { status: 'pending', retries: 0, error: '503: down', secondsAhead: null, isLeased: 0 },
    ]);
    const [row] = await outbox.database.admin<{ updated: string; created: string }>(
      'SELECT updated_at AS updated, created_at AS created FROM brevo_sync_outbox',
    );
    expect(row?.updated && row.created && row.updated >= row.created).toBe(true);
  });

  it('leaves every other job as it is, and says what it is', async () => {
    const held = await addJob(outbox, 'a@example.com', { retries: 2, heldMinutes: 2 });
    const sent = await addJob(outbox, 'b@example.com', { status: 'success' });
    const other = await addJob(outbox, 'c@example.com', { status: 'failed', error: '500: x' });
    const before = await rowsOf(outbox);
    expect(await requeueJobs(outbox.open(), [held, sent, 99, '9223372036854775807'], real)).toMatchObject({
      dryRun: false,
      requeued: 0,
      leftAlone: [
        { id: held, status: 'pending', reason: 'held', heldUntil: expect.any(String) },
        { id: sent, status: 'success', reason: 'delivered' },
        { id: 99, status: null, reason: 'unknown' },
        { id: '9223372036854775807', status: null, reason: 'unknown' },
      ],
    });
    expect(await rowsOf(outbox)).toEqual(before);
    expect(await requeueJobs(outbox.open(), [other, sent], real)).toMatchObject({ requeued: 1 });
  });

  it('brings a scheduled job forward, its attempts still counted', async () => {
    const { id } = await outbox.enqueue('a@example.com', { retries: 2, dueInMinutes: 20 });
    const later = await addJob(outbox, 'a@example.com');
    const fresh = await addJob(outbox, 'b@example.com');
    const asked = await requeueJobs(outbox.open('read-only'), [id, later, fresh], { ...real, dryRun: true });
    expect(asked).toMatchObject({
      requeued: 0,
      broughtForward: [{ id, attempts: 2, scheduledAt: expect.any(String) }],
      leftAlone: [
        { id: later, reason: 'waits', afterJob: id },
        { id: fresh, reason: 'due' },
      ],
    });
    expect(await requeueJobs(outbox.open(), [id, later, fresh], real)).toEqual({ ...asked, dryRun: false });
    expect(await outbox.jobs()).toMatchObject([
      { id, status: 'pending', retries: 2, secondsAhead: null },
      { secondsAhead: null },
      { secondsAhead: null },
    ]);
  });

  it('takes a job in a status of another program for a failed one', async () => {
    const id = await addJob(outbox, 'a@example.com', { status: 'error', error: '500: x', retries: 3 });
    expect(await requeueJobs(outbox.open(), [id], real)).toMatchObject({ requeued: 1, leftAlone: [] });
    await addJob(outbox, 'b@example.com', { status: 'error' });
    expect(await requeueFailed(outbox.open(), {}, false)).toMatchObject({ requeued: 1 });
    expect(await outbox.jobs()).toMatchObject([{ status: 'pending', retries: 0 }, { status: 'pending' }]);
  });

  it('ends a lease that no worker can have, and leaves the job to the next', async () => {
    const [soon, far] = [
      await addJob(outbox, 'a@example.com', { heldMinutes: 30 }),
      await addJob(outbox, 'b@example.com', { heldMinutes: 3000 }),
    ];
    expect(await listJobs(outbox.open(), { due: true, limit: 9 })).toMatchObject({ due: 1, jobs: [{ id: far }] });
    const result = await requeueJobs(outbox.open(), [soon], { leaseSeconds: 3600, dryRun: false });
    expect(result).toMatchObject({ released: [], leftAlone: [{ id: soon, reason: 'held' }] });
    expect(await requeueJobs(outbox.open(), [soon], real)).toMatchObject({ released: [soon], leftAlone: [] });
    expect((await claim(outbox.open(), 9)).jobs.map(({ id }) => id).toSorted()).toEqual([soon, far]);
  });

  it('leaves jobs alone whose entry is gone, one by one and all together', async () => {
    const id = await addJob(outbox, 'a@example.com', { status: 'failed', error: '500: x' });
    const waiting = await addJob(outbox, 'b@example.com');
    await outbox.deleteEntries();
    const reason = 'entry_gone';
    expect(await requeueJobs(outbox.open(), [id, waiting], real)).toMatchObject({
      requeued: 0,
      leftAlone: [
        { id, reason },
        { id: waiting, reason },
      ],
    });
    const result = await requeueFailed(outbox.open(), {}, false);
    expect(result).toMatchObject({ requeued: 0, entryGone: 1, concerned: { jobs: 0 } });
    expect(await outbox.statuses()).toEqual({ failed: 1, pending: 1 });
  });

  it('picks by age, and says how old those are', async () => {
    const day = 24 * 60;
    for (const [index, days] of [0.5, 3, 20, 192, 400].entries()) {
      const created = await outbox.enqueue(`p${index}@example.com`, { createdMinutes: -days * day });
      await setJob(outbox, created.id, { status: 'failed', error: '500: x' });
    }
    expect(await surveyFailed(outbox.open(), {})).toMatchObject({
      jobs: 5,
      people: 5,
      firstPeople: ['p4@example.com', 'p3@example.com', 'p2@example.com', 'p1@example.com', 'p0@example.com'],
      ages: [
        { upToDays: 1, jobs: 1 },
        { upToDays: 7, jobs: 1 },
        { upToDays: 30, jobs: 1 },
        { upToDays: 365, jobs: 1 },
        { upToDays: null, jobs: 1 },
      ],
      oldestJobDays: 400,
    });
    const old = await requeueFailed(outbox.open(), { olderThanDays: 30, newerThanDays: 300 }, true);
    expect(old).toMatchObject({ requeued: 1, concerned: { oldestJobDays: 192, firstPeople: ['p3@example.com'] } });
    expect(await requeueFailed(outbox.open(), { newerThanDays: 30, code: '500' }, false)).toMatchObject({
      requeued: 3,
    });
    expect(await pending()).toEqual([1, 2, 3]);
  });

  it('takes all failed jobs but those discarded by hand', async () => {
    await addJob(outbox, 'a@example.com', { status: 'failed', error: '500: x' });
    await addJob(outbox, 'b@example.com', { status: 'failed', error: null });
    await addJob(outbox, 'c@example.com', { status: 'failed', error: 'Discarded by hand. Before: 500: x' });
    await addJob(outbox, 'd@example.com', { status: 'success' });
    expect(await requeueFailed(outbox.open(), {}, false)).toMatchObject({ requeued: 2 });
    expect(await outbox.statuses()).toEqual({ pending: 2, failed: 1, success: 1 });
  });

  it.each([
    ['500', [1, 2]],
    ['invalid_parameter', [3]],
    ['400 invalid_parameter', [3]],
    ['400', [3, 4]],
    ['timeout', [6]],
    ['invalidXparameter', []],
    ['50', []],
    ['%', []],
  ])('with the code %s takes those only whose error begins with it', async (code, expected) => {
    const errors = [
      '500: down',
      '500 internal: down',
      '400 invalid_parameter: 500 letters are too many',
      '400: bad',
      '5000: no such thing',
      'timeout: api.brevo.com did not answer within 10 s',
      null,
    ];
    for (const [index, error] of errors.entries()) {
      await addJob(outbox, `p${index}@example.com`, { status: 'failed', error });
    }
    expect(await requeueFailed(outbox.open('read-only'), { code }, true)).toMatchObject({ requeued: expected.length });
    expect(await pending()).toEqual([]);
    expect(await requeueFailed(outbox.open(), { code }, false)).toMatchObject({ requeued: expected.length });
    expect(await pending()).toEqual(expected);
  });

  it('goes through more jobs than one batch holds', async () => {
    await outbox.enqueuePeople(2_100);
    await outbox.database.admin("UPDATE brevo_sync_outbox SET status = 'failed', last_error = '503: down'");
    expect(await requeueFailed(outbox.open(), { code: '503' }, false)).toMatchObject({ requeued: 2_100 });
    expect(await outbox.statuses()).toEqual({ pending: 2_100 });
  });

  it('writes nothing on a dry run, in a session that could not', async () => {
    const id = await addJob(outbox, 'a@example.com', { status: 'failed', error: '500: x' });
    const before = await rowsOf(outbox);
    expect(await requeueJobs(outbox.open('read-only'), [id, 7], { ...real, dryRun: true })).toMatchObject({
      dryRun: true,
      requeued: 1,
      leftAlone: [{ id: 7, status: null, reason: 'unknown' }],
    });
    expect(await requeueFailed(outbox.open('read-only'), {}, true)).toMatchObject({ requeued: 1 });
    expect(await rowsOf(outbox)).toEqual(before);
  });
});
