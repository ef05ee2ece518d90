import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import type { RunningProgram } from '../support/program.ts';
import { engines } from '../support/test-databases.ts';
import {
  auditCalls,
  createLoad,
  emailOf,
  type Load,
  type MarkedBrevo,
  resultOf,
  startMarkedBrevo,
  startWorker,
  upTo,
} from './drain-load.ts';

const given = Number(process.env.FUNNELS_TEST_ROUNDS ?? 2);
const rounds = { mysql: 5 * given, sqlite: Math.ceil(given / 2) };
const concurrency = 4;
const people = 150;

const pick = (from: number, to: number): number => from + Math.floor(Math.random() * (to - from + 1));

describe.each(engines)('workers side by side, one of them killed, on %s', (engine) => {
  let outbox: TestOutbox;
  let brevo: MarkedBrevo;
  let load: Load;
  let workers: RunningProgram[] = [];
  beforeAll(async () => {
    outbox = await createOutbox(engine);
  });
  afterAll(() => outbox.drop());
  beforeEach(async () => {
    await outbox.empty();
    brevo = await startMarkedBrevo();
    load = createLoad(outbox.database);
  });
  afterEach(async () => {
    for (const { process } of workers) process.kill('SIGKILL');
    await Promise.all(workers.map(({ ended }) => ended));
    await brevo.close();
  });

  // A claim takes half a second's worth of calls, so that each worker gets several.
  const smallClaims = { FUNNELS_BREVO_TIMEOUT_SECONDS: '29', FUNNELS_OUTBOX_LEASE_SECONDS: '30' };

  function start(name: string, settings: Record<string, string> = smallClaims): RunningProgram {
    const worker = startWorker(
      name,
      { url: outbox.database.url, brevo },
      {
        FUNNELS_BREVO_REQUESTS_PER_SECOND: '200',
        FUNNELS_BREVO_CONCURRENCY: String(concurrency),
        ...settings,
      },
    );
    workers.push(worker);
    return worker;
  }

  it.each(upTo(rounds[engine]))('nothing is lost or mixed up, and little sent twice: round %i', async (round) => {
    await load.add(...upTo(people));
    await load.add(...upTo(people / 2));
    for (let busy = 0; busy < 10; busy += 1) {
      const email = emailOf(pick(1, people));
      brevo.script({ kind: 'answer', status: 425, body: { message: 'Too early' } }, { email });
      brevo.script({ kind: 'delay', milliseconds: pick(5, 50) }, { email: emailOf(pick(1, people)), times: 2 });
    }
    const names = round % 3 === 0 ? ['A', 'B', 'C'] : ['A', 'B'];
    workers = names.map((name) => start(name));
    // When the victim took most contacts with it, the others end early.
    const allEnded = Promise.all(workers.map(({ ended }) => ended));
    const later = (async () => {
      await Promise.race([brevo.arrived(30), allEnded]);
      await load.add(...upTo(people / 2));
      await Promise.race([brevo.arrived(90), allEnded]);
      await load.add(...upTo(people / 4));
    })();
    // Every other time by the clock: that hits starts, claims and pauses, too.
    const moment = round % 2 === 0 ? pick(1, 130) : pick(150, 1200);
    await (round % 2 === 0 ? Promise.race([brevo.arrived(moment), allEnded]) : delay(moment));
    const victimIndex = pick(0, names.length - 1);
    const victim = workers[victimIndex]!;
    victim.process.kill('SIGKILL');
    await victim.ended;
    for (const worker of workers) if (worker !== victim) expect((await resultOf(worker, 'slow')).lostLeases).toBe(0);
    await later;

    brevo.heal();
    await outbox.endLeases();
    await outbox.makeDue();
    expect(await resultOf(start('LAST', {}))).toMatchObject({
      retried: 0,
      failed: 0,
      left: { pending: 0 },
      stopped: null,
    });
    expect(await outbox.statuses()).toEqual({ success: load.jobs.length });
    expect(await outbox.database.admin('SELECT * FROM brevo_contact_leases')).toEqual([]);
    const repeated = auditCalls(brevo, load);
    expect(repeated.map(({ worker }) => worker)).toEqual(repeated.map(() => names[victimIndex]));
    expect(repeated.length).toBeLessThanOrEqual(2 * concurrency);
  });
});
