import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SharedPace } from '../../src/outbox/shared-pace.ts';
import { mostInOneSecond } from '../support/brevo-traffic.ts';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { startFunnels } from '../support/program.ts';
import { engines } from '../support/test-databases.ts';

describe.each(engines)('the pace that all workers share (%s)', (engine) => {
  let outbox: TestOutbox;
  beforeEach(async () => {
    outbox = await createOutbox(engine);
  });
  afterEach(() => outbox.drop());

  const never = new AbortController().signal;
  const pace = (requestsPerSecond: number, account = 'one'): SharedPace =>
    new SharedPace(outbox.open(), { account, requestsPerSecond });

  // Two writers of one SQLite file in one process would wait for each other in vain.
  it.runIf(engine === 'mysql')('spaces the calls of two workers as if they were one', async () => {
    const starts: number[] = [];
    const work = async (worker: SharedPace, calls: number): Promise<void> => {
      for (let call = 0; call < calls; call += 1) {
        await worker.next(never);
        starts.push(performance.now());
      }
    };
    await Promise.all([work(pace(20), 15), work(pace(20), 15)]);
    expect(mostInOneSecond(starts)).toBeLessThanOrEqual(20);
  });

  it('waits no day for a turn that a clock since set back has left behind', async () => {
    await pace(10).next(never);
    await outbox.database.admin('UPDATE brevo_pace SET next_call_at = next_call_at + 86400000000');
    await expect(pace(10).next(AbortSignal.timeout(300))).rejects.toThrow();
    const [row] = await outbox.database.admin<{ next: number | string }>('SELECT next_call_at AS next FROM brevo_pace');
    expect(Number(row?.next) / 1000 - Date.now()).toBeLessThan(30_000);
  });

  it('is another one for another account', async () => {
    await pace(0.001).next(never);
    await pace(0.001, 'other').next(never);
    expect(await outbox.database.admin('SELECT account FROM brevo_pace')).toHaveLength(2);
  });

  it('gives up at once when the signal fires, however far its turn is', async () => {
    const slow = pace(0.001);
    await slow.next(never);
    const stop = new AbortController();
    const waiting = slow.next(stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow();
  });

  it('makes everybody wait after a pause', async () => {
    const one = pace(1000);
    const other = pace(1000);
    await other.next(never);
    await one.pause(0.5);
    const before = performance.now();
    await pace(1000).next(never);
    expect(performance.now() - before).toBeGreaterThan(400);
  });
});

describe('four programs on one account', () => {
  let outbox: TestOutbox;
  let brevo: FakeBrevo;
  beforeEach(async () => {
    outbox = await createOutbox('mysql');
    brevo = await startFakeBrevo();
  });
  afterEach(async () => {
    await brevo.close();
    await outbox.drop();
  });

  it('together never exceed the rate, and deliver every job once', async () => {
    const rate = 25;
    await outbox.enqueuePeople(80);
    const environment = {
      FUNNELS_DATABASE_URL: outbox.database.url,
      FUNNELS_BREVO_BASE_URL: brevo.url,
      BREVO_API_KEY: brevo.apiKey,
      FUNNELS_BREVO_REQUESTS_PER_SECOND: String(rate),
    };
    const programs = [1, 2, 3, 4].map(() => startFunnels(['drain-outbox'], { environment }));
    for (const { ended } of programs) expect(await ended).toMatchObject({ code: 0, stderr: '' });
    const calls = brevo.writes();
    expect(calls.map(({ email }) => email).toSorted()).toEqual(
      [...new Set(calls.map(({ email }) => email))].toSorted(),
    );
    expect(calls).toHaveLength(80);
    // Arrivals, not starts: a busy machine may bunch a few on the way.
    expect(brevo.callsPerSecond()).toBeLessThanOrEqual(rate * 1.2);
  });
});
