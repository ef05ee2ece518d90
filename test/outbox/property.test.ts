import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classify, type Outcome } from '../../src/brevo/outcome.ts';
import type { DrainResult } from '../../src/outbox/drain-result.ts';
import type { Delivery } from '../../src/outbox/job.ts';
import { createOutbox, type JobRow, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';

const long = Number(process.env.FUNNELS_TEST_ROUNDS ?? 1);
const runs = { sqlite: 60 * long, mysql: 12 * long };
const maxRetries = 5;
const stepSeconds = 300;

const answered = (status: number, code: string | null, message: string): Outcome =>
  classify({ status, body: JSON.stringify({ code, message }), headers: new Headers() });
/** What a call may come to; the last is an error of the program's own. */
const outcomes = {
  taken: { kind: 'delivered', created: true },
  early: answered(425, null, 'Too early'),
  down: answered(503, null, 'Down'),
  address: answered(400, 'invalid_parameter', 'Invalid email address'),
  attribute: answered(400, 'invalid_parameter', 'Invalid date'),
  limited: { ...answered(429, null, 'Slow down'), retryAfterSeconds: 0 } as Outcome,
  used: { ...answered(429, null, 'Slow down'), retryAfterSeconds: 900 } as Outcome,
  refused: answered(401, 'unauthorized', 'Key not found'),
  bug: null,
} as const satisfies Record<string, Outcome | null>;
type Answer = keyof typeof outcomes;

const newJob = fc.record({
  person: fc.integer({ min: 0, max: 6 }),
  kind: fc.constantFrom('upsert', 'upsert', 'purchase', 'purchase', 'unreadable', 'unknown', 'elsewhere'),
  retries: fc.constantFrom(0, 0, 0, 1, 4, 5, 9),
  dueInMinutes: fc.constantFrom(null, null, null, -5, 5),
  colour: fc.constantFrom('red', 'green', null),
  list: fc.constantFrom(5, 7),
});
type NewJob = typeof newJob extends fc.Arbitrary<infer Value> ? Value : never;
const answers = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom<Answer[]>('taken', 'taken', 'taken', 'early', 'down', 'address', 'limited')),
  },
  { weight: 1, arbitrary: fc.array(fc.constantFrom<Answer[]>('down', 'attribute', 'taken'), { minLength: 4 }) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom<Answer[]>('taken', 'taken', 'early', 'bug', 'used', 'refused')) },
);
const round = fc.record({
  jobs: fc.array(newJob, { maxLength: 10 }),
  /** of the calls one after another; all others are taken */
  answers,
  ticks: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 5 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
  limit: fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 1, 3),
  /** whether time goes by before: what was scheduled has become due */
  isLater: fc.boolean(),
});
type Round = typeof round extends fc.Arbitrary<infer Value> ? Value : never;

interface Call {
  delivery: Delivery;
  ids: number[];
  answer: Answer | 'cut';
}

/** A world of contacts and their jobs, drained and watched. */
class Watched {
  readonly #outbox: TestOutbox;
  readonly #database;
  readonly #told = new Map<number, NewJob>();
  readonly #entries = new Map<number, number>();

  constructor(outbox: TestOutbox, database: ReturnType<TestOutbox['open']>) {
    this.#outbox = outbox;
    this.#database = database;
  }

  async play({ jobs, answers, ticks, concurrency, limit, isLater }: Round): Promise<void> {
    const { admin, engine } = this.#outbox.database;
    await admin(engine === 'mysql' ? 'START TRANSACTION' : 'BEGIN');
    for (const job of jobs) await this.#enqueue(job);
    await admin('COMMIT');
    if (isLater) await this.#outbox.makeDue();
    const before = await this.#outbox.jobs();
    const calls: Call[] = [];
    const inFlight = new Set<number>();
    const draining = this.#outbox.drainWith(this.#database, {
      upsert: async (contact) => {
        const delivery = { ...contact, unlinkListIds: [] as number[] };
        const ids = idsOf(delivery);
        const answer = answers[calls.length] ?? 'taken';
        calls.push({ delivery, ids, answer });
        const person = this.#told.get(ids[0]!)!.person;
        expect(inFlight.has(person), 'a second call in flight for one contact').toBe(false);
        inFlight.add(person);
        for (let tick = ticks[calls.length % (ticks.length || 1)] ?? 0; tick > 0; tick -= 1) await setImmediate();
        inFlight.delete(person);
        const outcome = outcomes[answer];
        if (outcome === null) throw new Error('a bug');
        return outcome;
      },
      leaveList: async (email, list) => {
        calls.findLast((call) => call.delivery.email === email)?.delivery.unlinkListIds.push(list);
        return { kind: 'delivered', created: false };
      },
      retry: { maxRetries, stepMinutes: stepSeconds / 60 },
      concurrency,
      requestsPerSecond: 10,
      limit,
    });
    const result = await draining.catch((error: Error) => {
      expect(error.message).toBe('a bug');
      return null;
    });
    const after = await this.#outbox.jobs();
    expect(result === null).toBe(calls.some(({ answer }) => answer === 'bug'));
    const isEnded = result === null || result.stopped !== null;
    for (const call of calls) {
      const { unlinkListIds } = this.#asked(call.ids);
      // The end of the run came between joining one list and leaving the other: all of it is done again.
      const isCut = call.answer === 'taken' && call.delivery.unlinkListIds.length < new Set(unlinkListIds).size;
      if (isCut && isEnded) call.answer = 'cut';
    }
    for (const [index, call] of calls.entries()) this.#checkCall(call, before, calls.slice(0, index));
    for (const [index, job] of before.entries()) this.#checkJob(job, after[index]!, calls, result);
    if (result !== null) this.#checkResult(result, before, after, calls, limit);
    await this.#outbox.endLeases();
  }

  async #enqueue(job: NewJob): Promise<void> {
    const { person, kind, retries, dueInMinutes, colour, list } = job;
    const id = this.#told.size + 1;
    this.#told.set(id, job);
    const email = kind === 'elsewhere' ? `other${person}@example.com` : `person${person}@example.com`;
    const attributes = { [`JOB_${id}`]: true, LAST: id, COLOUR: colour };
    const payload = { email, list_ids: [list], unlink_list_ids: [leftFor(list)], attributes };
    // An upsert is the first job of its entry.
    const entryId = kind === 'purchase' || kind === 'unknown' ? this.#entries.get(person) : undefined;
    const { entryId: used } = await this.#outbox.enqueue(`person${person}@example.com`, {
      operation: { purchase: 'update_after_purchase', unknown: 'delete_contact' }[kind as string] ?? 'upsert_contact',
      payload: kind === 'unreadable' ? '{"email":' : payload,
      retries,
      dueInMinutes,
      ...(entryId !== undefined && { entryId }),
    });
    this.#entries.set(person, used);
  }

  #asked(ids: readonly number[]): Lists {
    return ids.map((id) => this.#told.get(id)!).reduce<Lists>(joined, { listIds: [], unlinkListIds: [] });
  }

  /** It says what its jobs say together, and every older job of the contact is in it or done. */
  #checkCall({ delivery, ids, answer }: Call, before: readonly JobRow[], earlier: readonly Call[]): void {
    const told = ids.map((id) => this.#told.get(id)!);
    const [{ person }] = told as [NewJob];
    const colour = told.map((job) => job.colour).findLast((value) => value !== null);
    const marks = Object.fromEntries(ids.map((id) => [`JOB_${id}`, true]));
    expect(delivery.attributes).toEqual({
      ...marks,
      LAST: ids.at(-1),
      ...(colour !== undefined && { COLOUR: colour }),
    });
    const asked = this.#asked(ids);
    // Lists are left once the contact is there.
    if (answer === 'cut') expect(lists(delivery)[0]).toEqual(lists(asked)[0]);
    else expect(lists(delivery)).toEqual(lists(answer === 'taken' ? asked : { ...asked, unlinkListIds: [] }));
    for (const { id, status, secondsAhead, retries } of before) {
      const other = this.#told.get(id)!;
      if (other.person !== person || status !== 'pending' || id > ids.at(-1)!) continue;
      expect(secondsAhead ?? 0, `job ${id} before call for ${ids}`).toBeLessThanOrEqual(0);
      const before = earlier.findLast((call) => call.ids.includes(id))?.answer;
      const isDone = isUnreadable(other) || ['taken', 'address', 'attribute'].includes(before ?? '');
      const isGivenUp = ['early', 'down'].includes(before ?? '') && retries >= maxRetries;
      expect(isDone || isGivenUp || ids.includes(id), `job ${id} beside the call for ${ids}`).toBe(true);
    }
    for (const id of ids) expect(before.find((job) => job.id === id)?.status, `job ${id}`).toBe('pending');
  }

  /** The state that the guide gives it for what befell it. */
  #checkJob(before: JobRow, after: JobRow, calls: readonly Call[], result: DrainResult | null): void {
    const { id, retries } = before;
    const told = this.#told.get(id)!;
    const own = calls.filter((call) => call.ids.includes(id)).map(({ answer }) => answer);
    for (const answer of own.slice(0, -1)) expect(['limited'], `job ${id} again`).toContain(answer);
    const last = own.at(-1);
    const untouched = {
      ...before,
      secondsAhead: expect.toBeOneOf([null, expect.any(Number)]),
      isLeased: expect.any(Number),
    };
    const allowed: unknown[] = [];
    const failed = { status: 'failed', retries: retries + 1, secondsAhead: null };
    const crashed = calls.some(
      ({ ids, answer }) => answer === 'bug' && this.#told.get(ids[0]!)?.person === told.person,
    );
    if (last === 'taken') allowed.push({ status: 'success', retries, error: null, secondsAhead: null });
    else if (last === 'address' || last === 'attribute') allowed.push(failed);
    else if (last === 'early' || last === 'down') allowed.push(retries < maxRetries ? retried(retries + 1) : failed);
    else if (last === undefined && isUnreadable(told) && before.status === 'pending') allowed.push(failed, untouched);
    else allowed.push(untouched);
    // What may befall everybody is nobody's fault once it has ended the run.
    const isShared = last !== undefined && ['early', 'down', 'address', 'attribute'].includes(last);
    if (crashed || (isShared && (result === null || result.stopped !== null))) allowed.push(untouched);
    // An attempt that an earlier round charged on little evidence is given back when everybody fails likewise.
    if (result === null || result.takenBack > 0) allowed.push({ status: 'pending', secondsAhead: null });
    expect(
      allowed.some((state) => matches(after, state)),
      `${last} made of ${show(before)}: ${show(after)}`,
    ).toBe(true);
    // A lease that has ended stays until the contact is taken again.
    expect(after.isLeased === 0 || crashed || before.isLeased === 1, `job ${id} is free afterwards`).toBe(true);
  }

  #checkResult(
    result: DrainResult,
    before: readonly JobRow[],
    after: readonly JobRow[],
    calls: Call[],
    limit: number,
  ): void {
    const { claimed, sent, retried, failed, released, lostLeases, stopped, left, takenBack } = result;
    expect(claimed).toBe(sent + retried + failed + released + lostLeases);
    expect(claimed - released).toBeLessThanOrEqual(limit);
    const changed = (status: string): number =>
      after.filter((job, index) => job.status === status && before[index]?.status === 'pending').length;
    expect([sent, lostLeases]).toEqual([changed('success'), 0]);
    // What failed when there was nobody to compare it with is tried once more as soon as there is.
    expect(failed).toBeGreaterThanOrEqual(changed('failed'));
    expect(failed).toBeLessThanOrEqual(changed('failed') + takenBack);
    const pending = after.filter(({ status }) => status === 'pending');
    const ready = pending.filter(
      ({ id, email }) => !pending.some((o) => o.email === email && o.id <= id && (o.secondsAhead ?? 0) > 0),
    );
    expect(left).toMatchObject({ due: ready.length, pending: pending.length });
    if (stopped === null && takenBack === 0 && claimed - released < limit) expect(ready).toEqual([]);
    const count = (answer: Answer): number => calls.filter((call) => call.answer === answer).length;
    if (count('used') + count('refused') > 0) expect(stopped).not.toBeNull();
    if (stopped?.kind === 'refused') expect(count('refused')).toBeGreaterThan(0);
    const shared = { unavailable: ['down', 'early'], configuration: ['address', 'attribute'] } as const;
    if (stopped?.kind === 'unavailable' || stopped?.kind === 'configuration') {
      expect(shared[stopped.kind].some((answer) => count(answer) > 0)).toBe(true);
    }
    if (stopped?.kind === 'temporary') expect(count('used') > 0 || count('limited') > 10).toBe(true);
  }
}

type Lists = Pick<Delivery, 'listIds' | 'unlinkListIds'>;

/** Whoever buys changes from one list to the other. */
const leftFor = (list: number): number => 12 - list;

/** The lists after one job more: what comes later counts. */
function joined({ listIds, unlinkListIds }: Lists, { kind, list }: NewJob): Lists {
  const left = leftFor(list);
  if (kind !== 'purchase')
    return { listIds: [...listIds, list], unlinkListIds: unlinkListIds.filter((id) => id !== list) };
  return {
    listIds: [...listIds.filter((id) => id !== left), list],
    unlinkListIds: [...unlinkListIds.filter((id) => id !== list), left],
  };
}

/** To compare them. */
function lists({ listIds, unlinkListIds }: Lists): number[][] {
  return [listIds, unlinkListIds].map((ids) => [...new Set(ids)].toSorted());
}

function retried(count: number): object {
  return { status: 'pending', retries: count, secondsAhead: expect.closeTo(count * stepSeconds - 30, -1.8) };
}

function isUnreadable({ kind }: NewJob): boolean {
  return kind === 'unreadable' || kind === 'unknown';
}

function idsOf({ attributes }: Delivery): number[] {
  const ids = Object.keys(attributes).flatMap((name) => (name.startsWith('JOB_') ? [Number(name.slice(4))] : []));
  return ids.toSorted((a, b) => a - b);
}

function matches(job: JobRow, state: unknown): boolean {
  try {
    expect(job).toMatchObject(state as object);
    return true;
  } catch {
    return false;
  }
}

const show = (job: JobRow): string => JSON.stringify(job);

describe.each(engines)('any schedule of jobs, answers and breakdowns (%s)', (engine) => {
  let outbox: TestOutbox;
  beforeAll(async () => {
    outbox = await createOutbox(engine);
  });
  afterAll(() => outbox.drop());

  it('leaves every job in the state that the guide gives it, and sends nothing out of order, or after a success', async () => {
    const database = outbox.open();
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 5 }), async (rounds) => {
        await outbox.empty();
        const watched = new Watched(outbox, database);
        for (const each of rounds) await watched.play(each as Round);
      }),
      { numRuns: runs[engine], interruptAfterTimeLimit: 50_000, markInterruptAsFailure: false },
    );
  });
});
