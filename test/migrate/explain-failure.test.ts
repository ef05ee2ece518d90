import { expect, it, onTestFinished } from 'vitest';
import type { Problem } from '../../src/errors.ts';
import { explainFailure } from '../../src/migrate/explain-failure.ts';
import { open, rejection } from '../database/opened.ts';
import { createTestDatabase, engines } from '../support/test-databases.ts';

it.each(engines)('what the database said is told, and nothing that nobody knows, on %s', async (engine) => {
  const place = await createTestDatabase(engine);
  const database = open(place.url);
  onTestFinished(async () => {
    await database.close();
    await place.drop();
  });
  const lock = { check: async () => undefined };
  const explained = async (version: number, statement: string): Promise<Problem> => {
    const error = await rejection(database.execute(statement));
    return (await explainFailure(error, { version, name: 'some_name' }, lock, statement)) as Problem;
  };
  await place.admin('CREATE TABLE t (a INT NOT NULL PRIMARY KEY)');
  await place.admin('INSERT INTO t VALUES (1)');

  const again = 'INSERT INTO t\n  VALUES (1)';
  const twice = await explained(4, again);
  expect(twice.kind).toBe('data');
  expect(twice.message).toMatch(
    /^funnel_entries holds duplicates: .* refused a row: (Duplicate|UNIQUE).*[^.]\. If something still writes there, stop it\.$/,
  );
  expect(twice.hint).toContain('funnels find-duplicates');

  for (const statement of [again, 'INSERT INTO t VALUES (NULL)', 'INSERT INTO t VALUES (1, 2)']) {
    const stopped = await explained(7, statement);
    expect(stopped).toMatchObject({ kind: 'data', hint: 'Correct the rows, then: funnels migrate' });
    expect(stopped.message).toMatch(/^Migration 7 \(some_name\) stopped: .+\.\nThe statement: INSERT INTO t VALUES \(/);
  }
});
