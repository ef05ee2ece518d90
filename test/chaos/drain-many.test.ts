import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryOf } from '../../bench/memory.ts';
import { mostWithin } from '../support/brevo-traffic.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import {
  auditCalls,
  createLoad,
  type MarkedBrevo,
  resultOf,
  startMarkedBrevo,
  startWorker,
  upTo,
} from './drain-load.ts';

const isLong = process.env.FUNNELS_TEST_ROUNDS !== undefined;
/** of four jobs each */
const people = isLong ? 5_000 : 500;
const rate = isLong ? 200 : 100;
const workers = ['A', 'B', 'C', 'D'];

describe('four workers on one account, with many jobs', () => {
  let outbox: TestOutbox;
  let brevo: MarkedBrevo;
  beforeEach(async () => {
    outbox = await createOutbox('mysql');
    brevo = await startMarkedBrevo();
  });
  afterEach(async () => {
    await brevo.close();
    await outbox.drop();
  });

  it(`deliver ${people * 4} jobs once each, in order and never faster than allowed`, { timeout: 300_000 }, async () => {
    // A claim takes half a second's worth of calls, so that nobody gets everything at once.
    const smallClaims = { FUNNELS_BREVO_TIMEOUT_SECONDS: '29', FUNNELS_OUTBOX_LEASE_SECONDS: '30' };
    const start = (name: string, settings: Record<string, string> = smallClaims) =>
      startWorker(
        name,
        { url: outbox.database.url, brevo },
        { FUNNELS_BREVO_REQUESTS_PER_SECOND: String(rate), FUNNELS_BREVO_CONCURRENCY: '8', ...settings },
      );
    const load = createLoad(outbox.database);
    await load.add(...upTo(people));
    const ownDelay = monitorEventLoopDelay({ resolution: 5 });
    ownDelay.enable();
    const running = workers.map((name) => start(name));
    // What comes in while the first jobs are under way: some of it is merged, some needs a call of its own.
    for (const part of [0.2, 0.4, 0.6]) {
      await brevo.arrived(people * part);
      await load.add(...upTo(people));
    }
    // With a backlog this size a worker holds one claim of it, not all.
    const memory = running.map(({ process }) => memoryOf(process.pid ?? 0, 'VmHWM') ?? 0);
    expect(Math.max(...memory)).toBeLessThan(150);
    const results = await Promise.all(running.map((worker) => resultOf(worker, 'slow')));
    results.push(await resultOf(start('LAST', {})));
    ownDelay.disable();

    expect(await outbox.statuses()).toEqual({ success: people * 4 });
    expect(auditCalls(brevo, load)).toEqual([]);
    const sum = (count: (result: (typeof results)[number]) => number): number =>
      results.reduce((total, result) => total + count(result), 0);
    expect(sum(({ sent }) => sent)).toBe(people * 4);
    expect(sum(({ sent, coalesced }) => sent - coalesced)).toBe(brevo.writes().length);
    expect(sum(({ created }) => created)).toBe(people);
    expect(sum(({ retried, failed, lostLeases }) => retried + failed + lostLeases)).toBe(0);
    // Seen on arrival: this process may have been late to look, and the workers to send, so that calls of one second
    // come in the next. Over three of them that is little beside a pace that is not shared.
    const late = ownDelay.max / 1e9;
    const arrivals = brevo.requests.map(({ receivedAt }) => receivedAt);
    expect(mostWithin(3, arrivals)).toBeLessThanOrEqual(rate * (3.3 + late));
    // Some of what came in later needed a call of its own.
    expect(brevo.writes().length).toBeGreaterThan(people);
  });
});
