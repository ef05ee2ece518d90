import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countPending } from '../../src/outbox/claim.ts';
import { inspectJob } from '../../src/outbox/inspect.ts';
import { listJobs } from '../../src/outbox/list.ts';
import { previewDrain } from '../../src/outbox/preview.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';
import { claim } from './claims.ts';

const long = Number(process.env.FUNNELS_TEST_ROUNDS ?? 1);
const runs = { sqlite: 60 * long, mysql: 15 * long };

const people = ['ann', 'ben', 'cleo'];
const jobArbitrary = fc.record({
  person: fc.nat({ max: people.length - 1 }),
  /** each person has two entries */
  entry: fc.nat({ max: 1 }),
  isPurchase: fc.boolean(),
  status: fc.constantFrom('pending', 'pending', 'pending', 'pending', 'success', 'failed', 'error'),
  /** minutes from now until its time; null: never tried */
  minutes: fc.constantFrom(null, null, null, -90, -20, -3, 3, 50),
});
type NewJob = typeof jobArbitrary extends fc.Arbitrary<infer Value> ? Value : never;
const world = fc.record({
  jobs: fc.array(jobArbitrary, { minLength: 1, maxLength: 9 }),
  /** ids in the order in which they are given to the jobs */
  ids: fc.shuffledSubarray([11, 12, 13, 14, 15, 16, 17, 18, 19], { minLength: 9 }),
  /** minutes from now until the lease of each person ends; null: there is none */
  leases: fc.array(fc.constantFrom(null, null, null, -5, 5, 4000), { minLength: 3, maxLength: 3 }),
  /** entries that somebody has deleted */
  gone: fc.subarray([0, 1, 2, 3, 4, 5]),
});
type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;

type Row = NewJob & { id: number; entryId: number };

/** The rule, for each job by itself: the jobs that are due. */
function dueAmong(rows: readonly Row[], { leases, gone }: World): number[] {
  const pending = rows.filter(({ status, entryId }) => status === 'pending' && !gone.includes(entryId - 1));
  const place = ({ id, entryId, isPurchase }: Row): number =>
    isPurchase ? Math.max(id, ...pending.flatMap((u) => (u.entryId === entryId && !u.isPurchase ? [u.id] : []))) : id;
  const before = (a: Row, b: Row): boolean => {
    if (place(a) !== place(b)) return place(a) < place(b);
    return a.isPurchase === b.isPurchase ? a.id < b.id : b.isPurchase;
  };
  const isTimely = ({ minutes }: Row): boolean => minutes === null || minutes <= 0;
  return pending
    .filter((job) => {
      const lease = leases[job.person] ?? null;
      const isHeld = lease !== null && lease > 0 && lease <= 60;
      const isBehind = pending.some((p) => p.person === job.person && !isTimely(p) && before(p, job));
      return isTimely(job) && !isHeld && !isBehind;
    })
    .map(({ id }) => id);
}

const sorted = (ids: readonly (number | string)[]): number[] => ids.map(Number).toSorted((a, b) => a - b);

describe.each(engines)('what is due in any outbox (%s)', (engine) => {
  let outbox: TestOutbox;
  beforeAll(async () => {
    outbox = await createOutbox(engine);
  });
  afterAll(() => outbox.drop());

  const fromNow = engine === 'mysql' ? 'NOW() + INTERVAL ? MINUTE' : "datetime('now', ? || ' minutes')";
  const utc = engine === 'mysql' ? 'UTC_TIMESTAMP() + INTERVAL ? MINUTE' : fromNow;

  async function fill({ jobs, ids, leases, gone }: World): Promise<Row[]> {
    const { admin } = outbox.database;
    await outbox.empty();
    const entry = 'INSERT INTO funnel_entries (id, email, funnel_type, test_id) VALUES (?, ?, ?, ?)';
    for (const index of [0, 1, 2, 3, 4, 5]) {
      await admin(entry, [index + 1, `${people[index % 3]}@example.com`, 'language', index]);
    }
    const rows = jobs.map((job, index) => ({ ...job, id: ids[index]!, entryId: job.entry * 3 + job.person + 1 }));
    for (const { id, entryId, isPurchase, status, minutes } of rows) {
      await admin(
        `INSERT INTO brevo_sync_outbox (id, funnel_entry_id, operation_type, payload, status, next_attempt_at, created_at)
          VALUES (?, ?, ?, '{}', ?, ${fromNow}, ${fromNow})`,
        [id, entryId, isPurchase ? 'update_after_purchase' : 'upsert_contact', status, minutes, id * 7 - 200],
      );
    }
    for (const [person, minutes] of leases.entries()) {
      const lease = `INSERT INTO brevo_contact_leases (email, lease_token, lease_until) VALUES (?, 'x', ${utc})`;
      if (minutes !== null) await admin(lease, [`${people[person]}@example.com`, minutes]);
    }
    if (gone.length > 0) await outbox.deleteEntries(...gone.map((index) => index + 1));
    return rows;
  }

  it('comes in the order in which it became due, retries among new jobs', async () => {
    await outbox.empty();
    const created = [-60, -30, -10];
    for (const [index, minutes] of created.entries())
      await outbox.enqueue(`new${index}@example.com`, { createdMinutes: minutes });
    for (const minutes of [-45, -20, -1]) {
      await outbox.enqueue(`retry${minutes}@example.com`, { dueInMinutes: minutes, retries: 1, createdMinutes: -90 });
    }
    const order = [1, 4, 2, 5, 3, 6];
    const reader = outbox.open('read-only');
    expect((await listJobs(reader, { due: true, limit: 50 })).jobs.map(({ id }) => id)).toEqual(order);
    for (let taken = 0; taken < order.length; taken += 2) {
      const { jobs } = await claim(outbox.open(), 2);
      expect(sorted(jobs.map(({ id }) => id))).toEqual(sorted(order.slice(taken, taken + 2)));
    }
  });

  it('is the same to every command that says it, and what a claim takes', async () => {
    const reader = outbox.open('read-only');
    const worker = outbox.open();
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const rows = await fill(given as World);
        const expected = sorted(dueAmong(rows, given as World));
        const { jobs, total, due, entryGone } = await listJobs(reader, { due: true, limit: 50 });
        expect(sorted(jobs.map(({ id }) => id))).toEqual(expected);
        expect(jobs.every(({ state }) => state === 'due')).toBe(true);
        const pending = rows.filter(({ status }) => status === 'pending');
        const gone = pending.filter(({ entryId }) => given.gone.includes(entryId - 1));
        expect({ total, due, entryGone }).toEqual({ total: expected.length, due: total, entryGone: gone.length });
        expect(await countPending(reader)).toEqual({ due: total, entryGone, pending: pending.length });
        expect(await countPending(reader, -1)).toEqual({ due: total, entryGone, pending: pending.length });
        const shown = await Promise.all(rows.map(({ id }) => inspectJob(reader, id)));
        expect(sorted(shown.filter((job) => job.nextAttempt.state === 'due').map(({ id }) => id))).toEqual(expected);
        const ofEach = await Promise.all(
          people.map((name) => listJobs(reader, { email: `${name}@example.com`, due: true, limit: 50 })),
        );
        expect(sorted(ofEach.flatMap((one) => one.jobs.map(({ id }) => id)))).toEqual(expected);
        expect(ofEach.reduce((sum, one) => sum + one.due, 0)).toBe(expected.length);
        const preview = await previewDrain(reader, 50, {});
        expect(preview.jobs.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
        expect(sorted((await claim(worker, 50)).jobs.map(({ id }) => id))).toEqual(expected);
        expect(await countPending(reader)).toMatchObject({ due: 0 });
      }),
      { numRuns: runs[engine], interruptAfterTimeLimit: 40_000, markInterruptAsFailure: false },
    );
  });
});
