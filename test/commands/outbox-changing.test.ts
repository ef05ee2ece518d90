import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addJob, rowsOf } from '../outbox/job-state.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { type Run, runFunnels, startFunnels } from '../support/program.ts';
import { engines } from '../support/test-databases.ts';

describe.each(engines)('funnels outbox retry, discard and prune on %s', (engine) => {
  let outbox: TestOutbox;
  beforeAll(async () => {
    outbox = await createOutbox(engine);
  });
  afterAll(() => outbox.drop());
  beforeEach(async () => {
    await outbox.empty();
    await addJob(outbox, 'a@example.com', { status: 'failed', error: '503: down', retries: 6, daysOld: 100 });
    await addJob(outbox, 'b@example.com', { status: 'failed', error: '400 invalid_parameter: bad', retries: 1 });
    await addJob(outbox, 'c@example.com', { status: 'success', daysOld: 100 });
    await addJob(outbox, 'd@example.com', { daysOld: 100 });
    await addJob(outbox, 'e@example.com', { heldMinutes: 5 });
  });

  const act = (...words: string[]): Promise<Run> =>
    runFunnels(['outbox', ...words], { environment: { FUNNELS_DATABASE_URL: outbox.database.url } });
  const statuses = async (): Promise<string[]> => (await outbox.jobs()).map(({ status }) => status);

  it('retries jobs by number, and names those it left alone', async () => {
    expect(await act('retry', '1', '3', '1')).toEqual({
      code: 0,
      signal: null,
      stdout: expect.stringMatching(
        new RegExp(
          [
            '^Job 3 was delivered already: left alone\\.',
            '1 job is pending again\\.',
            'Age: +1 job, up to 1 day old',
            'Oldest: +enqueued \\d{4}-[-: \\d]+, 0 days ago; the oldest entry is of \\d{4}-[-: \\d]+',
            'Contacts: a@example.com',
            'To deliver now: funnels drain-outbox\n$',
          ].join('\n'),
        ),
      ),
      stderr: '',
    });
    expect(await statuses()).toEqual(['pending', 'failed', 'success', 'pending', 'pending']);
  });

  it('retries what there is when a number is wrong, and ends with 65', async () => {
    const run = await act('retry', '2', '99');
    expect(run).toMatchObject({ code: 65, stderr: 'Error: There is no job 99 in the outbox.\n' });
    expect(run.stdout).toMatch(/^1 job is pending again/);
    const json = await act('retry', '2', '99', '--json');
    expect(json).toMatchObject({ code: 65, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({
      dryRun: false,
      requeued: 0,
      leftAlone: [
        { id: 2, status: 'pending', reason: 'due' },
        { id: 99, status: null, reason: 'unknown' },
      ],
      concerned: { jobs: 0 },
    });
  });

  it('retries all failed jobs, or those with a code', async () => {
    expect((await act('retry', '--failed', '--code', 'invalid_parameter')).stdout).toMatch(/^1 job is pending again/);
    expect(await statuses()).toEqual(['failed', 'pending', 'success', 'pending', 'pending']);
    expect(JSON.parse((await act('retry', '--failed', '--json')).stdout)).toMatchObject({ requeued: 1 });
    expect((await act('retry', '--failed')).stdout).toBe('0 jobs are pending again.\n');
  });

  it('retries old jobs of many people only when that is meant', async () => {
    const { admin } = outbox.database;
    await admin("UPDATE brevo_sync_outbox SET created_at = '2020-01-01 10:00:00' WHERE id = 1");
    const before = await rowsOf(outbox);
    const refused = await act('retry', '--failed');
    expect(refused).toMatchObject({ code: 64, stdout: '' });
    expect(refused.stderr).toMatch(
      /^Age: +1 job, up to 1 day old; 1 job, older\nOldest: +enqueued 2020-01-01 10:00:00[\s\S]*\nContacts: a@example\.com, b@example\.com\n/,
    );
    expect(refused.stderr).toMatch(/Error: 1 of 2 jobs is older than sync\.lookbackDays \(30 days\).*\n.*--yes.*30d/);
    expect(await rowsOf(outbox)).toEqual(before);
    const dry = await act('retry', '--failed', '--dry-run');
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('1 job, up to 1 day old; 1 job, older') });
    expect(await act('retry', '--failed', '--newer-than', '30d')).toMatchObject({ code: 0 });
    expect((await statuses()).slice(0, 2)).toEqual(['failed', 'pending']);
    expect(await act('retry', '--failed', '--yes')).toMatchObject({ code: 0 });
    expect((await statuses())[0]).toBe('pending');
  });

  it('discards jobs, refuses those it must not, and says why', async () => {
    const run = await act('discard', '1', '4', '3', '5', '99');
    expect(run).toMatchObject({
      code: 65,
      stdout: expect.stringMatching(
        /^Discarded 2 jobs: 1, 4\.\nAge: [\s\S]*\nContacts: a@example\.com, d@example\.com\n$/,
      ),
    });
    expect(run.stderr).toMatch(
      /^Error: Job 3 was delivered already.*\nError: Job 5 is held by a worker until \d{4}-.*\nError: There is no job 99/,
    );
    expect((await outbox.jobs()).map(({ status, error }) => [status, error])).toEqual([
      ['failed', 'Discarded by hand. Before: 503: down'],
      ['failed', '400 invalid_parameter: bad'],
      ['success', null],
      ['failed', 'Discarded by hand'],
      ['pending', null],
    ]);
    expect((await act('retry', '--failed')).stdout).toMatch(/^1 job is pending again/);
  });

  it('ends with 75 when waiting is all it takes to discard a job', async () => {
    const run = await act('discard', '5', '4', '--json');
    expect(run).toMatchObject({ code: 75, stderr: '' });
    expect(JSON.parse(run.stdout)).toMatchObject({
      dryRun: false,
      discarded: [4],
      refused: [{ id: 5, reason: 'held', heldUntil: expect.any(String) }],
    });
  });

  it('prunes what is finished and old', async () => {
    const refused = await act('prune', '--older-than', '12w');
    expect(refused).toMatchObject({ code: 64, stdout: '' });
    expect(refused.stderr).toMatch(
      /^Would delete 2 jobs [\s\S]*\nError: Deleted jobs cannot be brought back.*\n.*--yes/,
    );
    for (const words of [[], ['--yes'], ['--dry-run']]) {
      expect(await act('prune', '--older-than', '15w', ...words)).toMatchObject({
        code: 0,
        stderr: '',
        stdout: expect.stringMatching(/^No finished job was last changed before \d{4}-.*: nothing to delete\.\n$/),
      });
    }
    const { stdout } = await act('prune', '--status', 'success', '--json', '--yes');
    expect(JSON.parse(stdout)).toMatchObject({ dryRun: false, success: 1, failed: 0, interrupted: false });
    expect((await act('prune', '-y')).stdout).toMatch(
      /^Deleted 1 job last .*: 0 success, 1 failed\.\nThe failed ones, [\s\S]*\nContacts: a@example\.com\n$/,
    );
    expect((await outbox.jobs()).map(({ id }) => id)).toEqual([2, 4, 5]);
  });

  it.runIf(engine === 'mysql')('finishes the batch in hand at SIGTERM, says so, and ends with 143', async () => {
    const { admin } = outbox.database;
    await outbox.enqueuePeople(2_500);
    await admin("UPDATE brevo_sync_outbox SET status = 'success', updated_at = '2020-01-01 00:00:00' WHERE id > 5");
    // A row of the second batch is locked, so that the signal comes while that batch waits.
    await admin('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
    await admin('START TRANSACTION');
    await admin('SELECT id FROM brevo_sync_outbox WHERE id = 1200 FOR UPDATE');
    const program = startFunnels(['outbox', 'prune', '--status', 'success', '--yes'], {
      environment: { FUNNELS_DATABASE_URL: outbox.database.url },
    });
    const left = async (): Promise<number | undefined> => (await outbox.statuses()).success;
    try {
      await expect.poll(left, { timeout: 20_000 }).toBe(1_501);
      program.process.kill('SIGTERM');
    } finally {
      await admin('COMMIT');
    }
    const { code, stdout } = await program.ended;
    expect(code).toBe(143);
    expect(stdout).toMatch(/^Deleted 2,000 jobs .*\nEnded early by a signal; the next run goes on from here\.\n$/);
    expect(await left()).toBe(501);
  });

  it.each([
    [['retry', '1', '3'], /^Job 3 was .*\n1 job would be pending again\.\nAge: [\s\S]*\nNothing was written\.\n$/],
    [
      ['retry', '--failed'],
      /^2 jobs would be pending again\.\nAge: [\s\S]*\nContacts: a@.*, b@.*\nNothing was written\.\n$/,
    ],
    [['discard', '1', '4'], /^Would discard 2 jobs: 1, 4\.\nAge: [\s\S]*\nNothing was written\.\n$/],
    [
      ['prune', '--older-than', '90d'],
      /^Would delete 2 jobs .*: 1 success, 1 failed\.\n[\s\S]*\nNothing was deleted\.\n$/,
    ],
  ])('only tells with --dry-run what %j would do', async (words, text) => {
    const before = await rowsOf(outbox);
    expect(await act(...words, '--dry-run')).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(text),
    });
    expect(JSON.parse((await act(...words, '-n', '--json')).stdout)).toMatchObject({ dryRun: true });
    expect(await rowsOf(outbox)).toEqual(before);
  });

  it.each([
    [['retry'], 'Say which jobs to retry'],
    [['retry', '1', '--failed'], 'Say which jobs to retry'],
    [['retry', '1', '--code', '500'], '--code picks among all failed jobs'],
    [['retry', '--failed', '--code', ' '], '--code picks among all failed jobs'],
    [['retry', '0'], '"0" is not the number of a job.'],
    [['retry', '1', '--newer-than', '30d'], '--newer-than picks among all failed jobs'],
    [['retry', '--failed', '--older-than', 'long'], '--older-than "long" is not an age.'],
    [['discard'], 'Say which jobs to discard: either their numbers or --entry-gone.'],
    [['discard', '1', '--entry-gone'], 'Say which jobs to discard: either their numbers or --entry-gone.'],
    [['discard', '1', 'x'], '"x" is not the number of a job.'],
    [['discard', '9223372036854775808'], 'is not the number of a job.'],
    [['prune', '--older-than', '0d'], '--older-than "0d" is not an age.'],
    [['prune', '--older-than', 'soon'], '--older-than "soon" is not an age.'],
    [['prune', '--status', 'pending'], 'success, failed'],
  ])('refuses %j', async (words, message) => {
    const before = await rowsOf(outbox);
    expect(await act(...words)).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining(message) });
    expect(await rowsOf(outbox)).toEqual(before);
  });
});
