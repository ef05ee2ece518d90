import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBrevoClient } from '../../src/brevo/http-client.ts';
import type { Database } from '../../src/database/database.ts';
import { accountNeeds } from '../../src/outbox/account-needs.ts';
import { type AccountState, type PreflightOptions, preflight } from '../../src/outbox/preflight.ts';
import { SharedPace } from '../../src/outbox/shared-pace.ts';
import type { Stop } from '../../src/outbox/stop.ts';
import { loadYaml, withUrl } from '../config/config-folder.ts';
import { type FakeBrevo, type Fault, startFakeBrevo } from '../support/fake-brevo.ts';
import { createOutbox, type TestOutbox } from '../support/outbox.ts';
import { engines } from '../support/test-databases.ts';

describe.each(engines)('the preflight of a run on %s', (engine) => {
  let outbox: TestOutbox;
  let database: Database;
  let brevo: FakeBrevo;
  let told: string[];
  beforeAll(async () => {
    outbox = await createOutbox(engine);
    database = outbox.open();
  });
  afterAll(() => outbox.drop());
  beforeEach(async () => {
    await outbox.database.admin('DELETE FROM brevo_pace');
    brevo = await startFakeBrevo();
    told = [];
  });
  afterEach(() => brevo.close());

  const funnels = '{ language: { listId: 5, onPurchase: { listId: 7 } }, non_language: { listId: 7 } }';

  /** Runs it with these settings, as a drain would. */
  async function fly(options: Partial<PreflightOptions> & { yaml?: string } = {}): Promise<Stop | null> {
    const state = await ask(options);
    return state.kind === 'stop' ? state.stop : null;
  }

  async function ask(options: Partial<PreflightOptions> & { yaml?: string } = {}): Promise<AccountState> {
    const { yaml = `funnels: ${funnels}`, ...rest } = options;
    const { settings } = await loadYaml(yaml, withUrl);
    const client = createBrevoClient({
      baseUrl: brevo.url,
      apiKey: brevo.apiKey,
      timeoutSeconds: 5,
      userAgent: 'test',
    });
    return preflight(database, {
      account: 'test',
      pauseAll: async () => undefined,
      apiKey: brevo.apiKey,
      baseUrl: brevo.url,
      needs: accountNeeds(settings),
      check: client.checkAccount,
      pace: async () => undefined,
      signal: new AbortController().signal,
      onInformation: (text) => told.push(text),
      ...rest,
    });
  }

  /** How often it asked. */
  const asked = (): number => brevo.reads().filter((call) => call === 'GET /contacts/attributes').length;

  it('asks for every list once and for the attributes, and lets the run go on', async () => {
    expect(await fly()).toBeNull();
    expect(brevo.reads()).toEqual(['GET /contacts/attributes', 'GET /contacts/lists/5', 'GET /contacts/lists/7']);
    expect(told).toEqual([]);
  });

  it('does not ask again for an hour, by the database’s clock in UTC', async () => {
    await fly();
    expect(await fly()).toBeNull();
    expect(asked()).toBe(1);
    const setBack = (minutes: number): Promise<unknown> =>
      outbox.database.admin(
        engine === 'mysql'
          ? 'UPDATE brevo_pace SET checked_at = UTC_TIMESTAMP() - INTERVAL ? MINUTE'
          : "UPDATE brevo_pace SET checked_at = datetime('now', -CAST(? AS INTEGER) || ' minutes')",
        [minutes],
      );
    await setBack(59);
    await fly();
    expect(asked()).toBe(1);
    await setBack(60);
    await fly();
    expect(asked()).toBe(2);
    // A clock that was set back must not make a success last for years.
    await setBack(-90);
    await fly();
    expect(asked()).toBe(3);
    await fly();
    expect(asked()).toBe(3);
  });

  it('asks again when settings, address or key are others, and leaves the pace alone', async () => {
    const pace = new SharedPace(database, { account: 'test', requestsPerSecond: 1000 });
    await pace.next(new AbortController().signal);
    const [before] = await outbox.database.admin('SELECT next_call_at FROM brevo_pace');
    await fly();
    expect(await outbox.database.admin('SELECT next_call_at FROM brevo_pace')).toEqual([before]);
    await fly({ yaml: 'funnels: { language: { listId: 5 } }' });
    expect(asked()).toBe(2);
    await fly({ yaml: 'brevo: { attributes: { funnelType: CERTIFICATE_PURCHASED_AT } }' });
    expect(asked()).toBe(3);
    await fly({
      yaml: 'brevo: { attributes: { funnelType: CERTIFICATE_PURCHASED_AT } }',
      baseUrl: 'https://other.example',
    });
    expect(asked()).toBe(4);
    await fly({ apiKey: 'another' });
    expect(asked()).toBe(5);
    expect(JSON.stringify(await outbox.database.admin('SELECT * FROM brevo_pace'))).not.toContain(brevo.apiKey);
  });

  it('names everything that is missing or wrong at once, with the setting that asks for it, and asks again next time', async () => {
    brevo.account.lists = [9];
    brevo.account.attributes = [{ name: 'CERTIFICATE_PURCHASED', category: 'normal', type: 'text' }];
    const expected = {
      kind: 'configuration',
      message: [
        'The Brevo account does not have what the configuration asks for:',
        '- there is no list 5 (funnels.language.listId)',
        '- there is no list 7 (funnels.language.onPurchase.listId)',
        '- there is no list 7 (funnels.non_language.listId)',
        '- there is no attribute FUNNEL_TYPE (brevo.attributes.funnelType)',
        '- the attribute CERTIFICATE_PURCHASED is of the type text, not boolean (brevo.attributes.certificatePurchased)',
        '- there is no attribute CERTIFICATE_PURCHASED_AT (brevo.attributes.certificatePurchasedAt)',
      ].join('\n'),
      hint: expect.stringMatching(/^No job was charged for this\. Create it in Brevo [\s\S]* config check --brevo$/),
    };
    expect(await fly()).toEqual(expected);
    expect(await fly()).toEqual(expected);
    expect(asked()).toBe(2);
    brevo.account.lists = [5, 7];
    brevo.account.attributes = [
      { name: 'FUNNEL_TYPE', category: 'category', enumeration: [{ value: 1, label: 'language' }] },
      { name: 'CERTIFICATE_PURCHASED', category: 'normal', type: 'boolean' },
      { name: 'CERTIFICATE_PURCHASED_AT', category: 'normal', type: 'text' },
    ];
    expect(await fly()).toMatchObject({
      message: expect.stringContaining('the choice FUNNEL_TYPE does not offer both language and non_language'),
    });
    brevo.account.attributes[0] = { name: 'FUNNEL_TYPE', category: 'normal', type: 'text' };
    expect(await fly()).toBeNull();
  });

  it.each<[Fault, Partial<Stop>]>([
    [
      { kind: 'answer', status: 401, body: { code: 'unauthorized', message: 'Key not found' } },
      { kind: 'refused', hint: expect.stringMatching(/^No job was charged for this\. Check the API key/) },
    ],
    [
      { kind: 'answer', status: 429, headers: { 'x-sib-ratelimit-reset': '900' } },
      { kind: 'temporary', message: expect.stringContaining('900 s') },
    ],
  ])('ends the run at %j, and asks again next time', async (fault, stop) => {
    brevo.script(fault, { path: '/contacts/attributes' });
    expect(await fly()).toMatchObject(stop);
    expect(await fly()).toBeNull();
    expect(asked()).toBe(2);
  });

  it.each<[Fault, RegExp]>([
    [{ kind: 'answer', status: 503, body: { message: 'Down' } }, /going on without: 503: Down/],
    [{ kind: 'reset' }, /going on without: .*broke the connection off/],
    [{ kind: 'answer', status: 200, body: '<h1>Welcome</h1>' }, /going on without: .*Welcome/],
  ])('lets the run go on after %j, says so, and asks again next time', async (fault, text) => {
    brevo.script(fault, { path: '/contacts/lists/5', times: fault.kind === 'reset' ? 2 : 1 });
    expect(await ask()).toEqual({ kind: 'unwell' });
    expect(told).toEqual([expect.stringMatching(text)]);
    expect(await fly()).toBeNull();
    expect(asked()).toBe(2);
  });

  it('lets the run go on after a short rate limit, and asks again next time', async () => {
    brevo.script(
      { kind: 'answer', status: 429, headers: { 'x-sib-ratelimit-reset': '2' } },
      { path: '/contacts/lists/5' },
    );
    expect(await ask()).toMatchObject({ kind: 'well' });
    await fly();
    expect(asked()).toBe(2);
  });

  it('looks at nothing but the attributes it wants, and goes on where Brevo describes one in a way of its own', async () => {
    const strange = (name: string): never => ({ name, category: 'normal', type: null }) as never;
    brevo.account.attributes.push(strange('SHOE_SIZE'), null as never);
    expect(await ask()).toEqual({ kind: 'well', isWhole: true });
    expect(told).toEqual([]);
    await outbox.database.admin('DELETE FROM brevo_pace');
    brevo.account.attributes = brevo.account.attributes.map((each) =>
      each?.name === 'FUNNEL_TYPE' ? strange('FUNNEL_TYPE') : each,
    );
    expect(await ask()).toEqual({ kind: 'well', isWhole: false });
    expect(told).toEqual([expect.stringContaining('FUNNEL_TYPE')]);
  });

  it('lets a key go on that may write and not read, and says so once an hour', async () => {
    const denied: Fault = {
      kind: 'answer',
      status: 403,
      body: { code: 'permission_denied', message: 'Access denied' },
    };
    brevo.script(denied, { path: '/contacts/attributes', times: 9 });
    brevo.script(denied, { path: '/contacts/lists/5', times: 9 });
    expect(await fly()).toBeNull();
    expect(await fly()).toBeNull();
    expect(told).toEqual([
      expect.stringMatching(
        /^Not all of the lists and attributes in Brevo could be read, .*403 permission_denied: Access denied/,
      ),
    ]);
  });

  it('takes a turn of the shared pace for each call', async () => {
    const pace = new SharedPace(database, { account: 'test', requestsPerSecond: 10 });
    await fly({ pace: (signal) => pace.next(signal) });
    const [first = 0, second = 0, third = 0] = brevo.requests.map(({ receivedAt }) => receivedAt);
    expect(third - first).toBeGreaterThan(100);
    expect(second).toBeGreaterThan(first);
  });

  it('is given up when the run is about to end, and remembers nothing', async () => {
    const stop = new AbortController();
    const pace = async (signal: AbortSignal): Promise<void> => {
      stop.abort();
      signal.throwIfAborted();
    };
    expect(await fly({ pace, signal: stop.signal })).toBeNull();
    expect(await fly()).toBeNull();
    expect(asked()).toBe(1);
  });

  it('passes on what is a bug', async () => {
    const check = async (): Promise<never> => {
      throw new TypeError('a bug');
    };
    await expect(fly({ check })).rejects.toThrow('a bug');
  });
});
