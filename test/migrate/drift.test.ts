import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { findDrift } from '../../src/migrate/drift.ts';
import { type AppliedMigration, readHistory } from '../../src/migrate/history.ts';
import { diffLines } from '../../src/migrate/line-diff.ts';
import { type Migration, migrationsFor, readMigration } from '../../src/migrate/migration.ts';
import { recordInFlight, recordStart, recordStatementsDone } from '../../src/migrate/record-history.ts';
import { previewRepair, repairHistory } from '../../src/migrate/repair.ts';
import { migrationStatus } from '../../src/migrate/status.ts';
import { open, rejection } from '../database/opened.ts';
import { createMysqlDatabase, createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { migrateTo } from './migrating.ts';

let place: TestDatabase;

function connected(): Database {
  const database = open(place.url);
  onTestFinished(() => database.close());
  return database;
}

describe('the difference of two texts', () => {
  it.each<[string, string[], string[], string[]]>([
    ['equal ones', ['a', 'b'], ['a', 'b'], ['  a', '  b']],
    ['another indentation', ['a', '  b  c'], ['a', '\tb c'], ['  a', '  \tb c']],
    ['a changed line', ['a', 'b', 'c'], ['a', 'x', 'c'], ['  a', '- b', '+ x', '  c']],
    ['a line more', ['a', 'c'], ['a', 'b', 'c'], ['  a', '+ b', '  c']],
    ['a line less', ['a', 'b', 'c'], ['a', 'c'], ['  a', '- b', '  c']],
    ['nothing before', [], ['a'], ['+ a']],
    ['nothing after', ['a'], [], ['- a']],
    ['lines that moved', ['a', 'b', 'c'], ['c', 'a', 'b'], ['+ c', '  a', '  b', '- c']],
  ])('%s', (_, before, after, difference) => {
    expect(diffLines(before, after)).toEqual(difference);
  });
});

describe('what counts as a change', () => {
  const file = '0001_one.sql';
  const sql = 'CREATE TABLE one (\n  id INT\n);\n\nUPDATE one SET id = 1;\n';
  const ours = readMigration({ file, sql });
  const rowOf = (migration: Migration, progress: Partial<AppliedMigration> = {}): AppliedMigration => ({
    ...migration,
    state: 'done',
    statementsDone: migration.statements.length,
    inFlight: null,
    error: null,
    startedAt: '',
    finishedAt: '',
    durationMs: 1,
    toolVersion: '1',
    host: 'there',
    ...progress,
  });
  const changedIn = (text: string, progress: Partial<AppliedMigration> = {}): string[][] =>
    findDrift([rowOf(readMigration({ file, sql: text }), progress)], [ours]).map(({ difference }) => difference);

  it.each([
    ['Windows line ends', sql.replaceAll('\n', '\r\n')],
    ['spaces at the ends of lines', sql.replaceAll('\n', '  \n')],
    ['comments', `-- Why.\n${sql}-- The end.\n`],
  ])('not %s', (_, text) => {
    expect(changedIn(text)).toEqual([]);
  });

  it('another statement', () => {
    expect(changedIn(sql.replace('id INT', 'id BIGINT'))).toEqual([
      ['  CREATE TABLE one (', '-   id BIGINT', '+   id INT', '  );', '  UPDATE one SET id = 1;'],
    ]);
  });

  it.each<[string, Partial<AppliedMigration>, number]>([
    ['not a statement that was never begun', { state: 'running', statementsDone: 1 }, 0],
    ['a statement whose outcome is unknown', { state: 'running', statementsDone: 1, inFlight: 2 }, 1],
    ['a statement that was run', { state: 'running', statementsDone: 2 }, 1],
  ])('%s', (_, progress, count) => {
    expect(changedIn(sql.replace('id = 1', 'id = 2'), progress)).toHaveLength(count);
  });
});

describe('a migration that was begun by a program with an error in it', () => {
  const [fifth] = migrationsFor('mysql').filter(({ version }) => version === 5);
  const { statements, ...rest } = fifth as Migration;
  const wrong = { ...rest, checksum: 'sha256:wrong', statements: [...statements.slice(0, 2), 'ALTER TABLE oops'] };

  afterEach(() => place.drop());

  beforeEach(async () => {
    place = await createMysqlDatabase();
    await migrateTo(place, { to: 4 });
    const database = connected();
    await recordStart(database, wrong, { toolVersion: '0', host: 'there' });
    await database.define(statements[0] ?? '');
    await recordStatementsDone(database, 5, 1);
  });

  it('is continued by a program whose next statements are right', async () => {
    expect((await migrateTo(place)).applied[0]).toMatchObject({ version: 5 });
    const row = (await readHistory(connected()))?.find(({ version }) => version === 5);
    expect(row).toMatchObject({ state: 'done', statements, checksum: fifth?.checksum, statementsDone: 3 });
  });

  it('is refused, with the difference, when the statement that is unlike ours may have taken effect', async () => {
    const database = connected();
    await recordStatementsDone(database, 5, 2);
    await recordInFlight(database, 5, 3);
    expect(await rejection(migrateTo(place))).toMatchObject({
      kind: 'data',
      message: expect.stringMatching(/^Migration 5 .*\n.*\n- ALTER TABLE oops;\n\+ ALTER TABLE funnel_entries ADD KEY/),
    });
    expect((await migrationStatus(database)).migrations[4]).toMatchObject({ state: 'changed' });
  });
});

describe.each(engines)('a repair on %s', (engine) => {
  const options = { lockWaitSeconds: 10, host: 'here' };

  afterEach(() => place.drop());

  beforeEach(async () => {
    place = await createTestDatabase(engine);
    await migrateTo(place);
  });

  const stored = (): Promise<unknown> => place.admin('SELECT * FROM funnels_migrations ORDER BY version');

  it('records the statements of this program and nothing else', async () => {
    const before = await stored();
    await place.admin(
      `UPDATE funnels_migrations SET checksum = 'sha256:other', statements = REPLACE(statements, 'entered_at', 'since')
        WHERE version IN (1, 5)`,
    );
    const preview = await previewRepair(connected());
    expect(preview).toMatchObject({ dryRun: true, migrations: [{ version: 1 }, { version: 5 }] });
    expect(preview.migrations[0]?.difference).toContainEqual(expect.stringMatching(/^- .*since/));
    expect(await rejection(migrateTo(place))).toMatchObject({ kind: 'data' });
    expect(await repairHistory(connected(), options)).toMatchObject({ ...preview, dryRun: false });
    expect(await stored()).toEqual(before);
    expect(await migrateTo(place)).toMatchObject({ applied: [], remaining: [] });
    expect(await repairHistory(connected(), options)).toEqual({ dryRun: false, hasHistory: true, migrations: [] });
  });

  it('is refused on a database that a newer program has changed', async () => {
    await place.admin("UPDATE funnels_migrations SET version = 9000, name = 'from_the_future' WHERE version = 9");
    const refusal = { kind: 'data', message: expect.stringContaining('9000 (from_the_future)') };
    expect(await rejection(previewRepair(connected()))).toMatchObject(refusal);
    expect(await rejection(repairHistory(connected(), options))).toMatchObject(refusal);
  });
});
