import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { messageOf, Problem } from '../src/errors.ts';
import { foreign, rememberSecrets, scrubbed } from '../src/secrets.ts';

afterEach(() => rememberSecrets([]));

const sentences = [
  'The database shop at 127.0.0.1:3306 (as web) cannot be reached: connect ECONNREFUSED 127.0.0.1:3306.',
  'Check that the server is running and that database.url is right, then run: funnels drain-outbox --limit 10',
  'There is no command "e". Run funnels --help for the list of commands.',
];

describe('a password that is a word', () => {
  it.each(['funnels', 'database', 'root', 'e', 'is', 'drain-outbox', '3306', 'reached'])(
    'leaves our own sentences as they are: %s',
    (password) => {
      rememberSecrets([password]);
      for (const sentence of sentences) expect(scrubbed(sentence)).toBe(sentence);
      expect(messageOf(new Problem('data', `the ${password} of ours`))).toBe(`the ${password} of ours`);
    },
  );

  it('is masked in what others say, where it stands as a word', () => {
    rememberSecrets(['database']);
    expect(foreign('login failed with "database", see databases')).toBe('login failed with "***", see databases');
    expect(messageOf(new Error('password=database'))).toBe('password=***');
  });

  it('that is also a name we print cannot be told from that name', () => {
    rememberSecrets(['root'], ['root']);
    expect(foreign("Access denied for user 'root'@'localhost'")).toBe("Access denied for user 'root'@'localhost'");
  });
});

describe('a secret that can be no word', () => {
  it.each(['xkeysib-0a1b2c3d', 'S3cure-enough', 'correct-horse-battery', 'p@ss w%rd', 'hun!ter!two'])(
    'is masked wherever it turns up, in every spelling: %s',
    (secret) => {
      rememberSecrets([secret]);
      for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret)]) {
        expect(scrubbed(`tried ${form} twice`)).not.toContain(secret.slice(0, 8));
        expect(foreign(`tried ${form} twice`)).not.toContain(secret.slice(0, 8));
      }
    },
  );

  it('of any length is in nothing that others said', () => {
    const secret = fc.string({ unit: 'grapheme', minLength: 2 }).filter((text) => /^[\p{L}\p{N}]+$/u.test(text));
    fc.assert(
      fc.property(secret, fc.constantFrom('"', ' ', '=', '\n'), (password, around) => {
        rememberSecrets([password]);
        const masked = foreign(`${around}${password}${around}`);
        expect(masked).toBe(`${around}***${around}`);
      }),
    );
  });
});

describe('what is a secret by its form', () => {
  it('is masked although nobody has remembered it', () => {
    for (const mask of [foreign, scrubbed]) {
      expect(mask('key xkeysib-0123456789abcdef-Zz9 refused')).toBe('key *** refused');
      expect(mask('see https://example.com:8443/a@b')).toBe('see https://example.com:8443/a@b');
    }
    expect(foreign('at mysql://root:topsecret@127.0.0.1/db now')).toBe('at mysql://root:***@127.0.0.1/db now');
  });
});
