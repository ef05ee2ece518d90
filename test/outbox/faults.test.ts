import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DrainResult } from '../../src/outbox/drain-result.ts';
import { type Middleman, startMiddleman } from '../chaos/middleman.ts';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { type Run, runFunnels, startFunnels } from '../support/program.ts';

const people = 30;
const concurrency = 4;

describe('a Brevo that fails in the middle of funnels drain-outbox', () => {
  let outbox: TestOutbox;
  let brevo: FakeBrevo;
  let middleman: Middleman;
  beforeAll(async () => {
    outbox = await createOutbox('mysql');
  });
  afterAll(() => outbox.drop());
  beforeEach(async () => {
    await outbox.empty();
    brevo = await startFakeBrevo();
    middleman = await startMiddleman(brevo.url);
    await outbox.enqueuePeople(people);
  });
  afterEach(async () => {
    await middleman.close();
    await brevo.close();
  });

  const options = (environment: Record<string, string> = {}) => ({
    environment: {
      FUNNELS_DATABASE_URL: outbox.database.url,
      FUNNELS_BREVO_BASE_URL: middleman.through(brevo.url),
      BREVO_API_KEY: brevo.apiKey,
      FUNNELS_BREVO_REQUESTS_PER_SECOND: '1000',
      FUNNELS_BREVO_CONCURRENCY: String(concurrency),
      ...environment,
    },
  });

  const drain = (environment: Record<string, string> = {}): Promise<Run> =>
    runFunnels(['drain-outbox', '--json'], options(environment));

  /** The result of a run that had to stop: what was delivered is recorded, and no job was charged. */
  async function stopped({ code, stdout, stderr }: Run, expected: number): Promise<DrainResult> {
    expect(code, stdout + stderr).toBe(expected);
    const result = JSON.parse(stdout) as DrainResult;
    const { sent, released, retried, left } = result;
    expect(result).toMatchObject({ failed: 0, lostLeases: 0, claimed: sent + released + retried });
    expect(retried).toBe(0);
    expect(sent).toBeGreaterThan(0);
    expect(left).toMatchObject({ due: people - sent - retried, pending: people - sent });
    const jobs = await outbox.jobs();
    expect(jobs.filter(({ status }) => status === 'success')).toHaveLength(sent);
    expect(jobs.filter(({ retries, secondsAhead }) => retries + (secondsAhead ?? 0) > 0)).toHaveLength(retried);
    expect(jobs.filter(({ isLeased }) => isLeased === 1)).toEqual([]);
    return result;
  }

  /** The next run does what is left; of those that Brevo had taken before, only so many are told again. */
  async function finish(most = 0): Promise<void> {
    brevo.heal();
    await outbox.makeDue();
    const { code, stdout, stderr } = await drain();
    expect(code, stdout + stderr).toBe(0);
    expect(await outbox.statuses()).toEqual({ success: people });
    const taken = brevo.writes().filter(({ status }) => status === 201 || status === 204);
    expect(new Set(taken.map(({ email }) => email)).size).toBe(people);
    expect(taken.length - people).toBeLessThanOrEqual(most);
  }

  const html = { 'content-type': 'text/html' };
  it.each([
    [
      'refuses the key',
      77,
      { status: 401, body: { code: 'unauthorized', message: 'Key not found' } },
      /401 unauthorized/,
    ],
    ['has no calls left for long', 75, { status: 429, headers: { 'x-sib-ratelimit-reset': '1800' } }, /1800 s/],
    [
      'shows a web page',
      78,
      { status: 200, body: '<h1>Maintenance</h1>', headers: html },
      /Maintenance.*brevo\.baseUrl/,
    ],
    ['shows an error page', 69, { status: 502, body: '<h1>Bad Gateway</h1>', headers: html }, /502/],
  ])('and %s: ends with %i, says so, and the next run does the rest', async (_name, code, answer, message) => {
    brevo.script({ kind: 'delay', milliseconds: 1 }, { times: 10 });
    brevo.script({ kind: 'answer', ...answer }, { times: 999 });
    if (code === 69 || code === 78) {
      brevo.script({ kind: 'answer', ...answer }, { path: '/contacts/attributes', times: 999 });
    }
    const result = await stopped(await drain(), code);
    expect(result.sent).toBe(10);
    expect(`${result.stopped?.message} ${result.stopped?.hint}`).toMatch(message);
    if (code === 75) {
      const told = brevo.writes().length;
      const next = await drain();
      expect([next.code, JSON.parse(next.stdout).claimed > 0, brevo.writes().length]).toEqual([75, true, told]);
      await outbox.database.admin('UPDATE brevo_pace SET paused_until = 0, next_call_at = 0');
    }
    if (code === 75) expect(result.stopped?.hint).toMatch(/run it again after \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
    await finish();
  });

  it('and goes down: ends with 69, sends nothing while it is down, and all the rest when it is back', async () => {
    // The connection breaks under calls that Brevo has not taken yet.
    brevo.script({ kind: 'delay', milliseconds: 1 }, { times: 10 });
    brevo.script({ kind: 'hang' }, { times: concurrency });
    const running = startFunnels(['drain-outbox', '--json'], options());
    await brevo.arrived(10 + concurrency);
    await middleman.refuse();
    const result = await stopped(await running.ended, 69);
    expect(result.sent).toBe(10);
    expect(result.stopped?.message).toMatch(/refused the connection|broke the connection off/);

    const down = await drain();
    expect(down.code).toBe(69);
    expect(JSON.parse(down.stdout)).toMatchObject({ sent: 0, stopped: { kind: 'unavailable' }, left: { due: 20 } });
    expect(await outbox.statuses()).toEqual({ success: 10, pending: 20 });

    await middleman.accept();
    await finish();
  });

  it('and breaks a few connections: those calls are made again at once, and later when that breaks, too', async () => {
    brevo.script({ kind: 'lost answer' }, { email: 'person3@example.com' });
    brevo.script({ kind: 'reset' }, { email: 'person9@example.com', times: 2 });
    brevo.script({ kind: 'reset midway', status: 201 }, { email: 'person15@example.com' });
    const { code, stdout } = await drain();
    expect(code, stdout).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ sent: people - 1, retried: 1, left: { due: 0, pending: 1 } });
    await finish(1);
    expect(brevo.writes('person3@example.com').length).toBe(2);
  });

  it('and becomes slow: waits, sends nothing twice, and has no more calls under way than configured', async () => {
    brevo.script({ kind: 'delay', milliseconds: 150 }, { times: 999 });
    const { code, stdout } = await drain();
    expect(code, stdout).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ sent: people, claimed: people });
    expect(brevo.mostInFlight()).toBeLessThanOrEqual(concurrency);
    await finish();
  });

  it('and no longer answers: gives calls up in time, and takes that for an outage', async () => {
    brevo.script({ kind: 'delay', milliseconds: 1 }, { times: 10 });
    brevo.script({ kind: 'hang' }, { times: 999 });
    const result = await stopped(await drain({ FUNNELS_BREVO_TIMEOUT_SECONDS: '1' }), 69);
    expect(result.stopped?.message).toContain('did not answer within 1 s');
    await finish();
  });
});
