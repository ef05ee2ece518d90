import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import { loadPublicSettings, loadSettings } from '../../src/config/load.ts';
import type { Settings } from '../../src/config/settings.ts';
import { complaintsOf, folderWith, loadYaml, problemOf, url, withUrl } from './config-folder.ts';

const defaults: Settings = {
  database: {
    location: parseDatabaseUrl(url),
    tlsCaFile: undefined,
    timezone: undefined,
    connectTimeoutSeconds: 10,
    statementTimeoutSeconds: 60,
  },
  modx: { database: undefined, tablePrefix: '' },
  funnels: {
    language: { listId: undefined, source: undefined, onPurchase: { listId: undefined, leaveFunnelList: undefined } },
    non_language: {
      listId: undefined,
      source: undefined,
      onPurchase: { listId: undefined, leaveFunnelList: undefined },
    },
  },
  sync: { lookbackDays: 30, batchSize: 500, notBefore: undefined, vanishedPayments: undefined },
  brevo: {
    apiKey: undefined,
    baseUrl: 'https://api.brevo.com/v3',
    requestsPerSecond: 10,
    concurrency: 4,
    timeoutSeconds: 15,
    attributes: {
      funnelType: 'FUNNEL_TYPE',
      certificatePurchased: 'CERTIFICATE_PURCHASED',
      certificatePurchasedAt: 'CERTIFICATE_PURCHASED_AT',
    },
  },
  outbox: { maxRetries: 5, retryStepMinutes: 5, leaseSeconds: 120 },
  report: { timezone: undefined, windowDays: 30, decimalComma: false, siteName: undefined },
  utm: {
    source: 'testizer',
    medium: 'email',
    campaigns: { language: 'language_funnel', non_language: 'non_language_funnel' },
  },
  log: { level: 'info', format: 'text' },
};

describe('where the configuration comes from', () => {
  it.each(['', '# nothing yet\n', '---\n', 'sync:\nbrevo: ~\n', `database:\n  url: ${url}\n`])(
    'fills in every default over the file %j',
    async (yaml) => {
      expect((await loadYaml(yaml, withUrl)).settings).toEqual(defaults);
    },
  );

  it('takes the flag before FUNNELS_CONFIG before config.yaml', async () => {
    const cwd = folderWith({
      'config.yaml': 'sync: { batchSize: 1 }',
      'variable.yaml': 'sync: { batchSize: 2 }',
      'flag.yaml': 'sync: { batchSize: 3 }',
    });
    const load = async (flag: string | undefined, variable: string) => {
      const environment = { ...withUrl, FUNNELS_CONFIG: variable };
      const { settings, source } = await loadSettings({ flag, environment, cwd });
      return [settings.sync.batchSize, source];
    };
    expect(await load('flag.yaml', 'variable.yaml')).toEqual([3, join(cwd, 'flag.yaml')]);
    expect(await load(undefined, 'variable.yaml')).toEqual([2, join(cwd, 'variable.yaml')]);
    expect(await load(undefined, '')).toEqual([1, join(cwd, 'config.yaml')]);
  });

  it('looks in /etc/funnels after the working folder, then lives on the environment alone', async () => {
    const files: Record<string, string> = { '/etc/funnels/config.yaml': 'sync: { batchSize: 9 }' };
    const asked: string[] = [];
    const readFile = async (path: string) => {
      asked.push(path);
      const content = files[path];
      if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return { text: content, isPublic: false };
    };
    const load = () => loadSettings({ flag: undefined, environment: withUrl, cwd: '/srv', readFile });
    expect(await load()).toMatchObject({ source: '/etc/funnels/config.yaml', settings: { sync: { batchSize: 9 } } });
    delete files['/etc/funnels/config.yaml'];
    expect(await load()).toMatchObject({ source: 'environment', settings: { sync: { batchSize: 500 } } });
    expect(asked.slice(0, 2)).toEqual(['/srv/config.yaml', '/etc/funnels/config.yaml']);
  });

  it('refuses a named file that is not there', async () => {
    const cwd = folderWith({ 'config.yaml': '' });
    const byFlag = await problemOf(loadSettings({ flag: 'gone.yaml', environment: withUrl, cwd }));
    expect(byFlag.kind).toBe('configuration');
    expect(byFlag.message).toBe(
      'The configuration file gone.yaml (named by --config) cannot be read: it does not exist.',
    );
    const environment = { ...withUrl, FUNNELS_CONFIG: '/nowhere/c.yaml' };
    const byVariable = await problemOf(loadSettings({ flag: undefined, environment, cwd }));
    expect(byVariable.message).toContain('/nowhere/c.yaml (named by FUNNELS_CONFIG) cannot be read');
  });

  it('refuses a config.yaml that is there but cannot be read', async () => {
    const cwd = folderWith();
    mkdirSync(join(cwd, 'config.yaml'));
    const problem = await problemOf(loadSettings({ flag: undefined, environment: withUrl, cwd }));
    expect(problem.message).toBe('The configuration file config.yaml cannot be read: it is a folder.');
  });

  it('says where each value comes from', async () => {
    const { origins } = await loadYaml('sync:\n  batchSize: 7\n  lookbackDays: 8\n', {
      ...withUrl,
      FUNNELS_SYNC_BATCH_SIZE: '9',
    });
    expect(origins.get('database.url')).toBe('environment');
    expect(origins.get('sync.batchSize')).toBe('environment');
    expect(origins.get('sync.lookbackDays')).toBe('file');
    expect(origins.get('outbox.maxRetries')).toBe('default');
  });
});

describe('database.url', () => {
  it('is asked for with the places looked in and both ways to give it', async () => {
    const inFile = await problemOf(loadYaml('sync: { batchSize: 7 }'));
    expect(inFile.message).toBe(
      'database.url is not set. Looked in config.yaml (has no database.url) and in the variable FUNNELS_DATABASE_URL (not set).',
    );
    expect(inFile.hint).toMatch(/^Set FUNNELS_DATABASE_URL=mysql:.* or write "database: \{ url: .*" into config.yaml/);
    expect((await problemOf(loadYaml(undefined))).message).toContain(
      'Looked in config.yaml (not there) and /etc/funnels/config.yaml (not there)',
    );
  });

  it('becomes absolute: below the file from a file, below the working folder from the environment', async () => {
    const cwd = folderWith();
    mkdirSync(join(cwd, 'etc'));
    writeFileSync(join(cwd, 'etc', 'c.yaml'), 'database: { url: "sqlite:demo.db" }');
    const load = async (environment: Record<string, string>) =>
      (await loadSettings({ flag: 'etc/c.yaml', environment, cwd })).settings.database.location;
    expect(await load({})).toEqual({ engine: 'sqlite', path: join(cwd, 'etc', 'demo.db') });
    expect(await load({ FUNNELS_DATABASE_URL: 'sqlite:demo.db' })).toEqual({
      engine: 'sqlite',
      path: join(cwd, 'demo.db'),
    });
  });

  it('is refused with its place and without its password', async () => {
    const yaml = 'database:\n  url: mysql://u:hunter2@h:port/db\n';
    expect(await complaintsOf(loadYaml(yaml))).toEqual([
      expect.stringMatching(/^config\.yaml:2:8: database\.url has a port that is not a whole number/),
    ]);
    const environment = { FUNNELS_DATABASE_URL: 'mysql://u:hunter2@h' };
    const fromVariable = await problemOf(loadYaml(undefined, environment));
    expect(fromVariable.message).toMatch(/^FUNNELS_DATABASE_URL names no database/);
    expect(fromVariable.message).not.toContain('hunter2');
  });
});

describe('the settings that need neither a database nor a secret', () => {
  it('load without either, from the same places', async () => {
    const folder = folderWith({
      'config.yaml': 'utm: { source: shop }\nbrevo: { apiKeyFile: nowhere, apiKey: "not\ta key" }\n',
    });
    const load = (environment: Record<string, string>) =>
      loadPublicSettings({ flag: undefined, environment, cwd: folder });
    expect(await load({ FUNNELS_UTM_MEDIUM: 'mail', CREDENTIALS_DIRECTORY: '/nowhere' })).toEqual({
      utm: { ...defaults.utm, source: 'shop', medium: 'mail' },
      log: defaults.log,
    });
  });

  it('are refused like all others when something is wrong', async () => {
    const folder = folderWith({ 'config.yaml': 'sync: { batchSize: 0 }\nutn: 1\n' });
    expect(await complaintsOf(loadPublicSettings({ flag: undefined, environment: {}, cwd: folder }))).toEqual([
      'config.yaml:1:20: sync.batchSize must be a whole number from 1 to 10000, not 0.',
      'config.yaml:2:1: unknown key "utn". Did you mean "utm"?',
    ]);
  });
});
