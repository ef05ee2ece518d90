import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DrainResult } from '../../src/outbox/drain-result.ts';
import type { DrainPreview } from '../../src/outbox/preview.ts';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { createTestDatabase, engines } from '../support/test-databases.ts';

describe.each(engines)('funnels drain-outbox on %s', (engine) => {
  let outbox: TestOutbox;
  let brevo: FakeBrevo;
  beforeAll(async () => {
    outbox = await createOutbox(engine);
  });
  afterAll(() => outbox.drop());
  beforeEach(async () => {
    await outbox.empty();
    brevo = await startFakeBrevo();
  });
  afterEach(() => brevo.close());

  function drain(words: string[] = [], environment: Record<string, string> = {}): Promise<Run> {
    return runFunnels(['drain-outbox', ...words], {
      environment: {
        FUNNELS_DATABASE_URL: outbox.database.url,
        FUNNELS_BREVO_BASE_URL: brevo.url,
        BREVO_API_KEY: brevo.apiKey,
        FUNNELS_BREVO_REQUESTS_PER_SECOND: '1000',
        ...environment,
      },
    });
  }

  it('prints one short line when nothing is due', async () => {
    await outbox.enqueue('later@example.com', { retries: 1, dueInMinutes: 5 });
    expect(await drain()).toMatchObject({
      code: 0,
      stdout: 'Nothing to send: 0 due now, 1 scheduled or held.\n',
      stderr: '',
    });
  });

  it('sums up what it did, and logs what failed', async () => {
    await outbox.enqueuePeople(3);
    await outbox.enqueue('broken@example.com', { payload: 'not json' });
    brevo.script({ kind: 'answer', status: 425, body: { message: 'Too early' } }, { email: 'person3@example.com' });
    const { code, stdout, stderr } = await drain(['--format', 'table']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        '    2  sent to Brevo         2 new to Brevo',
        '    1  to be tried again later',
        '    1  failed for good',
        'Why',
        `    1  ${(await outbox.jobs())[3]?.error}`,
        '    1  425: Too early',
        'Left: 0 due now, 1 scheduled or held.',
        'See them, and what to do: funnels outbox list --status failed',
        '',
      ].join('\n'),
    );
    expect(stderr).toMatch(/Job 4 \(upsert_contact for broken@example.com\) failed for good: The payload is not JSON/);
    expect(stderr).toMatch(/Job 3 \(upsert_contact for [^)]+\) will be tried again in 5 min: 425: Too early/);
  });

  it('prints rows into a pipe', async () => {
    await outbox.enqueuePeople(1);
    const { stdout } = await drain();
    expect(
      Object.fromEntries(
        stdout
          .trimEnd()
          .split('\n')
          .map((line) => line.split('\t')),
      ),
    ).toEqual({
      sent: '1',
      coalesced: '0',
      created: '1',
      retried: '0',
      failed: '0',
      released: '0',
      lost_leases: '0',
      taken_back: '0',
      left_due: '0',
      left_entry_gone: '0',
      left_pending: '0',
    });
  });

  it('gives its whole result as JSON, also when it had to stop', async () => {
    await outbox.enqueuePeople(2);
    const refused = await drain(['--json'], { BREVO_API_KEY: 'xkeysib-wrong' });
    expect(refused).toMatchObject({ code: 77, stderr: '' });
    const result = JSON.parse(refused.stdout) as DrainResult;
    expect(result).toMatchObject({ claimed: 2, released: 2, sent: 0, left: { due: 2, pending: 2 } });
    expect(result.stopped).toMatchObject({ kind: 'refused', message: expect.stringContaining('401 unauthorized') });
    expect(refused.stdout).not.toContain('xkeysib-wrong');
    const done = JSON.parse((await drain(['--json'])).stdout) as DrainResult;
    expect(done).toMatchObject({ sent: 2, created: 2, stopped: null, interrupted: false, reasons: [] });
  });

  it('sends no more than --limit jobs', async () => {
    await outbox.enqueuePeople(5);
    expect(await drain(['--limit', '2'])).toMatchObject({ code: 0 });
    expect(await outbox.statuses()).toEqual({ success: 2, pending: 3 });
    expect(await drain(['--limit', '0'])).toMatchObject({ code: 64 });
  });

  it('shows with --dry-run what it would send, and writes nothing', async () => {
    await outbox.enqueuePeople(3);
    await outbox.enqueue('broken@example.com', { payload: '[]' });
    const before = await outbox.database.admin('SELECT * FROM brevo_sync_outbox ORDER BY id');
    // A key is not needed to look.
    const { code, stdout } = await drain(['--dry-run', '--json'], { BREVO_API_KEY: '' });
    expect(code).toBe(0);
    const preview = JSON.parse(stdout) as DrainPreview;
    expect(preview).toMatchObject({ dryRun: true, left: { due: 4, pending: 4 } });
    expect(preview.jobs.map(({ email, problem }) => [email, problem === null])).toEqual([
      ['person1@example.com', true],
      ['person2@example.com', true],
      ['person3@example.com', true],
      ['broken@example.com', false],
    ]);
    const table = await drain(['-n', '--limit', '1', '--format', 'table']);
    expect(table.stdout).toMatch(
      /The first 1 of 4 due jobs[\s\S]*person1@example.com[\s\S]*Nothing was sent or written/,
    );
    expect(brevo.requests).toEqual([]);
    expect(await outbox.database.admin('SELECT * FROM brevo_sync_outbox ORDER BY id')).toEqual(before);
  });

  it.each([
    ['Brevo is down', 69, { status: 503, body: 'down' }, /Error: Brevo is not working.*503/],
    ['the rate limit is used up', 75, { status: 429, headers: { 'x-sib-ratelimit-reset': '900' } }, /900 s/],
    [
      'the key may not do this',
      77,
      { status: 403, body: { message: 'Access denied' } },
      /403: Access denied \(job \d for person\d@example\.com, .*\)\nNo job/,
    ],
    ['the address is wrong', 78, { status: 404, body: '<p>Nothing here</p>' }, /Nothing here[\s\S]*brevo.baseUrl/],
  ])('when %s ends with %i, says so, and keeps the jobs', async (_name, code, answer, message) => {
    await outbox.enqueuePeople(6);
    brevo.script({ kind: 'answer', ...answer }, { times: 99 });
    brevo.script({ kind: 'answer', ...answer }, { path: '/contacts/attributes', times: 99 });
    const run = await drain();
    expect(run.code, run.stderr).toBe(code);
    expect(run.stderr).toMatch(message);
    expect(run.stdout).toMatch(/^released\t6$/m);
    expect((await outbox.jobs()).map(({ status, retries, isLeased }) => [status, retries, isLeased])).toEqual(
      Array(6).fill(['pending', 0, 0]),
    );
  });

  it('ends with 8 when jobs failed for good and somebody asks for that', async () => {
    await outbox.enqueue('broken@example.com', { payload: '[]' });
    expect(await drain()).toMatchObject({ code: 0 });
    await outbox.enqueue('other@example.com', { payload: '[]' });
    expect(await drain(['--exit-code'])).toMatchObject({ code: 8 });
    expect(await drain(['--exit-code'])).toMatchObject({ code: 0 });
  });

  it('refuses to start without a key, before it claims anything', async () => {
    await outbox.enqueuePeople(1);
    const { code, stdout, stderr } = await drain([], { BREVO_API_KEY: '' });
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/BREVO_API_KEY/);
    expect(await outbox.jobs()).toMatchObject([{ status: 'pending', isLeased: 0 }]);
  });

  it('refuses a database that was never migrated', async () => {
    const empty = await createTestDatabase(engine);
    try {
      expect(await drain([], { FUNNELS_DATABASE_URL: empty.url })).toMatchObject({
        code: 65,
        stdout: '',
        stderr: expect.stringContaining('funnels migrate'),
      });
    } finally {
      await empty.drop();
    }
  });
});
