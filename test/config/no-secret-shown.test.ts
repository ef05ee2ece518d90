import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { debugText, describeError } from '../../src/cli/describe-error.ts';
import { secretFileKeys, settingKeys } from '../../src/config/keys.ts';
import { type LoadedSettings, loadSettings } from '../../src/config/load.ts';
import { describeSettings, secretsOf } from '../../src/config/redact.ts';
import { rememberSecrets } from '../../src/secrets.ts';
import { folderWith } from './config-folder.ts';

afterEach(() => rememberSecrets([]));

/** Everything that the program would print: the error with its hint, its stack, or the settings. */
async function printedBy(loading: Promise<LoadedSettings>): Promise<{ text: string; loaded: boolean }> {
  try {
    const loaded = await loading;
    const { secrets, names } = secretsOf(loaded.settings);
    rememberSecrets(secrets, names);
    return { text: JSON.stringify([describeSettings(loaded), loaded.warnings]), loaded: true };
  } catch (error) {
    return { text: JSON.stringify(describeError(error, [])) + debugText(error), loaded: false };
  }
}

/** What people use as passwords and keys; none is a part of anything that we say. */
const secret = fc.oneof(
  fc.stringMatching(/^xkeysib-[a-f0-9]{16,40}$/),
  fc.stringMatching(/^Zq[A-Za-z0-9_.-]{6,20}9$/),
  fc.stringMatching(/^Zq[A-Za-z0-9@:/?#%&*!{}[\]|>'" -]{6,20}9$/),
);

const url = 'mysql://u@127.0.0.1/db';
const keys = [...settingKeys.map(({ key }) => key), ...Object.keys(secretFileKeys)];
/** Keys whose values are names that people see anyway; what stands there is shown when it can be used. */
const shownKeys = /source|medium|campaigns|attributes|tablePrefix|modx\.database|timezone|siteName/;
const key = fc.constantFrom(...keys);
const groups = ['database', 'brevo', 'brevo.attributes', 'funnels', 'funnels.language', 'sync', 'log', 'outbox'];

/** `a.b` and a value as nested YAML. */
function nested(path: string, value: string): string {
  const names = path.split('.');
  return names.map((name, depth) => `${'  '.repeat(depth)}${name}:`).join('\n') + value;
}

const quotes = fc.constantFrom(
  (text: string) => text,
  (text: string) => JSON.stringify(text),
  (text: string) => `'${text.replaceAll("'", "''")}'`,
  (text: string) => `"${text}`,
  (text: string) => `[${text}`,
  (text: string) => `{ ${text}: 1 }`,
  (text: string) => `*${text}`,
  (text: string) => `&${text}`,
  (text: string) => `!${text} x`,
  (text: string) => `|${text}`,
  (text: string) => `x: ${text}`,
  (text: string) => `root:${text}@127.0.0.1`,
  (text: string) => `mysql://root:${text}@h:port/db`,
);

const place = fc.oneof(
  fc.constant((text: string) => text),
  fc.constant((text: string) => `- ${text}`),
  fc.constant((text: string) => `${text}: 1\n${text}: 2`),
  fc.constant((text: string) => `%${text}\n---\n`),
  fc.constant((text: string) => `${nested('database.url', ` ${url}`)}\n${text}: 1`),
  fc.constant((text: string) => `sync: {<<: ${text}}`),
  fc.constant((text: string) => `${nested('database.url', ` ${url}`)}\nfunnels.${text}.listId: 4`),
  fc.constantFrom(...groups).map((group) => (text: string) => nested(group, ` ${text}`)),
  fc.constantFrom(...groups).map((group) => (text: string) => nested(`${group}.${text}`, ' 1')),
  key.filter((name) => !shownKeys.test(name)).map((name) => (text: string) => nested(name, ` ${text}`)),
);

describe('a secret in the wrong place is in nothing that is printed', () => {
  it('wherever it stands in the file', async () => {
    const folder = folderWith();
    const content = fc
      .tuple(secret, quotes, place)
      .map(([text, quote, put]) => ({ text, yaml: `${put(quote(text))}\n` }));
    await fc.assert(
      fc.asyncProperty(content, async ({ text, yaml }) => {
        const readFile = async (path: string) => {
          if (path === join(folder, 'c.yaml')) return { text: yaml, isPublic: true };
          throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: 'ENOENT', path });
        };
        const printed = await printedBy(loadSettings({ flag: 'c.yaml', environment: {}, cwd: folder, readFile }));
        expect(printed.text).not.toContain(text);
        // Nor a part of it that would do to find the rest.
        expect(printed.text).not.toContain(text.slice(0, 8));
      }),
      { numRuns: 600 },
    );
  });

  it('nor in a variable, also one with a mistyped name', async () => {
    const variable = fc.oneof(
      fc.constantFrom(...settingKeys.filter(({ key }) => !shownKeys.test(key)).flatMap(({ variables }) => variables)),
      fc.constantFrom('FUNNELS_BREVO_APIKEY', 'FUNNELS_DATABASE_PASSWORD', 'FUNNELS_DB', 'FUNNELS_CONFIG', 'FUNNELS_X'),
      fc.constantFrom('FUNNELS_DATABASE_PASSWORD_FILE', 'FUNNELS_BREVO_API_KEY_FILE'),
    );
    await fc.assert(
      fc.asyncProperty(variable, secret, quotes, async (name, text, quote) => {
        const environment = { FUNNELS_DATABASE_URL: url, [name]: quote(text) };
        const printed = await printedBy(loadSettings({ flag: undefined, environment, cwd: '/nowhere' }));
        expect(printed.text).not.toContain(text);
      }),
      { numRuns: 300 },
    );
  });

  it('nor where a file is to be named', async () => {
    await fc.assert(
      fc.asyncProperty(secret, quotes, async (text, quote) => {
        const printed = await printedBy(loadSettings({ flag: quote(text), environment: {}, cwd: '/nowhere' }));
        expect(printed.loaded).toBe(false);
        expect(printed.text).not.toContain(text);
      }),
    );
  });
});
