import { createConnection } from 'mysql2/promise';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { type PrivateMariaDb, startPrivateMariaDb } from '../support/private-mariadb.ts';
import { type RunningProgram, runFunnels } from '../support/program.ts';
import {
  auditCalls,
  createLoad,
  type Load,
  type MarkedBrevo,
  resultOf,
  startMarkedBrevo,
  startWorker,
  upTo,
} from './drain-load.ts';
import { type Middleman, startMiddleman } from './middleman.ts';

const isLong = process.env.FUNNELS_TEST_ROUNDS !== undefined;
const concurrency = 4;

/** A load, a Brevo and a way to the database, which the test can break. */
class Scene {
  readonly outbox: TestOutbox;
  readonly brevo: MarkedBrevo;
  readonly load: Load;
  readonly middleman: Middleman;
  readonly #workers: RunningProgram[] = [];

  private constructor(outbox: TestOutbox, brevo: MarkedBrevo, middleman: Middleman) {
    this.outbox = outbox;
    this.brevo = brevo;
    this.middleman = middleman;
    this.load = createLoad(outbox.database);
  }

  static async create(): Promise<Scene> {
    const outbox = await createOutbox('mysql');
    return new Scene(outbox, await startMarkedBrevo(), await startMiddleman(outbox.database.url));
  }

  start(name: string, environment: Record<string, string> = {}, words: string[] = []): RunningProgram {
    const worker = startWorker(
      name,
      { url: this.outbox.database.url, brevo: this.brevo, words },
      { FUNNELS_BREVO_CONCURRENCY: String(concurrency), ...environment },
    );
    this.#workers.push(worker);
    return worker;
  }

  /** A worker whose way to the database goes through the middleman, and who soon gives a silent one up. */
  startThrough(name: string): RunningProgram {
    return this.start(name, {
      FUNNELS_DATABASE_URL: this.middleman.through(this.outbox.database.url),
      FUNNELS_DATABASE_CONNECT_TIMEOUT_SECONDS: '1',
      FUNNELS_DATABASE_STATEMENT_TIMEOUT_SECONDS: '1',
    });
  }

  /** Lets the leases end and another worker do the rest; nothing is lost, and only calls of `culprit` were repeated. */
  async finishAfter(culprit: string, most: number): Promise<void> {
    await this.outbox.endLeases();
    await resultOf(this.start('LAST'));
    expect(await this.outbox.statuses()).toEqual({ success: this.load.jobs.length });
    const repeated = auditCalls(this.brevo, this.load);
    expect(repeated.map(({ worker }) => worker)).toEqual(repeated.map(() => culprit));
    expect(repeated.length).toBeLessThanOrEqual(most);
  }

  async end(): Promise<void> {
    for (const { process } of this.#workers) {
      process.kill('SIGCONT');
      process.kill('SIGKILL');
    }
    await Promise.all(this.#workers.map(({ ended }) => ended));
    await this.middleman.close();
    await this.brevo.close();
    await this.outbox.drop();
  }
}

/** The jobs as they are, without what a look at another time changes. */
async function rows({ database }: TestOutbox): Promise<unknown[]> {
  return database.admin('SELECT * FROM brevo_sync_outbox ORDER BY id');
}

// Each of them mostly waits, for a lease or a time-out: they wait together.
describe.concurrent('a worker that stalls', () => {
  it('beyond its leases changes nothing when it goes on, and makes no further call', async () => {
    const scene = await Scene.create();
    try {
      const { brevo, outbox, load } = scene;
      await load.add(...upTo(20));
      await load.add(...upTo(20));
      brevo.script({ kind: 'hang' }, { times: concurrency });
      const stalled = scene.start('A', { FUNNELS_OUTBOX_LEASE_SECONDS: '10', FUNNELS_BREVO_TIMEOUT_SECONDS: '9' });
      await brevo.arrived(concurrency);
      stalled.process.kill('SIGSTOP');
      const live = 'SELECT 1 FROM brevo_contact_leases WHERE lease_until > UTC_TIMESTAMP()';
      await expect.poll(() => outbox.database.admin(live), { timeout: 30_000, interval: 200 }).toEqual([]);
      expect(await resultOf(scene.start('B'))).toMatchObject({ claimed: 40, sent: 40 });
      const before = await rows(outbox);
      const calls = brevo.writes().length;
      brevo.release();
      stalled.process.kill('SIGCONT');
      const result = await resultOf(stalled);
      // Its calls had no answer in time, so there was nothing to record.
      expect(result).toMatchObject({ sent: 0, retried: 0, failed: 0, stopped: null });
      expect(await rows(outbox)).toEqual(before);
      expect(brevo.writes()).toHaveLength(calls);
      expect(await outbox.statuses()).toEqual({ success: 40 });
      expect(await outbox.database.admin('SELECT 1 FROM brevo_contact_leases')).toEqual([]);
    } finally {
      await scene.end();
    }
  });

  it('with its calls answered meanwhile, and its leases taken over, changes nothing when it goes on', async () => {
    const scene = await Scene.create();
    try {
      const { brevo, outbox, load } = scene;
      // As many contacts as calls at a time, so that it knows of no other to go on with.
      await load.add(...upTo(concurrency));
      brevo.script({ kind: 'hang' }, { times: concurrency });
      const stalled = scene.start('A');
      await brevo.arrived(concurrency);
      stalled.process.kill('SIGSTOP');
      brevo.release();
      await outbox.endLeases();
      brevo.script({ kind: 'answer', status: 425, body: { message: 'Too early' } }, { email: 'person1@example.com' });
      expect(await resultOf(scene.start('B'))).toMatchObject({ claimed: 4, sent: 3, retried: 1 });
      const before = await rows(outbox);
      stalled.process.kill('SIGCONT');
      expect(await resultOf(stalled)).toMatchObject({ claimed: 4, sent: 0, lostLeases: 4 });
      expect(await rows(outbox)).toEqual(before);
    } finally {
      await scene.end();
    }
  });

  it('because its connection is reset again and again recovers, and sends nothing twice', async () => {
    const scene = await Scene.create();
    try {
      await scene.load.add(...upTo(60));
      scene.brevo.script({ kind: 'delay', milliseconds: 20 }, { times: 60 });
      const cut = scene.startThrough('A');
      for (const calls of [1, 10, 25, 40]) {
        await scene.brevo.arrived(calls);
        scene.middleman.cut();
      }
      expect(await resultOf(cut)).toMatchObject({ sent: 60, lostLeases: 0, left: { pending: 0 } });
      expect(scene.middleman.connections()).toBeGreaterThan(1);
      await scene.finishAfter('A', 0);
    } finally {
      await scene.end();
    }
  });

  it('because nothing gets through to the database for a while recovers, and sends nothing twice', async () => {
    const scene = await Scene.create();
    try {
      await scene.load.add(...upTo(40));
      scene.brevo.script({ kind: 'delay', milliseconds: 20 }, { times: 40 });
      const deaf = scene.startThrough('A');
      await scene.brevo.arrived(10);
      const before = scene.middleman.connections();
      scene.middleman.freeze();
      // It has given the silent connection up and tries another one.
      await expect.poll(() => scene.middleman.connections(), { timeout: 30_000 }).toBeGreaterThan(before);
      scene.middleman.thaw();
      expect(await resultOf(deaf)).toMatchObject({ sent: 40, lostLeases: 0, left: { pending: 0 } });
      await scene.finishAfter('A', 0);
    } finally {
      await scene.end();
    }
  });

  it.runIf(isLong)(
    'because nothing gets through to the database any more ends with 75, and says so',
    { timeout: 90_000 },
    async () => {
      const scene = await Scene.create();
      try {
        await scene.load.add(...upTo(40));
        scene.brevo.script({ kind: 'delay', milliseconds: 20 }, { times: 40 });
        const deaf = scene.startThrough('A');
        await scene.brevo.arrived(10);
        scene.middleman.freeze();
        const { code, stderr, stdout } = await deaf.ended;
        expect({ code, text: stderr + stdout }).toMatchObject({
          code: 75,
          text: expect.stringContaining('cannot be reached'),
        });
        await scene.middleman.close();
        await scene.finishAfter('A', 2 * concurrency);
      } finally {
        await scene.end();
      }
    },
  );

  it('because the database refuses connections ends with 75, says so, and little is sent twice', async () => {
    const scene = await Scene.create();
    try {
      await scene.load.add(...upTo(40));
      scene.brevo.script({ kind: 'delay', milliseconds: 20 }, { times: 40 });
      const refused = scene.startThrough('A');
      await scene.brevo.arrived(10);
      await scene.middleman.refuse();
      const { code, stderr, stdout } = await refused.ended;
      expect({ code, text: stderr + stdout }).toMatchObject({
        code: 75,
        text: expect.stringContaining('cannot be reached'),
      });
      await scene.finishAfter('A', 2 * concurrency);
    } finally {
      await scene.end();
    }
  });
});

describe('a database that is restarted while workers run', () => {
  let server: PrivateMariaDb;
  let brevo: MarkedBrevo;
  beforeEach(async () => {
    server = await startPrivateMariaDb();
    brevo = await startMarkedBrevo();
  });
  afterEach(async () => {
    await brevo.close();
    await server.stop();
  });

  it('loses nothing: they recover or end with 75, and little is sent twice', async () => {
    const url = `${server.url}funnels`;
    const ask = async (sql: string, parameters: unknown[] = []): Promise<unknown[]> => {
      const connection = await createConnection({ uri: server.url });
      try {
        if (!sql.startsWith('CREATE DATABASE')) await connection.query('USE funnels');
        const [found] = await connection.query(sql, parameters);
        return Array.isArray(found) ? found : [];
      } finally {
        await connection.end();
      }
    };
    await ask('CREATE DATABASE funnels CHARACTER SET utf8mb4');
    expect(await runFunnels(['migrate'], { environment: { FUNNELS_DATABASE_URL: url } })).toMatchObject({ code: 0 });
    const load = createLoad({ engine: 'mysql', admin: ask as never });
    await load.add(...upTo(200));
    await load.add(...upTo(100));
    const start = (name: string): RunningProgram =>
      startWorker(
        name,
        { url, brevo },
        {
          FUNNELS_BREVO_REQUESTS_PER_SECOND: '100',
          FUNNELS_BREVO_TIMEOUT_SECONDS: '29',
          FUNNELS_OUTBOX_LEASE_SECONDS: '30',
        },
      );
    const workers = ['A', 'B'].map(start);
    await brevo.arrived(20);
    await server.restart();
    const ended = await Promise.all(workers.map((worker) => worker.ended));
    for (const { code, stdout, stderr } of ended) expect([0, 75], stdout + stderr).toContain(code);
    await ask("UPDATE brevo_contact_leases SET lease_until = '2020-01-01 00:00:00'");
    expect(await resultOf(start('LAST'))).toMatchObject({ stopped: null, left: { pending: 0 } });
    expect(await ask('SELECT status, COUNT(*) AS count FROM brevo_sync_outbox GROUP BY status')).toEqual([
      { status: 'success', count: load.jobs.length },
    ]);
    const repeated = auditCalls(brevo, load);
    expect(repeated.length).toBeLessThanOrEqual(2 * 2 * concurrency);
    const survivors = ['A', 'B'].filter((_, index) => ended[index]?.code === 0);
    expect(repeated.filter(({ worker }) => survivors.includes(worker))).toEqual([]);
  });
});
