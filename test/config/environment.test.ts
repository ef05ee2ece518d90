import { describe, expect, it } from 'vitest';
import { givableKeys, type SettingKey, settingKeys, variableOf } from '../../src/config/keys.ts';
import { complaintsOf, loadYaml, withUrl } from './config-folder.ts';

const load = async (environment: Record<string, string>) =>
  (await loadYaml(undefined, { ...withUrl, ...environment })).settings;

describe('names of variables', () => {
  it('are the path in capitals', () => {
    expect(
      ['funnels.non_language.listId', 'outbox.maxRetries', 'brevo.attributes.funnelType', 'database.url'].map(
        variableOf,
      ),
    ).toEqual([
      'FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID',
      'FUNNELS_OUTBOX_MAX_RETRIES',
      'FUNNELS_BREVO_ATTRIBUTES_FUNNEL_TYPE',
      'FUNNELS_DATABASE_URL',
    ]);
  });

  it('are unique per key', () => {
    const variables = givableKeys.flatMap((setting) => setting.variables);
    expect(new Set(variables).size).toBe(variables.length);
    expect(settingKeys.length).toBeGreaterThan(25);
  });
});

describe('variables', () => {
  it('set every key there is', async () => {
    const texts: Record<string, string> = {
      'database.url': 'mysql://u:p@h:1/d',
      'database.timezone': '+01:00',
      'modx.database': 'site',
      'brevo.apiKey': 'key',
      'brevo.baseUrl': 'http://localhost/x',
      'report.timezone': 'Asia/Tokyo',
      'utm.campaigns.non_language': 'DEF',
      'sync.notBefore': '2026-12-01 08:30:00',
      'sync.vanishedPayments': 'kept',
      'log.level': 'debug',
      'log.format': 'json',
      'outbox.leaseSeconds': '12',
      'funnels.language.onPurchase.listId': '13',
      'funnels.non_language.onPurchase.listId': '14',
    };
    const byType = { number: '11', boolean: 'true', text: 'ABC' };
    const value = ({ key, type }: SettingKey) => texts[key] ?? byType[type];
    // The file of one of them has to be there.
    const keys = settingKeys.filter(({ key }) => key !== 'database.tlsCaFile');
    const environment = Object.fromEntries(keys.map((setting) => [setting.variables[0], value(setting)]));
    const { settings, origins } = await loadYaml('', environment);
    for (const setting of keys) {
      const { key, type } = setting;
      if (key === 'database.url') continue;
      const found = key.split('.').reduce<unknown>((group, name) => (group as Record<string, unknown>)[name], settings);
      const expected = type === 'text' ? value(setting) : JSON.parse(value(setting));
      expect([key, found]).toEqual([key, expected]);
    }
    expect(settings.database.location).toMatchObject({ user: 'u', password: 'p', host: 'h', port: 1, database: 'd' });
    origins.delete('database.tlsCaFile');
    expect(new Set(origins.values())).toEqual(new Set(['environment']));
  });

  it('are true or false where a setting is, and nothing else is taken for either', async () => {
    const name = 'FUNNELS_FUNNELS_LANGUAGE_ON_PURCHASE_LEAVE_FUNNEL_LIST';
    for (const value of [true, false]) {
      const { settings } = await loadYaml('', { ...withUrl, [name]: String(value) });
      expect(settings.funnels.language.onPurchase.leaveFunnelList).toBe(value);
    }
    for (const value of ['no', 'yes', 'TRUE']) {
      expect(await complaintsOf(loadYaml('', { ...withUrl, [name]: value }))).toEqual([
        `${name} must be true or false, not text.`,
      ]);
    }
  });

  it('count as not set when empty', async () => {
    const { settings, origins } = await loadYaml('sync: { batchSize: 3 }', {
      ...withUrl,
      FUNNELS_SYNC_BATCH_SIZE: '',
      FUNNELS_NO_SUCH_THING: '',
    });
    expect([settings.sync.batchSize, origins.get('sync.batchSize')]).toEqual([3, 'file']);
  });

  it.each(['12abc', '0x10', '1e3', '1_000', '1,5', '99999999999999999999', '-5', 'Infinity'])(
    'refuse %s as a whole number',
    async (text) => {
      const [line] = await complaintsOf(load({ FUNNELS_SYNC_BATCH_SIZE: text }));
      expect(line).toMatch(/^FUNNELS_SYNC_BATCH_SIZE must be a whole number from 1 to 10000, not /);
    },
  );

  it('may hold a fraction where the setting does', async () => {
    expect((await load({ FUNNELS_BREVO_REQUESTS_PER_SECOND: '0.5' })).brevo.requestsPerSecond).toBe(0.5);
  });

  it('give the API key as BREVO_API_KEY, FUNNELS_BREVO_API_KEY winning', async () => {
    expect((await load({ BREVO_API_KEY: 'one' })).brevo.apiKey).toBe('one');
    expect((await load({ BREVO_API_KEY: 'one', FUNNELS_BREVO_API_KEY: 'two' })).brevo.apiKey).toBe('two');
    const [line] = await complaintsOf(load({ BREVO_API_KEY: 'hunter 2' }));
    expect(line).toMatch(/^BREVO_API_KEY must be one word .*, 512 at most\.$/);
  });

  it('in quotes that no shell has taken away are refused by name, and by nothing else', async () => {
    const environment = { BREVO_API_KEY: '"xkeysib-1"', FUNNELS_SYNC_BATCH_SIZE: "'3'" };
    expect(await complaintsOf(load(environment))).toEqual([
      'FUNNELS_SYNC_BATCH_SIZE is in quotes, which are a part of its value here. Remove them.',
      'BREVO_API_KEY is in quotes, which are a part of its value here. Remove them.',
    ]);
  });

  it('that nobody knows are refused with the nearest right one', async () => {
    expect(await complaintsOf(load({ FUNNELS_BATCH_SIZE: '4', FUNNELS_LANGUAGE_LIST_ID: '4' }))).toEqual([
      'unknown variable FUNNELS_BATCH_SIZE. Did you mean FUNNELS_SYNC_BATCH_SIZE?',
      'unknown variable FUNNELS_LANGUAGE_LIST_ID. Did you mean FUNNELS_FUNNELS_LANGUAGE_LIST_ID?',
    ]);
  });

  it('of the command line and of the tests are left alone', async () => {
    const others = {
      FUNNELS_DISABLE_THEME: '1',
      FUNNELS_CONTENT_TYPE: 'json',
      FUNNELS_TEST_DATABASE_URL: 'x',
      OTHER_FUNNELS_X: 'y',
    };
    expect((await load(others)).sync.batchSize).toBe(500);
  });
});
