import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDatabaseUrl } from '../../src/config/database-url.ts';
import { settingKeys } from '../../src/config/keys.ts';
import { describeSettings, redactUrl, scrub, secretsOf } from '../../src/config/redact.ts';
import { loadYaml, withUrl } from './config-folder.ts';

describe('redactUrl', () => {
  it.each([
    ['mysql://u:hunter2@h:3306/db', 'mysql://u:***@h:3306/db'],
    ['mysql://u@h:3306/db', 'mysql://u@h:3306/db'],
    ['mysql://u:hun/ter2@h/db', 'mysql://u:***@h/db'],
    ['mysql://u:hun@ter2@h/db', 'mysql://u:***@h/db'],
    ['mysql://u@corp:hunter2@h/db', 'mysql://u@corp:***@h/db'],
    ['mysql://u:hunter2', 'mysql://u:***'],
    ['mysql://h/db?password=hunter2&ssl=true', 'mysql://h/db?password=***&ssl=true'],
    ['https://api.brevo.com:8443/v3', 'https://api.brevo.com:8443/v3'],
    ['sqlite:/var/a:b@c.db', 'sqlite:/var/a:b@c.db'],
    ['not a url', 'not a url'],
  ])('%s', (url, redacted) => {
    expect(redactUrl(url)).toBe(redacted);
  });
});

describe('describeSettings', () => {
  it('lists every setting in order, secrets hidden', async () => {
    const rows = describeSettings(await loadYaml('brevo: { apiKey: xkeysib-1 }', withUrl));
    expect(rows.map(({ key }) => key)).toEqual(settingKeys.map(({ key }) => key));
    const row = (key: string) => rows.find((one) => one.key === key);
    expect(row('database.url')).toEqual({
      key: 'database.url',
      value: 'mysql://funnels:***@db.example:3307/testizer',
      origin: 'environment',
    });
    expect(row('brevo.apiKey')).toEqual({ key: 'brevo.apiKey', value: '***', origin: 'file' });
    expect(row('sync.batchSize')).toEqual({ key: 'sync.batchSize', value: '500', origin: 'default' });
    expect(row('report.timezone')).toEqual({ key: 'report.timezone', value: '(not set)', origin: 'default' });
    expect(row('modx.tablePrefix')?.value).toBe('(empty)');
    expect(JSON.stringify(rows)).not.toMatch(/hunter2|xkeysib/);
  });

  it('says that there is no API key', async () => {
    const rows = describeSettings(await loadYaml('', withUrl));
    expect(rows.find(({ key }) => key === 'brevo.apiKey')?.value).toBe('(not set)');
  });
});

describe('scrub', () => {
  it('removes whatever form a password or key takes', async () => {
    const { settings } = await loadYaml('brevo: { apiKey: "xkeysib-\\"quoted\\"" }', withUrl);
    const password = fc.string({ unit: 'grapheme', minLength: 4 }).filter((text) => !/^\**$/.test(text));
    fc.assert(
      fc.property(password, (secret) => {
        const url = formatDatabaseUrl({
          engine: 'mysql',
          host: 'h',
          port: 1,
          user: 'u',
          password: secret,
          database: 'd',
          socketPath: undefined,
          ssl: 'off',
        });
        const secrets = secretsOf({ ...settings, database: { ...settings.database, url } });
        for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), url]) {
          expect(secrets.filter((one) => scrub(form, secrets).includes(one) && one.length > 3)).toEqual([]);
        }
      }),
    );
    const line = JSON.stringify({ key: settings.brevo.apiKey });
    expect(scrub(line, secretsOf(settings))).toBe('{"key":"***"}');
  });

  it('finds a password in the form the URL has it in', async () => {
    const { settings } = await loadYaml('', { FUNNELS_DATABASE_URL: 'mysql://u:a%62cd@h/d' });
    expect(secretsOf(settings)).toEqual(expect.arrayContaining(['abcd', 'a%62cd']));
    expect(scrub('tried abcd and a%62cd', secretsOf(settings))).toBe('tried *** and ***');
  });

  it('replaces a very short secret only as a word of its own', () => {
    expect(scrub('password "pw" refused by pwserver', ['pw'])).toBe('password "***" refused by pwserver');
  });

  it('leaves text alone when there are no secrets', async () => {
    const { settings } = await loadYaml('', { FUNNELS_DATABASE_URL: 'mysql://u@[::1]:3306/d' });
    expect(secretsOf(settings)).toEqual([]);
    expect(scrub('as it is', [''])).toBe('as it is');
  });
});
