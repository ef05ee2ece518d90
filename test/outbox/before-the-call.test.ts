import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';

describe.each(engines)('before a call, on %s', (engine) => {
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

  const refuseOutcomes =
    engine === 'mysql'
      ? `CREATE TRIGGER refuse BEFORE UPDATE ON brevo_sync_outbox FOR EACH ROW
          IF NEW.status = 'success' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not today'; END IF`
      : `CREATE TRIGGER refuse BEFORE UPDATE ON brevo_sync_outbox WHEN NEW.status = 'success'
          BEGIN SELECT RAISE(ABORT, 'constraint failed: not today'); END`;

  it('it is shown that its outcome can be written down: a database that refuses that sends nobody anything', async () => {
    await outbox.enqueuePeople(3);
    await outbox.database.admin(refuseOutcomes);
    try {
      for (let run = 0; run < 2; run += 1) {
        const result = await outbox.drain(brevo);
        expect(result).toMatchObject({
          claimed: 0,
          sent: 0,
          stopped: { message: expect.stringContaining('not today') },
        });
      }
      expect(brevo.writes()).toEqual([]);
      expect((await outbox.jobs()).map(({ status, isLeased }) => [status, isLeased])).toEqual(
        Array(3).fill(['pending', 0]),
      );
    } finally {
      await outbox.database.admin('DROP TRIGGER refuse');
    }
    expect(await outbox.drain(brevo)).toMatchObject({ sent: 3 });
  });

  it('a payload’s address is held as its contact is: two entries that name one address are never called for at once', async () => {
    const payload = { email: 'shared@example.com', list_ids: [5], attributes: {} };
    for (const entry of ['anna@example.com', 'bob@example.com', 'shared@example.com']) {
      await outbox.enqueue(entry, { payload });
    }
    brevo.script({ kind: 'delay', milliseconds: 50 }, { times: 9 });
    expect(await outbox.drain(brevo, { concurrency: 3 })).toMatchObject({ sent: 3, left: { pending: 0 } });
    expect(brevo.writes().map(({ email }) => email)).toEqual(Array(3).fill('shared@example.com'));
    expect(brevo.mostInFlight('shared@example.com')).toBe(1);
    expect(await outbox.database.admin('SELECT email FROM brevo_contact_leases')).toEqual([]);
  });

  // Two writers of one SQLite file in one process would wait for each other in vain.
  it.runIf(engine === 'mysql')(
    'the rest of a claim is given up once one of its leases has turned out to be lost',
    async () => {
      await outbox.enqueuePeople(40);
      brevo.script({ kind: 'delay', milliseconds: 100 }, { times: 999 });
      const slow = outbox.drain(brevo, { concurrency: 4 });
      await brevo.arrived(8);
      await outbox.endLeases();
      const quick = await outbox.drain(brevo, { concurrency: 4 });
      const { lostLeases, sent, claimed, released } = await slow;
      expect(sent + quick.sent).toBe(40);
      expect(lostLeases).toBeGreaterThan(0);
      expect(claimed).toBe(sent + released + lostLeases);
      // What was under way when the leases ended, and what began before the first answer came back.
      expect(brevo.writes().length - 40).toBeLessThanOrEqual(8);
    },
  );

  it('the database is asked again when a clock was set: what another worker has taken meanwhile is left to it', async () => {
    await outbox.enqueuePeople(3);
    const now = Date.now;
    try {
      const result = await outbox.drain(brevo, {
        concurrency: 1,
        upsert: async () => {
          Date.now = () => now() + 3_600_000;
          await outbox.database.admin("UPDATE brevo_contact_leases SET lease_token = 'another'");
          return { kind: 'delivered', created: true };
        },
      });
      expect(result).toMatchObject({ sent: 0, lostLeases: 1, released: 2 });
    } finally {
      Date.now = now;
    }
  });

  it('and goes on when the lease is still its own', async () => {
    await outbox.enqueuePeople(3);
    const now = Date.now;
    try {
      let steps = 0;
      const upsert = async () => {
        steps += 1;
        Date.now = () => now() - 3_600_000 * steps;
        return { kind: 'delivered', created: true } as const;
      };
      expect(await outbox.drain(brevo, { concurrency: 1, upsert })).toMatchObject({ sent: 3, released: 0 });
    } finally {
      Date.now = now;
    }
  });

  it('and what was sent is told, though the database has gone since', async () => {
    await outbox.enqueuePeople(3);
    let calls = 0;
    const connection = outbox.open();
    const result = await outbox.drainWith(connection, {
      concurrency: 1,
      requestsPerSecond: 0.1,
      upsert: async () => {
        calls += 1;
        if (calls === 2) await outbox.database.admin('ALTER TABLE brevo_sync_outbox RENAME TO gone');
        return { kind: 'delivered', created: true };
      },
    });
    await outbox.database.admin('ALTER TABLE gone RENAME TO brevo_sync_outbox');
    expect(result).toMatchObject({ sent: 1, left: null, stopped: { kind: 'data' } });
  });
});
