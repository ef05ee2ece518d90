import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requeueFailed, requeueJobs } from '../../src/outbox/requeue.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';
import { addJob, rowsOf } from './job-state.ts';

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
    expect(await requeueJobs(outbox.open(), [id], false)).toEqual({ dryRun: false, requeued: 1, leftAlone: [] });
    expect(await outbox.jobs()).toMatchObject([
      { status: 'pending', retries: 0, error: '503: down', secondsAhead: null, isLeased: 0 },
    ]);
    const [row] = await outbox.database.admin<{ updated: string; created: string }>(
      'SELECT updated_at AS updated, created_at AS created FROM brevo_sync_outbox',
    );
    expect(row?.updated && row.created && row.updated >= row.created).toBe(true);
  });

  it('leaves every other job as it is, and says what it is', async () => {
    const held = await addJob(outbox, 'a@example.com', { retries: 2, heldMinutes: 5 });
    const sent = await addJob(outbox, 'b@example.com', { status: 'success' });
    const other = await addJob(outbox, 'c@example.com', { status: 'failed', error: '500: x' });
    const before = await rowsOf(outbox);
    expect(await requeueJobs(outbox.open(), [held, sent, 99, '9223372036854775807'], false)).toEqual({
      dryRun: false,
      requeued: 0,
      leftAlone: [
        { id: held, status: 'pending' },
        { id: sent, status: 'success' },
        { id: 99, status: null },
        { id: '9223372036854775807', status: null },
      ],
    });
    expect(await rowsOf(outbox)).toEqual(before);
    expect(await requeueJobs(outbox.open(), [other, sent], false)).toMatchObject({ requeued: 1 });
  });

  it('takes all failed jobs but those discarded by hand', async () => {
    await addJob(outbox, 'a@example.com', { status: 'failed', error: '500: x' });
    await addJob(outbox, 'b@example.com', { status: 'failed', error: null });
    await addJob(outbox, 'c@example.com', { status: 'failed', error: 'Discarded by hand. Before: 500: x' });
    await addJob(outbox, 'd@example.com', { status: 'success' });
    expect(await requeueFailed(outbox.open(), undefined, false)).toMatchObject({ requeued: 2 });
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
    expect(await requeueFailed(outbox.open('read-only'), code, true)).toMatchObject({ requeued: expected.length });
    expect(await pending()).toEqual([]);
    expect(await requeueFailed(outbox.open(), code, false)).toMatchObject({ requeued: expected.length });
    expect(await pending()).toEqual(expected);
  });

  it('goes through more jobs than one batch holds', async () => {
    await outbox.enqueuePeople(2_100);
    await outbox.database.admin("UPDATE brevo_sync_outbox SET status = 'failed', last_error = '503: down'");
    expect(await requeueFailed(outbox.open(), '503', false)).toMatchObject({ requeued: 2_100 });
    expect(await outbox.statuses()).toEqual({ pending: 2_100 });
  });

  it('writes nothing on a dry run, in a session that could not', async () => {
    const id = await addJob(outbox, 'a@example.com', { status: 'failed', error: '500: x' });
    const before = await rowsOf(outbox);
    expect(await requeueJobs(outbox.open('read-only'), [id, 7], true)).toEqual({
      dryRun: true,
      requeued: 1,
      leftAlone: [{ id: 7, status: null }],
    });
    expect(await requeueFailed(outbox.open('read-only'), undefined, true)).toMatchObject({ requeued: 1 });
    expect(await rowsOf(outbox)).toEqual(before);
  });
});
