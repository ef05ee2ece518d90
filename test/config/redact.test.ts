import { describe, expect, it } from 'vitest';
import { settingKeys } from '../../src/config/keys.ts';
import { describeSettings } from '../../src/config/redact.ts';
import { redactUrl } from '../../src/config/redact-url.ts';
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
