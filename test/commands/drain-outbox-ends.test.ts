import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { type RunningProgram, startFunnels } from '../support/program.ts';
import { engines } from '../support/test-databases.ts';

describe.each(engines)('funnels drain-outbox, killed, stopped and beside itself on %s', (engine) => {
  let outbox: TestOutbox;
  let brevo: FakeBrevo;
  let programs: RunningProgram[] = [];
  beforeAll(async () => {
    outbox = await createOutbox(engine);
  });
  afterAll(() => outbox.drop());
  beforeEach(async () => {
    await outbox.empty();
    brevo = await startFakeBrevo();
  });
  afterEach(async () => {
    for (const program of programs) program.process.kill('SIGKILL');
    programs = [];
    await brevo.close();
  });

  function start(environment: Record<string, string> = {}): RunningProgram {
    const program = startFunnels(['drain-outbox'], {
      environment: {
        FUNNELS_DATABASE_URL: outbox.database.url,
        FUNNELS_BREVO_BASE_URL: brevo.url,
        BREVO_API_KEY: brevo.apiKey,
        FUNNELS_BREVO_REQUESTS_PER_SECOND: '1000',
        ...environment,
      },
    });
    programs.push(program);
    return program;
  }

  /** Waits for so many calls; a program that ends before fails the test with what it said. */
  function calls(program: RunningProgram, count: number): Promise<void> {
    const early = program.ended.then(({ code, stderr }) => {
      throw new Error(`The program ended with ${code} before it made ${count} calls: ${stderr}`);
    });
    return Promise.race([brevo.arrived(count), early]);
  }

  /** How often each contact was written. */
  function writesByContact(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { email } of brevo.writes()) counts.set(email ?? '', (counts.get(email ?? '') ?? 0) + 1);
    return counts;
  }

  it('loses nothing when it is killed: only what was in flight is sent again, once its lease has ended', async () => {
    await outbox.enqueuePeople(10);
    brevo.script({ kind: 'hang' }, { email: 'person4@example.com' });
    const killed = start({ FUNNELS_BREVO_CONCURRENCY: '1' });
    await calls(killed, 4);
    killed.process.kill('SIGKILL');
    expect(await killed.ended).toMatchObject({ signal: 'SIGKILL' });
    expect(await outbox.statuses()).toEqual({ success: 3, pending: 7 });

    const beside = await start().ended;
    expect(beside).toMatchObject({ code: 0, stdout: 'Nothing to send: 0 due now, 7 scheduled or held.\n' });

    await outbox.endLeases();
    expect(await start().ended).toMatchObject({ code: 0 });
    expect(await outbox.statuses()).toEqual({ success: 10 });
    const twice = [...writesByContact()].filter(([, count]) => count > 1);
    expect(twice).toEqual([['person4@example.com', 2]]);
    expect((await outbox.jobs()).every(({ retries, isLeased }) => retries === 0 && isLeased === 0)).toBe(true);
  });

  it('finishes what is in flight at SIGTERM, gives the rest back, sums up, and ends with 143', async () => {
    await outbox.enqueuePeople(10);
    brevo.script({ kind: 'hang' }, { times: 2 });
    const stopped = start({ FUNNELS_BREVO_CONCURRENCY: '2' });
    await calls(stopped, 2);
    stopped.process.kill('SIGTERM');
    // The eight others are given back while the two calls still wait for their answers.
    await expect
      .poll(async () => (await outbox.jobs()).filter(({ isLeased }) => isLeased === 1).length, { timeout: 20_000 })
      .toBe(2);
    brevo.release();
    const { code, stdout } = await stopped.ended;
    expect(code).toBe(143);
    expect(stdout).toMatch(/^sent\t2$/m);
    expect(stdout).toMatch(/^released\t8$/m);
    expect(brevo.writes()).toHaveLength(2);
    expect(await outbox.statuses()).toEqual({ success: 2, pending: 8 });
    expect((await outbox.jobs()).every(({ retries, isLeased }) => retries === 0 && isLeased === 0)).toBe(true);
  });

  it('delivers each job exactly once when two of it run at the same time', async () => {
    await outbox.enqueuePeople(500);
    const runs = await Promise.all([start().ended, start().ended]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(await outbox.statuses()).toEqual({ success: 500 });
    expect(brevo.writes()).toHaveLength(500);
    expect(writesByContact().size).toBe(500);
  });
});
