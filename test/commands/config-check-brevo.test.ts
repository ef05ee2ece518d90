import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountReport } from '../../src/outbox/account-report.ts';
import { type FakeBrevo, type Fault, startFakeBrevo } from '../support/fake-brevo.ts';
import { type Run, runFunnels } from '../support/program.ts';

describe('funnels config check --brevo', () => {
  let brevo: FakeBrevo;
  beforeEach(async () => {
    brevo = await startFakeBrevo({ lists: [5, 7, 21] });
  });
  afterEach(() => brevo.close());

  function check(words: string[] = [], environment: Record<string, string> = {}, program?: string): Promise<Run> {
    return runFunnels(['config', 'check', '--brevo', ...words], {
      ...(program !== undefined && { program }),
      environment: {
        // Nobody listens there: the database is not asked for anything.
        FUNNELS_DATABASE_URL: 'mysql://nobody:secret@127.0.0.1:1/none',
        FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5',
        FUNNELS_FUNNELS_LANGUAGE_ON_PURCHASE_LIST_ID: '21',
        FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID: '7',
        FUNNELS_BREVO_BASE_URL: brevo.url,
        BREVO_API_KEY: brevo.apiKey,
        ...environment,
      },
    });
  }

  it('shows lists with number and name, and attributes with type', async () => {
    expect(await check()).toMatchObject({
      code: 0,
      stderr: '',
      stdout: [
        'funnels.language.listId\t5\tfound\tlist 5 "List 5"',
        'funnels.language.onPurchase.listId\t21\tfound\tlist 21 "List 21"',
        'funnels.non_language.listId\t7\tfound\tlist 7 "List 7"',
        'brevo.attributes.funnelType\tFUNNEL_TYPE\tfound\ttext',
        'brevo.attributes.certificatePurchased\tCERTIFICATE_PURCHASED\tfound\tboolean',
        'brevo.attributes.certificatePurchasedAt\tCERTIFICATE_PURCHASED_AT\tfound\tdate',
        '',
      ].join('\n'),
    });
    const { stdout } = await check(['--format', 'table']);
    expect(stdout).toMatch(/^Setting +Value +State +In Brevo\n/);
    expect(stdout).toMatch(/\n\nThe Brevo account has what the configuration asks for\.\n$/);
  });

  it.each(['sources', undefined])(
    'goes through the proxy of the environment, says so, and shows no password (%s)',
    async (program) => {
      const asked: string[] = [];
      const proxy = createServer((request, response) => {
        asked.push(`${request.method} ${request.url}`);
        const forwarded = fetch(request.url ?? '', {
          headers: { 'api-key': brevo.apiKey, accept: 'application/json' },
        });
        forwarded.then(async (answer) => response.writeHead(answer.status).end(await answer.text()));
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      try {
        const { port } = proxy.address() as AddressInfo;
        const through = { HTTP_PROXY: `http://user:topsecret@127.0.0.1:${port}` };
        const { code, stdout, stderr } = await check([], through, program);
        expect({ code, stderr }).toEqual({
          code: 0,
          stderr: `Calls to Brevo go through the proxy 127.0.0.1:${port} (HTTP_PROXY).\n`,
        });
        expect(stdout).not.toContain('topsecret');
        expect(asked).toContain(`GET ${brevo.url}/contacts/lists/5`);
        expect(await check([], { ...through, NO_PROXY: '127.0.0.1' }, program)).toMatchObject({ code: 0, stderr: '' });
        expect(asked).toHaveLength(brevo.reads().length / 2);
      } finally {
        proxy.close();
      }
    },
  );

  it('refuses a proxy that is no address', async () => {
    const { code, stderr } = await check([], { HTTP_PROXY: 'socks5://127.0.0.1:1' });
    expect(code).toBe(78);
    expect(stderr).toMatch(/^Error: The proxy in HTTP_PROXY is no http or https address\.\n.*NO_PROXY/);
  });

  it('names everything that is missing or wrong, and ends with 78', async () => {
    brevo.account.lists = [5];
    brevo.account.attributes.splice(0, 2, { name: 'CERTIFICATE_PURCHASED', category: 'normal', type: 'text' });
    const { code, stdout, stderr } = await check();
    expect(code).toBe(78);
    expect(stdout).toContain('funnels.language.onPurchase.listId\t21\tmissing\tno list 21\n');
    expect(stdout).toContain('brevo.attributes.funnelType\tFUNNEL_TYPE\tmissing\tno such attribute\n');
    expect(stdout).toContain('\tCERTIFICATE_PURCHASED\twrong type\ttext, not boolean\n');
    expect(stderr).toBe(
      [
        'Error: The Brevo account does not have what the configuration asks for:',
        '- there is no list 21 (funnels.language.onPurchase.listId)',
        '- there is no list 7 (funnels.non_language.listId)',
        '- there is no attribute FUNNEL_TYPE (brevo.attributes.funnelType)',
        '- the attribute CERTIFICATE_PURCHASED is of the type text, not boolean (brevo.attributes.certificatePurchased)',
        'Create it in Brevo (Contacts > Lists, Contacts > Settings > Contact attributes) or correct these settings.',
        'The type of an attribute cannot be changed in Brevo: add another one and name it in brevo.attributes.',
        '',
      ].join('\n'),
    );
  });

  it('gives the same as JSON, beside the settings', async () => {
    brevo.account.lists = [5, 7];
    const { code, stdout, stderr } = await check(['--json']);
    expect({ code, stderr }).toEqual({ code: 78, stderr: '' });
    const result = JSON.parse(stdout) as { settings: unknown[]; brevo: AccountReport };
    expect(result.settings).toContainEqual({ key: 'brevo.apiKey', value: '***', origin: 'environment' });
    expect(result.brevo.lists.map(({ id, name, state }) => [id, name, state])).toEqual([
      [5, 'List 5', 'found'],
      [21, null, 'missing'],
      [7, 'List 7', 'found'],
    ]);
    expect(result.brevo).toMatchObject({ problem: { kind: 'configuration' }, information: null });
  });

  it.each<[string, number, Fault, RegExp]>([
    ['refuses the key', 77, { kind: 'answer', status: 401, body: { message: 'Key not found' } }, /401: Key not found/],
    [
      'does not work',
      69,
      { kind: 'answer', status: 503, body: 'down' },
      /could not be asked .*503.*\nRun it again later/,
    ],
    ['is limited', 75, { kind: 'answer', status: 429, headers: { 'x-sib-ratelimit-reset': '9' } }, /another 9 s/],
    ['is somewhere else', 78, { kind: 'answer', status: 404, body: '<p>Nothing</p>' }, /Nothing[\s\S]*brevo\.baseUrl/],
  ])('when Brevo %s ends with %i and says so', async (_name, code, fault, message) => {
    brevo.script(fault, { path: '/contacts/attributes' });
    expect(await check()).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
  });

  it('says what the key may not read, and that is no failure', async () => {
    brevo.script({ kind: 'answer', status: 403, body: { message: 'Access denied' } }, { path: '/contacts/lists/5' });
    const { code, stdout, stderr } = await check();
    expect(code).toBe(0);
    expect(stdout).toContain('funnels.language.listId\t5\tnot checked\t\n');
    expect(stderr).toMatch(/^Not all of the lists and attributes in Brevo could be read, .*403: Access denied/);
  });

  it('needs a key', async () => {
    const { code, stdout, stderr } = await check([], { BREVO_API_KEY: '' });
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/BREVO_API_KEY/);
  });
});
