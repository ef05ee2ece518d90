import { readFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createMysqlDatabase } from '../support/test-databases.ts';
import { migrateTo } from './migrating.ts';

it('docs/operations.md names every table that an account has to be given rights on by name', async () => {
  const place = await createMysqlDatabase();
  onTestFinished(() => place.drop());
  await migrateTo(place);
  const tables = (await place.admin<Record<string, string>>('SHOW TABLES')).flatMap((row) => Object.values(row));
  const text = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const [, list = ''] = /Grant the first list for each of these by name: ([^.]*)\./.exec(text) ?? [];
  expect([...list.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort()).toEqual(tables.sort());
});
