import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classify, type Outcome, unanswered } from '../../src/brevo/outcome.ts';
import type { DrainResult } from '../../src/outbox/drain-result.ts';
import type { AccountState } from '../../src/outbox/preflight.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';

const long = Number(process.env.FUNNELS_TEST_ROUNDS ?? 1);
const runs = { sqlite: 60 * long, mysql: 10 * long };
const well: AccountState = { kind: 'well', isWhole: true };

type Fault = (email: string, call: number) => Outcome;

/** An answer in Brevo's form, in words that differ from contact to contact in what is the contact's. */
const envelope =
  (status: number, words: string): Fault =>
  (email, call) => {
    const message = words.replace('ADDRESS', email).replace('NUMBER', String(1000 + call * 7));
    return classify({ status, body: JSON.stringify({ code: 'some_code', message }), headers: new Headers() });
  };
const page =
  (status: number, text: string): Fault =>
  () =>
    classify({ status, body: `<h1>${text}</h1>`, headers: new Headers({ 'content-type': 'text/html' }) });
const silence =
  (code: string): Fault =>
  () =>
    unanswered({ status: null, code, message: 'brevo broke the connection off', requestId: null });

const words = fc.constantFrom(
  'Invalid phone number',
  'Please confirm the e-mail address of your Brevo account first',
  'Attribute LASTNAME is not valid',
  'No contact ADDRESS with the number NUMBER',
  'Request NUMBER was refused',
);
const foreignStatus = fc.constantFrom(301, 302, 400, 403, 404, 407, 408, 409, 411, 413, 418, 421, 426, 451, 200);
const refusedStatus = fc.constantFrom(402, 403, 404, 405, 406, 409, 413, 415, 422, 425);
const brokenRoute = fc.oneof(
  foreignStatus.map((status) => page(status, 'Blocked')),
  fc.constantFrom('ECONNREFUSED', 'ENOTFOUND', 'timeout').map(silence),
);
const brokenService = fc
  .constantFrom(500, 502, 503, 524)
  .chain((status) => fc.constantFrom(page(status, 'Sorry'), envelope(status, 'Internal error NUMBER')));
const refusal = fc.oneof(
  words.map((text) => envelope(400, text)),
  fc.tuple(refusedStatus, words).map(([status, text]) => envelope(status, text)),
);

/** What may be wrong with one contact, and what with everybody; `account` is what a question to it then brings. */
const ownFault = fc.oneof(brokenRoute, brokenService, refusal);
const commonFault = fc.oneof(
  fc.oneof(brokenRoute, brokenService).map((fault) => ({ fault, account: { kind: 'unwell' } as AccountState })),
  fc.oneof(refusal, fc.constant(envelope(401, 'Key not found'))).map((fault) => ({ fault, account: well })),
);

/** Most are well: where most fail, nobody could tell the few from everybody. */
const person = fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: ownFault });

const world = fc.record({
  /** of the people, in the order in which they arrive: what is wrong with each, or nothing */
  people: fc.array(person, { minLength: 2, maxLength: 24 }),
  common: commonFault,
  /** people who arrive before each run, and of these runs how many happen while everybody fails */
  arrivals: fc.integer({ min: 1, max: 6 }),
  brokenRuns: fc.integer({ min: 0, max: 6 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
});
type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;

const addressOf = (index: number): string => `person${index}@example.com`;

/** One world, from its first run to the last. */
class Story {
  readonly #outbox: TestOutbox;
  readonly #database;
  readonly #world: World;
  readonly #tried = new Set<string>();
  #calls = 0;
  #arrived = 0;

  constructor(outbox: TestOutbox, database: ReturnType<TestOutbox['open']>, world: World) {
    this.#outbox = outbox;
    this.#database = database;
    this.#world = world;
  }

  async live(): Promise<void> {
    const { people, brokenRuns, arrivals } = this.#world;
    for (let run = 0; run < brokenRuns; run += 1) {
      await this.#arrive(arrivals);
      await this.#fail(await this.#run(true));
    }
    while (this.#arrived < people.length) {
      await this.#arrive(arrivals);
      await this.#run(false);
      await this.#outbox.makeDue();
    }
    // Somebody new, and time for what is tried again.
    await this.#outbox.enqueue('new@example.com');
    for (let run = 0; run < 3; run += 1) {
      expect(await this.#run(false)).toMatchObject({ stopped: null });
      await this.#outbox.makeDue();
    }
    await this.#judge();
  }

  async #arrive(count: number): Promise<void> {
    const last = Math.min(this.#world.people.length, this.#arrived + count);
    for (; this.#arrived < last; this.#arrived += 1) await this.#outbox.enqueue(addressOf(this.#arrived));
  }

  #run(isBroken: boolean): Promise<DrainResult> {
    const { people, common, concurrency } = this.#world;
    const answer = (email: string): Outcome => {
      this.#calls += 1;
      if (isBroken) this.#tried.add(email);
      const own = people[Number(/\d+/.exec(email)?.[0] ?? -1)];
      const fault = isBroken ? common.fault : own;
      return fault?.(email, this.#calls) ?? { kind: 'delivered', created: true };
    };
    const asked = async (): Promise<AccountState> => (isBroken ? common.account : well);
    return this.#outbox.drainWith(this.#database, {
      concurrency,
      upsert: async ({ email }) => answer(email),
      preflight: asked,
      probe: asked,
    });
  }

  /** A run in which everybody fails says so, names an example, and charges nobody. */
  async #fail(result: DrainResult): Promise<void> {
    const charged = (await this.#outbox.jobs()).filter(({ retries, status }) => retries > 0 || status !== 'pending');
    // One contact alone, of which nobody can tell more, may be charged until a second one fails likewise.
    expect(charged.length, JSON.stringify(charged)).toBeLessThanOrEqual(this.#tried.size < 2 ? 1 : 0);
    if (charged.length > 0) return;
    expect(result.stopped?.kind, JSON.stringify(result)).toBeOneOf(['refused', 'configuration', 'unavailable']);
    expect(result.stopped?.message).toMatch(/job \d+ for person\d+@example\.com/);
    expect(result).toMatchObject({ sent: 0, retried: 0, failed: 0 });
  }

  /** In the end the innocent are delivered at no charge, and each of the others is charged for what befell it. */
  async #judge(): Promise<void> {
    for (const { email, status, retries, error } of await this.#outbox.jobs()) {
      const own = this.#world.people[Number(/\d+/.exec(email)?.[0] ?? -1)];
      if (own === undefined || own === null) {
        expect({ email, status }).toEqual({ email, status: 'success' });
        // One contact alone may have been charged an attempt before anybody could know better.
        expect(retries, email).toBeLessThanOrEqual(this.#tried.size === 1 ? 1 : 0);
      } else {
        expect(retries, `${email} ${status} ${error}`).toBeGreaterThan(0);
        expect(error).not.toBeNull();
      }
    }
  }
}

describe.each(engines)('whatever is broken, over many short runs (%s)', (engine) => {
  let outbox: TestOutbox;
  beforeAll(async () => {
    outbox = await createOutbox(engine);
  });
  afterAll(() => outbox.drop());

  it('charges the guilty, delivers the innocent, and charges nobody for what befalls everybody', async () => {
    const database = outbox.open();
    await fc.assert(
      fc.asyncProperty(world, async (each) => {
        await outbox.empty();
        await new Story(outbox, database, each as World).live();
      }),
      { numRuns: runs[engine], interruptAfterTimeLimit: 50_000, markInterruptAsFailure: false },
    );
  });
});
