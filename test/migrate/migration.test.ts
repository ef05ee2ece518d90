import { describe, expect, it } from 'vitest';
import { migrationsFor, readMigration } from '../../src/migrate/migration.ts';

const file = '0042_do_something.sql';
const sql = '-- Why.\nCREATE TABLE one (\n  id INT\n);\n\nUPDATE one SET id = 1\nWHERE id = 2;\n';

describe('a migration file', () => {
  it('is its number, its name, and its statements without comments', () => {
    expect(readMigration({ file, sql })).toMatchObject({
      version: 42,
      name: 'do_something',
      statements: ['CREATE TABLE one (\n  id INT\n)', 'UPDATE one SET id = 1\nWHERE id = 2'],
    });
  });

  it.each([
    ['Windows line ends', sql.replaceAll('\n', '\r\n')],
    ['other comments', sql.replace('-- Why.', '-- Because.\n-- And so on.')],
    ['another indentation', sql.replaceAll('  ', '\t')],
    ['no line end at its end', sql.trimEnd()],
  ])('with %s has the same checksum', (_, other) => {
    expect(readMigration({ file, sql: other }).checksum).toBe(readMigration({ file, sql }).checksum);
  });

  it('with another statement has another checksum', () => {
    const other = readMigration({ file, sql: sql.replace('id = 2', 'id = 3') });
    expect(other.checksum).not.toBe(readMigration({ file, sql }).checksum);
  });
});

it('both engines have the same migrations, numbered without a gap', () => {
  const names = (engine: 'mysql' | 'sqlite') => migrationsFor(engine).map(({ version, name }) => `${version} ${name}`);
  expect(names('mysql')).toEqual(names('sqlite'));
  expect(migrationsFor('mysql').map(({ version }) => version)).toEqual(
    migrationsFor('mysql').map((_, index) => index + 1),
  );
});
