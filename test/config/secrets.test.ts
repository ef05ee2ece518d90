import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LoadedSettings, loadSettings } from '../../src/config/load.ts';
import { complaintsOf, folderWith } from './config-folder.ts';

const server = 'mysql://funnels@db.example/testizer';

interface Setup {
  yaml: string;
  files?: Record<string, string>;
  credentials?: Record<string, string>;
  environment?: Record<string, string>;
}

/** Loads etc/config.yaml from another working folder, so that relative paths show what they are relative to. */
async function load({ yaml, files = {}, credentials, environment = {} }: Setup): Promise<LoadedSettings> {
  const etc = folderWith({ 'config.yaml': yaml, ...files });
  const cwd = folderWith({ here: 'from-cwd\n' });
  const folder = credentials === undefined ? undefined : { CREDENTIALS_DIRECTORY: folderWith(credentials) };
  return loadSettings({ flag: join(etc, 'config.yaml'), environment: { ...environment, ...folder }, cwd });
}

function secretsOfLoaded({ settings, origins }: LoadedSettings) {
  const { location } = settings.database;
  return {
    password: location.engine === 'mysql' ? location.password : 'none',
    apiKey: settings.brevo.apiKey,
    apiKeyOrigin: origins.get('brevo.apiKey'),
  };
}

const bothFiles = `database:\n  url: ${server}\n  passwordFile: pw\nbrevo:\n  apiKeyFile: key\n`;

describe('secret files', () => {
  it('give password and key, trimmed, relative to the configuration file', async () => {
    const loaded = await load({ yaml: bothFiles, files: { pw: '  p@ss/ w:%\n', key: 'xkeysib-1\n' } });
    expect(secretsOfLoaded(loaded)).toEqual({ password: 'p@ss/ w:%', apiKey: 'xkeysib-1', apiKeyOrigin: 'file' });
    expect(JSON.stringify(loaded.settings)).not.toMatch(/passwordFile|apiKeyFile/);
  });

  it('named by a variable are relative to the working folder', async () => {
    const environment = { FUNNELS_BREVO_API_KEY_FILE: 'here', FUNNELS_DATABASE_PASSWORD_FILE: 'here' };
    const loaded = await load({ yaml: `database: { url: "${server}" }`, environment });
    expect(secretsOfLoaded(loaded)).toEqual({ password: 'from-cwd', apiKey: 'from-cwd', apiKeyOrigin: 'environment' });
  });

  it('are stronger than the value beside them, weaker than a variable', async () => {
    const yaml = 'database: { url: "mysql://u:old@h/d", passwordFile: pw }\nbrevo: { apiKey: old, apiKeyFile: key }';
    const files = { pw: 'new', key: 'new' };
    expect(secretsOfLoaded(await load({ yaml, files }))).toMatchObject({ password: 'new', apiKey: 'new' });
    const environment = { FUNNELS_DATABASE_URL: 'mysql://u:env@h/d', BREVO_API_KEY: 'env' };
    const overridden = secretsOfLoaded(await load({ yaml, environment }));
    expect(overridden).toEqual({ password: 'env', apiKey: 'env', apiKeyOrigin: 'environment' });
  });

  it('give the password to a URL of the environment that has none', async () => {
    const environment = { FUNNELS_DATABASE_URL: 'mysql://other@h/d' };
    const yaml = 'database: { passwordFile: pw }';
    const loaded = await load({ yaml, files: { pw: 'new' }, environment });
    expect(loaded.settings.database.location).toMatchObject({
      user: 'other',
      password: 'new',
      host: 'h',
      database: 'd',
    });
  });

  it('are not needed for sqlite', async () => {
    const environment = { FUNNELS_DATABASE_URL: 'sqlite:/tmp/demo.db' };
    const loaded = await load({ yaml: 'database: { passwordFile: missing }', environment });
    expect(loaded.settings.database.location).toEqual({ engine: 'sqlite', path: '/tmp/demo.db' });
  });

  it('that are missing or empty are complained about with key and path', async () => {
    expect(await complaintsOf(load({ yaml: bothFiles, files: { key: ' \n' } }))).toEqual([
      expect.stringMatching(
        /config\.yaml:3:17: database\.passwordFile names a file that cannot be read: it does not exist\. A relative path begins at \/.*\.$/,
      ),
      expect.stringMatching(/config\.yaml:5:15: brevo\.apiKeyFile names the file \/.*\/key, which is empty\.$/),
    ]);
    const environment = { FUNNELS_BREVO_API_KEY_FILE: '/nowhere/key', FUNNELS_DATABASE_URL: server };
    expect(await complaintsOf(loadSettings({ flag: undefined, environment, cwd: '/' }))).toEqual([
      'FUNNELS_BREVO_API_KEY_FILE names a file that cannot be read: it does not exist. A relative path begins at /.',
    ]);
  });

  it('must be named by text', async () => {
    const yaml = `database: { url: "${server}" }\nbrevo: { apiKeyFile: [a] }`;
    expect(await complaintsOf(load({ yaml }))).toEqual([
      expect.stringMatching(/config\.yaml:2:22: brevo\.apiKeyFile must be the path of a file\.$/),
    ]);
  });

  it('with content that can be no key are named, their content is not', async () => {
    const yaml = `database: { url: "${server}" }\nbrevo: { apiKeyFile: key }`;
    const [line] = await complaintsOf(load({ yaml, files: { key: 'hunter2 second word' } }));
    expect(line).toMatch(/brevo\.apiKeyFile: the content of \/.*\/key must be one word of .*, 512 at most\.$/);
  });

  it.each(['hunter2\nhunter3', 'hunter2\r\n\r\n# old', 'hunter2\rhunter3'])(
    'of more than one line are named, their content is not: %j',
    async (text) => {
      const lines = await complaintsOf(load({ yaml: bothFiles, files: { pw: text, key: text } }));
      expect(lines).toEqual(
        ['database\\.passwordFile', 'brevo\\.apiKeyFile'].map((key) =>
          expect.stringMatching(
            new RegExp(
              `: ${key} names the file /.*, which has more than one line\\. It must hold the secret and nothing`,
            ),
          ),
        ),
      );
      expect(lines.join()).not.toMatch(/hunter|# old/);
    },
  );

  it('may end with a line break of any kind', async () => {
    const loaded = await load({ yaml: bothFiles, files: { pw: 'one\r\n', key: 'two\n\n' } });
    expect(secretsOfLoaded(loaded)).toMatchObject({ password: 'one', apiKey: 'two' });
  });
});

describe('systemd credentials', () => {
  const credentials = { 'database-password': 'cred-pw\n', 'brevo-api-key': 'cred-key\n' };

  it('are used when nothing else gives the secret', async () => {
    const loaded = await load({ yaml: `database: { url: "${server}" }`, credentials });
    expect(secretsOfLoaded(loaded)).toEqual({ password: 'cred-pw', apiKey: 'cred-key', apiKeyOrigin: 'credential' });
  });

  it('give way to values and to files', async () => {
    const values = { yaml: 'database: { url: "mysql://u:own@h/d" }\nbrevo: { apiKey: own }', credentials };
    expect(secretsOfLoaded(await load(values))).toEqual({ password: 'own', apiKey: 'own', apiKeyOrigin: 'file' });
    const files = { yaml: bothFiles, files: { pw: 'f', key: 'f' }, credentials };
    expect(secretsOfLoaded(await load(files))).toEqual({ password: 'f', apiKey: 'f', apiKeyOrigin: 'file' });
  });

  it('may be absent, but not empty or unreadable', async () => {
    const yaml = `database: { url: "${server}" }`;
    expect(secretsOfLoaded(await load({ yaml, credentials: {} }))).toMatchObject({
      password: undefined,
      apiKey: undefined,
    });
    const [empty] = await complaintsOf(load({ yaml, credentials: { 'brevo-api-key': '' } }));
    expect(empty).toMatch(/^The credential brevo-api-key names the file \/.*, which is empty\.$/);
    const folder = folderWith();
    mkdirSync(join(folder, 'database-password'));
    const [unreadable] = await complaintsOf(load({ yaml, environment: { CREDENTIALS_DIRECTORY: folder } }));
    expect(unreadable).toMatch(/^The credential database-password names .*, which cannot be read: it is a folder\.$/);
  });
});
