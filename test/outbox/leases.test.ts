import { setTimeout as delay } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { unanswered } from '../../src/brevo/outcome.ts';
import { SharedPace } from '../../src/outbox/shared-pace.ts';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';
import { claim, finish, release } from './claims.ts';

describe.each(engines)('leases on %s', (engine) => {
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

  const leases = () =>
    outbox.database.admin<{ token: string; until: string }>(
      'SELECT lease_token AS token, lease_until AS until FROM brevo_contact_leases ORDER BY email',
    );

  it('are committed before the call: another connection sees them while Brevo has not answered', async () => {
    await outbox.enqueuePeople(2);
    brevo.script({ kind: 'hang' }, { times: 2 });
    const draining = outbox.drain(brevo);
    await brevo.arrived(2);
    const [one, two] = await leases();
    expect(one?.token).toMatch(/^[0-9a-f-]{36}$/);
    expect(two).toEqual(one);
    expect(await outbox.drain(brevo)).toMatchObject({ claimed: 0, sent: 0 });
    brevo.release();
    expect(await draining).toMatchObject({ sent: 2, lostLeases: 0 });
    expect(brevo.writes()).toHaveLength(2);
  });

  it('last at least as long as asked for, whatever fraction of a second the clock has lost', async () => {
    await outbox.enqueue('anna@example.com');
    const [contact] = (await claim(outbox.open(), 1, 120)).contacts;
    const believed = ((contact?.expiresAt ?? 0) - performance.now()) / 1000;
    const [left] = await outbox.database.admin<{ seconds: number }>(
      engine === 'mysql'
        ? 'SELECT TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), lease_until) / 1000000 AS seconds FROM brevo_contact_leases'
        : "SELECT unixepoch(lease_until) - unixepoch('now', 'subsec') AS seconds FROM brevo_contact_leases",
    );
    expect(believed).toBeGreaterThan(115);
    expect(Number(left?.seconds)).toBeGreaterThan(believed - 0.2);
  });

  it('end by themselves, and then another worker takes the contact', async () => {
    await outbox.enqueue('anna@example.com');
    const first = await claim(outbox.open(), 1);
    expect((await claim(outbox.open(), 1)).contacts).toEqual([]);
    await outbox.endLeases();
    const second = await claim(outbox.open(), 1);
    expect(second.jobs).toEqual(first.jobs);
    expect(second.contacts[0]?.token).not.toBe(first.contacts[0]?.token);
  });

  it('bind every finish: a worker that lost its lease changes nothing', async () => {
    const { id } = await outbox.enqueue('anna@example.com');
    const late = await claim(outbox.open(), 1);
    await outbox.endLeases();
    const other = await claim(outbox.open(), 1);
    const state = async () => [await outbox.database.admin('SELECT * FROM brevo_sync_outbox'), await leases()];
    const before = await state();
    const database = outbox.open();
    expect(await finish(database, late)).toEqual([]);
    expect(await finish(database, late, { status: 'failed', retryCount: 1, error: 'x' })).toEqual([]);
    expect(await finish(database, late, { status: 'pending', retryCount: 1, error: 'x', minutes: 5 })).toEqual([]);
    await release(database, late);
    expect(await state()).toEqual(before);
    expect(await finish(database, other)).toEqual([id]);
    expect(await leases()).toEqual([]);
  });

  it('may be finished twice: an answer to COMMIT can be lost, and what was written is recognised', async () => {
    await outbox.enqueuePeople(3);
    const held = await claim(outbox.open(), 3);
    expect(await finish(outbox.open(), held)).toEqual([1, 2, 3]);
    const before = await outbox.database.admin('SELECT * FROM brevo_sync_outbox');
    expect(await finish(outbox.open(), held)).toEqual([1, 2, 3]);
    expect(await outbox.database.admin('SELECT * FROM brevo_sync_outbox')).toEqual(before);
  });

  it('of some contacts can be lost while others in the same transaction are recorded', async () => {
    await outbox.enqueuePeople(3);
    const late = await claim(outbox.open(), 3);
    await outbox.endLeases('person2@example.com');
    const other = await claim(outbox.open(), 3);
    expect(other.jobs.map(({ id }) => id)).toEqual([2]);
    expect(await finish(outbox.open(), late)).toEqual([1, 3]);
    expect((await outbox.jobs()).map(({ status, isLeased }) => [status, isLeased])).toEqual([
      ['success', 0],
      ['pending', 1],
      ['success', 0],
    ]);
  });

  it('that ended during the call: the other worker’s outcome stands, the late one is counted', async () => {
    await outbox.enqueue('anna@example.com');
    brevo.script({ kind: 'hang' });
    const told: string[] = [];
    const late = outbox.drain(brevo, { onInformation: (text) => told.push(text) });
    await brevo.arrived(1);
    await outbox.endLeases();
    brevo.script({ kind: 'answer', status: 425, body: { message: 'Too early' } });
    expect(await outbox.drain(brevo)).toMatchObject({ retried: 1, lostLeases: 0 });
    const before = await outbox.database.admin('SELECT * FROM brevo_sync_outbox');
    brevo.release();
    expect(await late).toMatchObject({ claimed: 1, sent: 0, lostLeases: 1 });
    expect(told).toEqual([expect.stringContaining('The lease of anna@example.com had ended')]);
    expect(await outbox.database.admin('SELECT * FROM brevo_sync_outbox')).toEqual(before);
  });

  it('are long enough for every call that is started: what comes too late is given back and claimed anew', async () => {
    await outbox.enqueuePeople(4);
    const started: string[] = [];
    const slow = new SharedPace(outbox.open(), { account: 'test', requestsPerSecond: 1.3 });
    const result = await outbox.drain(brevo, {
      concurrency: 4,
      // A call may take nine of the ten seconds, so each claim lets calls start for one second.
      requestsPerSecond: 1000,
      leaseSeconds: 10,
      timeoutSeconds: 9,
      upsert: async ({ email }) => {
        started.push(email);
        const [lease] = await outbox.database.admin<{ left: number }>(
          engine === 'mysql'
            ? 'SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), lease_until) AS `left` FROM brevo_contact_leases LIMIT 1'
            : "SELECT unixepoch(lease_until) - unixepoch('now') AS left FROM brevo_contact_leases LIMIT 1",
        );
        expect(Number(lease?.left)).toBeGreaterThanOrEqual(9);
        return { kind: 'delivered', created: true };
      },
      pace: (signal) => slow.next(signal),
    });
    expect(result).toMatchObject({ sent: 4, left: { pending: 0 }, lostLeases: 0, stopped: null });
    expect(result.released).toBeGreaterThan(0);
    expect(result.claimed).toBe(4 + result.released);
    expect(new Set(started).size).toBe(4);
  });

  it('bind each contact of a batch by its own token', async () => {
    await outbox.enqueue('anna@example.com');
    const late = await claim(outbox.open(), 1);
    await outbox.endLeases();
    const other = await claim(outbox.open(), 1);
    const both = { contacts: [...late.contacts, ...other.contacts], jobs: [] };
    const outcomes = await finish(outbox.open(), both, { error: null });
    expect(outcomes).toEqual([1]);
    const [row] = await outbox.database.admin('SELECT lease_token AS token FROM brevo_sync_outbox');
    expect(row).toEqual({ token: other.contacts[0]?.token });
  });

  it('of which nothing is left after the claim end the run instead of turning in circles', async () => {
    await outbox.enqueuePeople(3);
    const result = await outbox.drain(brevo, { leaseSeconds: 10, timeoutSeconds: 10 });
    expect(result).toMatchObject({ claimed: 1, released: 1, stopped: { kind: 'temporary' } });
    expect(result.stopped?.hint).toContain('outbox.leaseSeconds');
    expect(brevo.writes()).toEqual([]);
  });

  it('of everything that was not started are given back when the run is interrupted', async () => {
    await outbox.enqueuePeople(6);
    brevo.script({ kind: 'hang' }, { times: 2 });
    const interruption = new AbortController();
    const draining = outbox.drain(brevo, { concurrency: 2, signal: interruption.signal });
    await brevo.arrived(2);
    interruption.abort();
    brevo.release();
    expect(await draining).toMatchObject({ claimed: 6, sent: 2, released: 4, interrupted: true, stopped: null });
    expect((await outbox.jobs()).map(({ status, retries, isLeased }) => [status, retries, isLeased])).toEqual([
      ['success', 0, 0],
      ['success', 0, 0],
      ...Array(4).fill(['pending', 0, 0]),
    ]);
  });

  it('are not taken at all by a run that was interrupted before it began', async () => {
    await outbox.enqueuePeople(2);
    expect(await outbox.drain(brevo, { signal: AbortSignal.abort() })).toMatchObject({ claimed: 0, interrupted: true });
  });

  it('are not outlived by failures that wait to be told from an outage', async () => {
    await outbox.enqueuePeople(2);
    const calls: string[] = [];
    const result = await outbox.drain(brevo, {
      concurrency: 1,
      leaseSeconds: 3,
      timeoutSeconds: 2,
      upsert: async ({ email }) => {
        calls.push(email);
        await delay(600);
        return unanswered({ status: 503, code: null, message: 'busy', requestId: null });
      },
    });
    // The first of them could not wait any longer: it is given back, and nobody charges it in ignorance.
    expect(result).toMatchObject({ lostLeases: 0, stopped: null });
    expect(result.retried).toBeGreaterThan(0);
    expect((await outbox.jobs()).every(({ isLeased }) => isLeased === 0)).toBe(true);
  });

  it('stay when the program breaks down, and no further call is made', async () => {
    await outbox.enqueuePeople(6);
    let calls = 0;
    const draining = outbox.drain(brevo, {
      concurrency: 1,
      upsert: async () => {
        calls += 1;
        throw new Error('a bug');
      },
    });
    await expect(draining).rejects.toThrow('a bug');
    expect(calls).toBe(1);
    expect(await outbox.statuses()).toEqual({ pending: 6 });
    await outbox.endLeases();
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 6 });
  });
});

describe('leases on mysql while an answer cannot be written down', () => {
  it('are looked at again before the next call: none starts that could outlive its own', async () => {
    const outbox = await createOutbox('mysql');
    const brevo = await startFakeBrevo();
    try {
      await outbox.enqueuePeople(3);
      const holder = await createConnection({ uri: outbox.database.url });
      const left: number[] = [];
      const result = await outbox.drain(brevo, {
        concurrency: 1,
        leaseSeconds: 4,
        timeoutSeconds: 2,
        upsert: async ({ email }) => {
          const [lease] = await outbox.database.admin<{ left: number }>(
            `SELECT TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), lease_until) / 1000000 AS \`left\`
              FROM brevo_contact_leases WHERE email = ?`,
            [email],
          );
          left.push(Number(lease?.left));
          if (left.length === 1) {
            await holder.query('START TRANSACTION');
            await holder.query('UPDATE brevo_sync_outbox SET payload = payload WHERE id = 1');
            await holder.query('SELECT id FROM brevo_sync_outbox WHERE id = 1 FOR UPDATE');
            setTimeout(() => holder.query('ROLLBACK'), 2_500);
          }
          return { kind: 'delivered', created: false };
        },
      });
      await holder.end();
      expect(result).toMatchObject({ sent: 3, lostLeases: 0, stopped: null });
      expect(result.released).toBeGreaterThan(0);
      for (const seconds of left) expect(seconds).toBeGreaterThanOrEqual(2);
    } finally {
      await brevo.close();
      await outbox.drop();
    }
  });
});
