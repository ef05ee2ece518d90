import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import type { RunningProgram } from '../support/program.ts';
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
import { type Middleman, startMiddleman } from './middleman.ts';

const concurrency = 4;
const people = 12;

describe('a worker killed at a given moment', () => {
  let outbox: TestOutbox;
  let brevo: MarkedBrevo;
  let load: Load;
  let middleman: Middleman;
  let worker: RunningProgram;
  beforeAll(async () => {
    outbox = await createOutbox('mysql');
  });
  afterAll(() => outbox.drop());
  beforeEach(async () => {
    await outbox.empty();
    brevo = await startMarkedBrevo();
    load = createLoad(outbox.database);
    middleman = await startMiddleman(outbox.database.url);
    // An upsert and its purchase for everybody, and one upsert more for some.
    await load.add(...upTo(people));
    await load.add(...upTo(people), ...upTo(people / 2));
  });
  afterEach(async () => {
    worker.process.kill('SIGKILL');
    await worker.ended;
    await middleman.close();
    await brevo.close();
  });

  function start(name = 'A', url = outbox.database.url): RunningProgram {
    worker = startWorker(name, { url, brevo }, { FUNNELS_BREVO_CONCURRENCY: String(concurrency) });
    return worker;
  }

  async function kill(): Promise<void> {
    worker.process.kill('SIGKILL');
    expect(await worker.ended).toMatchObject({ signal: 'SIGKILL', stdout: '' });
  }

  /** Waits until so many transactions of this database's server are in that state. The server looks every 0.1 s only. */
  async function transactions(state: string, count: number): Promise<void> {
    const those = 'SELECT 1 FROM information_schema.innodb_trx WHERE trx_state LIKE ?';
    const look = () => outbox.database.admin(those, [state]);
    await expect.poll(look, { interval: 200, timeout: 20_000 }).toHaveLength(count);
  }

  async function leases(): Promise<number> {
    return (await outbox.database.admin('SELECT 1 FROM brevo_contact_leases')).length;
  }

  /** Another worker finds nothing while the leases last, and everything afterwards; whom Brevo was told twice. */
  async function finishAfterwards(): Promise<string[]> {
    const claims = await leases();
    if (claims === people) expect(await resultOf(start('B'))).toMatchObject({ claimed: 0, left: { due: 0 } });
    await outbox.endLeases();
    const { sent, retried, failed, lostLeases } = await resultOf(start('C'));
    expect({ retried, failed, lostLeases }).toEqual({ retried: 0, failed: 0, lostLeases: 0 });
    expect(sent).toBeGreaterThanOrEqual(0);
    expect(await outbox.statuses()).toEqual({ success: load.jobs.length });
    expect(await leases()).toBe(0);
    expect((await outbox.jobs()).every(({ retries, error }) => retries === 0 && error === null)).toBe(true);
    return auditCalls(brevo, load).map(({ email, worker: name }) => `${name} ${email}`);
  }

  it('between the claim and the first call has sent nothing', async () => {
    // Whoever is about to call takes its turn first.
    middleman.freezeAt((data) => data.includes('INTO brevo_pace'));
    start('A', middleman.through(outbox.database.url));
    await expect.poll(leases, { timeout: 20_000 }).toBe(people);
    await kill();
    expect(brevo.writes()).toEqual([]);
    expect(await finishAfterwards()).toEqual([]);
  });

  it('before its claim was committed holds nothing', async () => {
    let commits = 0;
    middleman.freezeAt((data) => data.toString('latin1', 5) === 'COMMIT' && ++commits > 0);
    start('A', middleman.through(outbox.database.url));
    await expect.poll(() => commits, { timeout: 20_000 }).toBe(1);
    await kill();
    await middleman.close();
    await transactions('%', 0);
    expect(await leases()).toBe(0);
    expect(brevo.writes()).toEqual([]);
    expect(await finishAfterwards()).toEqual([]);
  });

  it('between the calls and their answers has sent no more than those again', async () => {
    brevo.script({ kind: 'hang' }, { times: concurrency });
    start();
    await brevo.arrived(concurrency);
    await kill();
    expect(await outbox.statuses()).toEqual({ pending: load.jobs.length });
    const repeated = await finishAfterwards();
    expect(repeated.toSorted()).toEqual([1, 2, 3, 4].map((person) => `A ${emailOf(person)}`).toSorted());
  });

  it('between the answers and their record has written nothing of the batch, and sends it again', async () => {
    brevo.script({ kind: 'hang' }, { times: concurrency });
    start();
    await brevo.arrived(concurrency);
    // One job of the batch cannot be written, and so none of it is.
    await outbox.database.admin('START TRANSACTION');
    await outbox.database.admin(`SELECT id FROM brevo_sync_outbox WHERE id = ${concurrency} FOR UPDATE`);
    brevo.release();
    await transactions('LOCK WAIT', 1);
    const answered = (): number => brevo.writes().filter(({ status }) => status !== null).length;
    expect(answered()).toBeGreaterThanOrEqual(1);
    await kill();
    await outbox.database.admin('ROLLBACK');
    await transactions('%', 0);
    const told = brevo.writes().map(({ email }) => email);
    const pending = (await outbox.jobs()).filter(({ status }) => status === 'pending').map(({ email }) => email);
    const repeated = await finishAfterwards();
    // Those that were written down before the batch met the lock are done; all others that were told are told again.
    expect(repeated.toSorted()).toEqual(
      told
        .filter((email) => pending.includes(email!))
        .map((email) => `A ${email}`)
        .toSorted(),
    );
    expect(repeated.length).toBeGreaterThanOrEqual(1);
    expect(repeated.length).toBeLessThanOrEqual(2 * concurrency);
  });

  it('after its record was committed, unknown to it, sends nothing again', async () => {
    brevo.script({ kind: 'hang' }, { times: concurrency });
    start('A', middleman.through(outbox.database.url));
    await brevo.arrived(concurrency);
    await expect.poll(leases).toBe(people);
    // The server gets the COMMIT of the first record, and its answer gets no further. The statement may have been
    // prepared long before, when the right to write was proven: the record is known by what it writes.
    let isRecord = false;
    middleman.freezeAt((data) => {
      isRecord ||= data.includes('"status":"success"');
      return isRecord && data.toString('latin1', 5) === 'COMMIT';
    }, 'after');
    brevo.release();
    await expect.poll(async () => (await outbox.statuses()).success ?? 0, { timeout: 20_000 }).toBeGreaterThan(0);
    await kill();
    const { success = 0 } = await outbox.statuses();
    expect(success).toBeGreaterThan(0);
    const done = new Set((await outbox.jobs()).filter(({ status }) => status === 'success').map(({ email }) => email));
    const repeated = await finishAfterwards();
    expect(repeated.filter((text) => done.has(text.split(' ')[1]!))).toEqual([]);
    expect(repeated.length).toBeLessThanOrEqual(2 * concurrency);
  });
});
