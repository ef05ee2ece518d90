import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDatabaseUrl, parseDatabaseUrl, readDatabaseUrl } from '../../src/config/database-url.ts';
import { Problem } from '../../src/errors.ts';

const server = {
  engine: 'mysql',
  host: 'db.example',
  port: 3306,
  user: 'funnels',
  password: 'hunter2',
  database: 'testizer',
  socketPath: undefined,
  ssl: 'off',
};

describe('parseDatabaseUrl', () => {
  it.each([
    ['mysql://funnels:hunter2@db.example/testizer', {}],
    ['mariadb://funnels:hunter2@db.example:3307/testizer', { port: 3307 }],
    [' mysql://funnels:hunter2@db.example/testizer\n', {}],
    ['mysql://funnels@db.example/testizer', { password: undefined }],
    ['mysql://funnels:@db.example/testizer', { password: '' }],
    ['mysql://f%40x:a%2Fb%3Ac@db.example/testizer', { user: 'f@x', password: 'a/b:c' }],
    ['mysql://funnels:p@ss:w@db.example/testizer', { password: 'p@ss:w' }],
    ['mysql://funnels:hunter2@[::1]:3310/testizer', { host: '::1', port: 3310 }],
    ['mysql://funnels:hunter2@db.example/testizer?ssl=true', { ssl: 'verify' }],
    ['mysql://funnels:hunter2@db.example/testizer?ssl=skip-verify', { ssl: 'skip-verify' }],
    ['mysql://funnels:hunter2@db.example/testizer?ssl=false', {}],
    [
      'mysql://funnels:hunter2@/testizer?socketPath=/run/my+sql.sock',
      { host: 'localhost', socketPath: '/run/my+sql.sock' },
    ],
  ])('reads %s', (text, difference) => {
    expect(parseDatabaseUrl(text)).toEqual({ ...server, ...difference });
  });

  it.each([
    ['sqlite:demo.db', 'demo.db'],
    ['sqlite:./a b/demo.db', './a b/demo.db'],
    ['sqlite:/var/lib/demo.db', '/var/lib/demo.db'],
    ['sqlite:///var/lib/demo.db', '/var/lib/demo.db'],
  ])('reads %s', (text, path) => {
    expect(parseDatabaseUrl(text)).toEqual({ engine: 'sqlite', path: resolve('/', path) });
  });

  it.each([
    ['postgres://u:hunter2@h/db', 'has an unknown scheme'],
    ['hunter2', 'is no database URL'],
    ['u:hunter2@h/db', 'is no database URL'],
    ['mysql://u:hunter2@h:abc/db', 'has a port that is not a whole number from 1 to 65535'],
    ['mysql://u:hunter2@h:0/db', 'has a port'],
    ['mysql://u:hunter2@h:65536/db', 'has a port'],
    ['mysql://u:hunter2@h:/db', 'has a port'],
    ['mysql://u:hunter2@h', 'names no database'],
    ['mysql://u:hunter2@h/', 'names no database'],
    ['mysql://u:hunter2@h/?ssl=true', 'names no database'],
    ['mysql://:hunter2@h/db', 'names no user'],
    ['mysql://h/db', 'names no user'],
    ['mysql://u:hunter2@/db', 'names no host'],
    ['mysql://u:hunter2@h h/db', 'has a host that cannot be read'],
    ['mysql://u:hunter2@h/db#x', 'has a #'],
    ['mysql://u:hunter2%@h/db', 'has a % in its password'],
    ['mysql://u:x/hunter2@h/db', 'has a port'],
    ['mysql://u:1/hunter2@h', 'names no user'],
    ['mysql://a@u:1/hunter2@h', 'has a database name that cannot be one'],
    ['mysql://u:x#hunter2@h/db', 'has a #'],
    ['mysql://u:hunter2@h/db?ssl=maybe', 'has an unknown value for ssl'],
    ['mysql://u@h/db?password=hunter2', 'has an unknown or empty option'],
    ['mysql://u@h/db?socketPath=', 'has an unknown or empty option'],
    ['sqlite:', 'names no file'],
    ['sqlite::memory:', 'must name a file'],
    ['sqlite:file:x?mode=memory', 'must name a file'],
    ['sqlite:x.db?mode=ro', 'must be a plain path'],
  ])('refuses %s without repeating the password', (text, reason) => {
    const refusal = catching(() => parseDatabaseUrl(text));
    expect(refusal.kind).toBe('configuration');
    expect(refusal.message).toContain(`database.url ${reason}`);
    expect(refusal.message).not.toContain('hunter2');
  });
});

describe('formatDatabaseUrl', () => {
  it('writes what parseDatabaseUrl reads back, whatever user and password hold', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1 });
    const location = fc.record({
      engine: fc.constant('mysql' as const),
      host: fc.constantFrom('localhost', '10.0.0.1', '::1'),
      port: fc.integer({ min: 1, max: 65_535 }),
      user: word,
      password: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
      database: fc.stringMatching(/^[A-Za-z0-9 ?#%_-]{1,64}$/),
      socketPath: fc.option(word, { nil: undefined }),
      ssl: fc.constantFrom('off' as const, 'verify' as const, 'skip-verify' as const),
    });
    fc.assert(
      fc.property(location, (one) => {
        expect(parseDatabaseUrl(formatDatabaseUrl(one))).toEqual(one);
      }),
    );
  });
});

describe('readDatabaseUrl', () => {
  it('resolves a relative sqlite path', () => {
    expect(readDatabaseUrl('sqlite:data/demo.db', '/srv/app')).toEqual({
      engine: 'sqlite',
      path: '/srv/app/data/demo.db',
    });
    expect(readDatabaseUrl('sqlite:/data/demo.db', '/srv/app')).toEqual({ engine: 'sqlite', path: '/data/demo.db' });
  });
});

function catching(action: () => unknown): Problem {
  try {
    action();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
