import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { InspectedJob } from '../../src/outbox/inspect.ts';
import type { ListedJobs } from '../../src/outbox/list.ts';
import { addJob, rowsOf } from '../outbox/job-state.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { createTestDatabase, engines } from '../support/test-databases.ts';

describe.each(engines)('funnels outbox list and show on %s', (engine) => {
  let outbox: TestOutbox;
  beforeAll(async () => {
    outbox = await createOutbox(engine);
  });
  afterAll(() => outbox.drop());
  beforeEach(async () => {
    await outbox.empty();
  });

  const look = (...words: string[]): Promise<Run> =>
    runFunnels(['outbox', ...words], { environment: { FUNNELS_DATABASE_URL: outbox.database.url, LANG: 'C' } });

  it('lists as a table with counts, and says how many more there are', async () => {
    const error = `400 invalid_parameter: ${'long '.repeat(30)}end`;
    await addJob(outbox, 'anna@example.com', { status: 'failed', error, retries: 1 });
    await outbox.enqueue('ben@example.com', { retries: 1, dueInMinutes: 5 });
    await addJob(outbox, 'cleo@example.com', { heldMinutes: 5 });
    const before = await rowsOf(outbox);
    const { code, stdout, stderr } = await look('list', '--format', 'table', '--limit', '2');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('2 of 3 jobs');
    expect(lines[2]).toMatch(
      /^Job +Status +Next attempt +Operation +Address +Funnel +Attempts +Scheduled for +Held until +Changed at +Last error$/,
    );
    expect(lines[4]).toMatch(
      /^ {2}3 +pending +held +upsert_contact +cleo@example.com +language +0( +\d{4}-[\d-]+ [\d:]+){2}$/,
    );
    expect(lines[5]).toMatch(
      /^ {2}2 +pending +\d{4}-[\d-]+ [\d:]+ +upsert_contact +ben@example.com +language +1( +\d{4}-[\d-]+ [\d:]+){2}$/,
    );
    expect(lines.slice(6)).toEqual([
      '',
      '1 more; see them with --limit.',
      'The whole outbox: 2 pending (0 due), 0 success, 1 failed.',
    ]);
    const failed = await look('list', '--status', 'failed');
    expect(failed.stdout).toMatch(
      /^1\tfailed\t\tupsert_contact\tanna@example.com\tlanguage\t1\t\t\t\d{4}-[^\t]+\t400 invalid_parameter: (long ){30}end\n$/,
    );
    expect(await rowsOf(outbox)).toEqual(before);
  });

  it('gives the list as JSON, errors in full', async () => {
    const error = `503: ${'x'.repeat(300)}`;
    await addJob(outbox, 'anna@example.com', { error, retries: 1 });
    await addJob(outbox, 'ben@example.com');
    const { stdout } = await look('list', '--email', 'Anna@Example.com', '--due', '--json');
    expect(JSON.parse(stdout) as ListedJobs).toMatchObject({
      email: 'anna@example.com',
      total: 1,
      due: 1,
      counts: { pending: 1, success: 0, failed: 0 },
      jobs: [{ id: 1, status: 'pending', attempts: 1, nextAttemptAt: null, heldUntil: null, lastError: error }],
    });
  });

  it('shows a job for people, whatever is in it', async () => {
    const { id } = await outbox.enqueue('anna@example.com', { payload: 'not \u001b[31mjson' });
    await outbox.enqueue('anna@example.com', { dueInMinutes: 12 });
    const { code, stdout } = await look('show', String(id));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Job +1\nOperation +upsert_contact\nStatus +pending\nAttempts +0\n/);
    expect(stdout).toMatch(/^Next attempt +due now$/m);
    expect(stdout).toMatch(/^Address +anna@example.com$/m);
    expect(stdout).toMatch(/^Bought at +not bought$/m);
    expect(stdout).toContain('\nPayload\n  not \\x1b[31mjson\n');
    expect(stdout).toMatch(/Other jobs of this contact\n[\s\S]*\n +2 +pending/);
    expect(stdout).toMatch(/\nWhat to do\n {2}Nothing: the next funnels drain-outbox delivers it\.\n$/);
    const other = await look('show', '2');
    expect(other.stdout).toMatch(/^Next attempt +in 12 min, at \d{4}-[\d-]+ [\d:]+$/m);
    expect(other.stdout).toContain('\n    "list_ids": [\n');
  });

  it('shows who holds a job back, and a failed one with what to do', async () => {
    const held = await addJob(outbox, 'anna@example.com', { heldMinutes: 5 });
    const { id: scheduled } = await outbox.enqueue('carl@example.com', { dueInMinutes: 5 });
    const behind = await addJob(outbox, 'carl@example.com');
    const failed = await addJob(outbox, 'ben@example.com', { status: 'failed', error: '500: down' });
    expect((await look('show', String(held))).stdout).toMatch(/^Next attempt +held by a worker until \d{4}-/m);
    const { stdout: waiting } = await look('show', String(behind));
    expect(waiting).toMatch(new RegExp(`^Next attempt +waits for job ${scheduled} of the same contact$`, 'm'));
    const { stdout } = await look('show', String(failed), '--json');
    expect(JSON.parse(stdout) as InspectedJob).toMatchObject({
      id: failed,
      status: 'failed',
      payload: { email: 'ben@example.com', list_ids: [5] },
      nextAttempt: { state: 'none' },
      otherJobs: [],
      advice: expect.stringContaining(`funnels outbox retry ${failed}`),
    });
  });

  it.each([
    ['a job there is not', ['show', '99'], 65, 'There is no job 99 in the outbox.'],
    ['what is no number', ['show', 'anna'], 64, '"anna" is not the number of a job.'],
    ['no number', ['show'], 64, 'ID is missing'],
    ['a status of its own', ['list', '--status', 'leased'], 64, 'pending, success, failed'],
    ['what cannot be due', ['list', '--due', '--status', 'failed'], 64, 'Only pending jobs are due'],
    ['a limit of none', ['list', '--limit', '0'], 64, '--limit takes a whole number of 1 or more'],
  ])('refuses %s', async (_name, words, code, message) => {
    expect(await look(...words)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
  });

  it.each([['list'], ['show', '1'], ['retry', '1'], ['discard', '1'], ['prune', '--yes']])(
    'refuses %s on a database that was never migrated',
    async (...words) => {
      const empty = await createTestDatabase(engine);
      try {
        const environment = { FUNNELS_DATABASE_URL: empty.url };
        expect(await runFunnels(['outbox', ...words], { environment })).toMatchObject({
          code: 65,
          stderr: expect.stringContaining('funnels migrate'),
        });
      } finally {
        await empty.drop();
      }
    },
  );
});
