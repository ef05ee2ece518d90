import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { discardEntryGone, discardJobs } from '../../src/outbox/discard.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';
import { claim, finish } from './claims.ts';
import { addJob, rowsOf } from './job-state.ts';

describe.each(engines)('discarding jobs on %s', (engine) => {
  let outbox: TestOutbox;
  beforeAll(async () => {
    outbox = await createOutbox(engine);
  });
  afterAll(() => outbox.drop());
  beforeEach(() => outbox.empty());

  it('makes a pending job failed for good, with the error it had behind the words', async () => {
    const { id: fresh } = await outbox.enqueue('a@example.com', { dueInMinutes: 10 });
    const tried = await addJob(outbox, 'b@example.com', { error: '425: Too early', retries: 2 });
    expect(await discardJobs(outbox.open(), [fresh, tried], false)).toMatchObject({
      dryRun: false,
      discarded: [fresh, tried],
      refused: [],
    });
    expect(await outbox.jobs()).toMatchObject([
      { status: 'failed', error: 'Discarded by hand', secondsAhead: null, isLeased: 0 },
      { status: 'failed', error: 'Discarded by hand. Before: 425: Too early', retries: 2 },
    ]);
    expect((await claim(outbox.open(), 10)).jobs).toEqual([]);
  });

  it('marks a failed job once, however often it is discarded', async () => {
    const id = await addJob(outbox, 'a@example.com', { status: 'failed', error: '400 invalid_parameter: bad' });
    expect(await discardJobs(outbox.open(), [id], false)).toMatchObject({ discarded: [id], alreadyDiscarded: [] });
    expect(await discardJobs(outbox.open(), [id], false)).toMatchObject({ discarded: [], alreadyDiscarded: [id] });
    expect(await outbox.jobs()).toMatchObject([
      { status: 'failed', error: 'Discarded by hand. Before: 400 invalid_parameter: bad' },
    ]);
  });

  it('gives up a job in a status of another program, and one whose entry is gone', async () => {
    const id = await addJob(outbox, 'a@example.com', { status: 'error', error: '500: x' });
    const gone = await addJob(outbox, 'b@example.com');
    await outbox.deleteEntries();
    expect(await discardJobs(outbox.open(), [id, gone], false)).toMatchObject({ discarded: [id, gone], refused: [] });
    expect(await outbox.statuses()).toEqual({ failed: 2 });
  });

  it('gives up all whose entry is gone, in pages, and no other', async () => {
    const gone = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) gone.push(await addJob(outbox, `${name}@example.com`));
    await outbox.deleteEntries();
    const there = await addJob(outbox, 'f@example.com');
    expect(await discardEntryGone(outbox.open(), true, 2)).toMatchObject({ discarded: gone });
    expect(await outbox.statuses()).toEqual({ pending: 6 });
    expect(await discardEntryGone(outbox.open(), false, 2)).toMatchObject({
      discarded: gone,
      concerned: { jobs: 5, people: 0, entryGone: 5 },
    });
    expect((await outbox.jobs()).filter(({ status }) => status === 'pending').map(({ id }) => id)).toEqual([there]);
  });

  it('refuses what was delivered and what does not exist, and discards the others', async () => {
    const sent = await addJob(outbox, 'a@example.com', { status: 'success' });
    const open = await addJob(outbox, 'b@example.com');
    expect(await discardJobs(outbox.open(), [sent, 99, open], false)).toMatchObject({
      dryRun: false,
      discarded: [open],
      refused: [
        { id: sent, reason: 'delivered', heldUntil: null },
        { id: 99, reason: 'unknown', heldUntil: null },
      ],
    });
    expect(await outbox.statuses()).toEqual({ success: 1, failed: 1 });
  });

  it('refuses a job while a worker holds it, whose outcome stands; not when the lease has ended', async () => {
    const id = await addJob(outbox, 'a@example.com');
    const held = await claim(outbox.open(), 1, 120);
    const { refused, discarded } = await discardJobs(outbox.open(), [id], false);
    expect(discarded).toEqual([]);
    expect(refused).toEqual([
      { id, reason: 'held', heldUntil: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) },
    ]);
    const [now] = await outbox.database.admin<{ now: string }>('SELECT CURRENT_TIMESTAMP AS now');
    const ahead = Date.parse(`${refused[0]?.heldUntil}Z`) - Date.parse(`${now?.now}Z`);
    expect(ahead).toBeGreaterThan(100_000);
    expect(ahead).toBeLessThanOrEqual(121_000);
    await outbox.endLeases();
    expect(await discardJobs(outbox.open(), [id], false)).toMatchObject({ discarded: [id] });
    expect(await finish(outbox.open(), held)).toEqual([]);
    expect(await outbox.statuses()).toEqual({ failed: 1 });
  });

  it('writes nothing on a dry run, in a session that could not', async () => {
    const id = await addJob(outbox, 'a@example.com');
    const before = await rowsOf(outbox);
    expect(await discardJobs(outbox.open('read-only'), [id], true)).toMatchObject({ dryRun: true, discarded: [id] });
    expect(await rowsOf(outbox)).toEqual(before);
  });
});
