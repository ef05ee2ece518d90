import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { readHistory } from '../../src/migrate/history.ts';
import { migrationsFor } from '../../src/migrate/migration.ts';
import { type Method, runStatement, type StatementOptions } from '../../src/migrate/run-statement.ts';
import { open, rejection } from '../database/opened.ts';
import { createMysqlDatabase, type TestDatabase } from '../support/test-databases.ts';
import { migrateTo } from './migrating.ts';
import { columnsOf } from './schema.ts';

const newest = migrationsFor('mysql').at(-1)?.version ?? 0;

let place: TestDatabase;
let database: Database;

beforeEach(async () => {
  place = await createMysqlDatabase();
  database = open(place.url, 'read-write', { statementTimeoutSeconds: 0 });
  onTestFinished(() => database.close());
});

afterEach(() => place.drop());

const row = async (version: number) => (await readHistory(database))?.find((one) => one.version === version);

describe('a statement that changes a table', () => {
  const lock = { connectionId: null, check: async () => undefined };

  async function methodsTriedFor(statement: string): Promise<Method[]> {
    const tried: Method[] = [];
    const options: StatementOptions = {
      lock,
      lockWaitSeconds: 0,
      onStatement: ({ method }) => void tried.push(method),
    };
    await runStatement(database, statement, options);
    return tried;
  }

  it.each<[string, Method[]]>([
    ['ALTER TABLE t ADD COLUMN c INT NULL', ['instant']],
    ['ALTER TABLE t ADD KEY k (a)', ['instant', 'online']],
    ['ALTER TABLE t MODIFY a BIGINT NOT NULL', ['instant', 'online', 'readers only']],
    ['UPDATE t SET a = 2', []],
  ])('%s is done by the cheapest method the server has for it', async (statement, methods) => {
    await place.admin('CREATE TABLE t (id INT PRIMARY KEY, a INT NOT NULL) ENGINE=InnoDB');
    await place.admin('INSERT INTO t VALUES (1, 1)');
    expect(await methodsTriedFor(statement)).toEqual(methods);
    expect(await place.admin('SHOW CREATE TABLE t')).toMatchObject([{ 'Create Table': expect.any(String) }]);
  });

  it('says how big the table is', async () => {
    await place.admin('CREATE TABLE t (id INT PRIMARY KEY, a INT NOT NULL) ENGINE=InnoDB');
    await place.admin('INSERT INTO t SELECT seq, 1 FROM seq_1_to_20000');
    await place.admin('ANALYZE TABLE t');
    const sizes: number[] = [];
    await runStatement(database, 'ALTER TABLE t ADD KEY k (a)', {
      lock,
      lockWaitSeconds: 0,
      onStatement: ({ rows }) => void sizes.push(rows),
    });
    for (const rows of sizes) expect(Math.abs(rows - 20_000)).toBeLessThan(5_000);
    expect(sizes).toHaveLength(2);
  });
});

describe('an open transaction in the way', () => {
  beforeEach(async () => {
    await migrateTo(place, { to: 4 });
    await place.admin('START TRANSACTION');
    await place.admin('SELECT * FROM funnel_entries');
  });

  it('ends the run with advice, and the next run goes on from there', async () => {
    expect(await rejection(migrateTo(place, { lockWaitSeconds: 0 }))).toMatchObject({
      kind: 'temporary',
      message: expect.stringContaining('open transaction keeps funnel_entries from being changed'),
      hint: expect.stringContaining('information_schema.innodb_trx'),
    });
    expect(await row(5)).toMatchObject({ state: 'running', statementsDone: 0, inFlight: null });
    expect((await row(5))?.error).toMatch(/open transaction/);
    await place.admin('ROLLBACK');
    expect((await migrateTo(place)).version).toBe(newest);
    expect(await row(5)).toMatchObject({ state: 'done', error: null });
  });

  it('is outlasted, when it ends in time', async () => {
    const blocked: string[] = [];
    const migrating = migrateTo(place, {
      lockWaitSeconds: 9,
      onBlocked: (table) => {
        blocked.push(table);
        void place.admin('ROLLBACK');
      },
    });
    expect((await migrating).version).toBe(newest);
    expect(blocked).toEqual(['funnel_entries']);
  });

  it('is not waited for after a signal', async () => {
    const controller = new AbortController();
    const result = await migrateTo(place, {
      lockWaitSeconds: 9,
      signal: controller.signal,
      onBlocked: () => controller.abort(),
    });
    expect(result).toMatchObject({ version: 4, stopped: true, applied: [] });
    expect(result.remaining[0]).toMatchObject({ version: 5, statementsDone: 0 });
    expect((await row(5))?.error).toBe('Stopped by a signal.');
    await place.admin('ROLLBACK');
  });
});

describe('a run that is told to stop', () => {
  it('finishes the statement at hand, says what is left, and is continued', async () => {
    const controller = new AbortController();
    let tried = 0;
    const result = await migrateTo(place, {
      signal: controller.signal,
      onStatement: ({ version, number }) => {
        if (version !== 5 || number !== 2) return;
        tried += 1;
        controller.abort();
      },
    });
    expect(tried).toBeGreaterThan(0);
    expect(result).toMatchObject({ version: 4, stopped: true });
    expect(result.remaining[0]).toMatchObject({ version: 5, statements: 3, statementsDone: 2 });
    expect((await columnsOf(place)).funnel_entries).toContain('source');
    expect(await migrateTo(place)).toMatchObject({ version: newest, stopped: false, remaining: [] });
  });
});

describe('something of the same name that funnels did not make', () => {
  it.each([
    ['a column', 4, 'ALTER TABLE funnel_entries ADD COLUMN source VARCHAR(10)', 5],
    ['an index', 4, 'ALTER TABLE funnel_entries ADD KEY funnel_entries_entered (entered_at)', 5],
  ])('%s, is refused as such', async (_, to, statement, version) => {
    await migrateTo(place, { to });
    await place.admin(statement);
    expect(await rejection(migrateTo(place))).toMatchObject({
      kind: 'data',
      message: expect.stringMatching(new RegExp(`^Migration ${version} .* does not fit what is in the database`)),
    });
    expect((await row(version))?.error).toMatch(/does not fit/);
  });
});

describe('the history of a failure', () => {
  it('holds no secret and no novel', async () => {
    await migrateTo(place, { to: 4 });
    await place.admin('ALTER TABLE funnel_entries ADD COLUMN source VARCHAR(10)');
    await rejection(migrateTo(place, { redact: (text) => text.replaceAll('source', '***').repeat(100) }));
    const error = (await row(5))?.error ?? '';
    expect(error).toContain("'***'");
    expect(error).not.toContain('source');
    expect(error.length).toBe(1_000);
  });
});
