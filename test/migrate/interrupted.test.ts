import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applyMigration } from '../../src/migrate/apply.ts';
import { ensureHistory } from '../../src/migrate/history.ts';
import { migrationsFor } from '../../src/migrate/migration.ts';
import { recordFinish, recordInFlight, recordStart, recordStatementsDone } from '../../src/migrate/record-history.ts';
import { isBatched, runInBatches } from '../../src/migrate/run-in-batches.ts';
import { migrationStatus } from '../../src/migrate/status.ts';
import { open, until } from '../database/opened.ts';
import { runFunnels, startFunnels } from '../support/program.ts';
import { createMysqlDatabase, type TestDatabase } from '../support/test-databases.ts';
import { migrateTo } from './migrating.ts';
import { addOldEntries, createPredecessorTables } from './predecessor.ts';
import { columnsOf } from './schema.ts';

// SQLite applies each migration in one transaction; only here can one stop halfway.
const migrations = migrationsFor('mysql');
const points = migrations.flatMap(({ version, statements }) =>
  statements.flatMap((_, index) => [
    { version, statement: index + 1, took: 'had not taken effect' },
    { version, statement: index + 1, took: 'had taken effect' },
  ]),
);

let place: TestDatabase;

beforeEach(async () => {
  place = await createMysqlDatabase();
});

afterEach(() => place.drop());

const states = async (): Promise<unknown[]> =>
  (await place.admin<{ state: string }>('SELECT state FROM funnels_migrations ORDER BY version')).map(
    ({ state }) => state,
  );

/** Brings the database to where a run was when it died: statement `statement` of `version` was under way. */
async function stopAt(version: number, statement: number, hasTakenEffect: boolean): Promise<void> {
  const database = open(place.url);
  await ensureHistory(database);
  for (const migration of migrations.filter((one) => one.version <= version)) {
    const isLast = migration.version === version;
    await recordStart(database, migration, { toolVersion: '0', host: 'there' });
    const upTo = isLast ? statement - (hasTakenEffect ? 0 : 1) : migration.statements.length;
    for (const sql of migration.statements.slice(0, upTo)) {
      await (isBatched(sql) ? runInBatches(database, sql, { lock: { check: async () => {} } }) : database.define(sql));
    }
    if (!isLast) await recordFinish(database, migration, 'done');
  }
  for (let done = 1; done < statement; done += 1) await recordStatementsDone(database, version, done);
  await recordInFlight(database, version, statement);
  const { migrations: known } = await migrationStatus(database);
  expect(known.find((one) => one.version === version)).toMatchObject({ state: 'interrupted' });
  await database.close();
}

async function schemaOf(database: TestDatabase): Promise<unknown> {
  const keys = await database.admin(`SELECT table_name, index_name, non_unique, seq_in_index, column_name
    FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY 1, 2, 4`);
  return { columns: await columnsOf(database), keys };
}

describe('a run that died', () => {
  let schema: unknown;

  beforeAll(async () => {
    const fresh = await createMysqlDatabase();
    await migrateTo(fresh);
    schema = await schemaOf(fresh);
    await fresh.drop();
  });

  it.each(points)('in statement $statement of migration $version, which $took, is continued', async (point) => {
    await stopAt(point.version, point.statement, point.took === 'had taken effect');
    const { applied } = await migrateTo(place);
    expect(applied[0]).toMatchObject({ version: point.version });
    expect(await states()).toEqual(migrations.map(() => 'done'));
    expect(await schemaOf(place)).toEqual(schema);
  });
});

describe('a statement of a run that died', () => {
  it('that takes effect only after the next run has looked is not an error', async () => {
    await stopAt(5, 1, false);
    const database = open(place.url);
    const [fifth] = migrations.filter(({ version }) => version === 5);
    if (fifth === undefined) throw new Error('There is no migration 5.');
    let isFirst = true;
    const check = async (): Promise<void> => {
      if (isFirst) await place.admin(fifth.statements[0] ?? '');
      isFirst = false;
    };
    const options = { adopt: false, lockWaitSeconds: 0, applier: { toolVersion: '1', host: 'here' } };
    expect(await applyMigration(database, fifth, { connectionId: null, check }, options)).toBe('applied');
    await database.close();
  });
});

describe('a process killed while a statement waits for a lock', () => {
  const waiting = (): Promise<{ id: number }[]> =>
    place.admin(`SELECT id FROM information_schema.processlist
      WHERE db = DATABASE() AND id <> CONNECTION_ID() AND (info LIKE 'ALTER TABLE%' OR info LIKE 'UPDATE funnel_entries%')`);

  it.each([
    ['the entries are being read', 'SELECT * FROM funnel_entries'],
    ['an entry is being changed', 'SELECT * FROM funnel_entries WHERE id = 1 FOR UPDATE'],
    ['the jobs are being read', 'SELECT * FROM brevo_sync_outbox'],
  ])('because %s is followed by one that finishes the work', async (_, hold) => {
    const environment = { FUNNELS_DATABASE_URL: place.url };
    await createPredecessorTables(place);
    await addOldEntries(place, { email: 'A@x.org' });
    await place.admin('START TRANSACTION');
    await place.admin(hold);
    const first = startFunnels(['migrate', '--adopt'], { environment });
    let holder: { id: number } | undefined;
    await until(async () => {
      [holder] = await waiting();
      return holder !== undefined;
    });

    const second = await runFunnels(['migrate', '--lock-timeout', '1'], { environment });
    expect(second.stderr).toContain(`(connection ${holder?.id}, held until `);
    expect(second.code).toBe(75);

    first.process.kill('SIGKILL');
    expect(await first.ended).toMatchObject({ signal: 'SIGKILL' });
    await place.admin('ROLLBACK');
    const third = await runFunnels(['migrate', '--lock-timeout', '30'], { environment });
    expect(third.stderr).toBe('');
    expect(third.code).toBe(0);
    expect(await states()).toEqual(migrations.map(({ version }) => (version <= 2 ? 'adopted' : 'done')));
    expect(await place.admin('SELECT email, test_id FROM funnel_entries')).toEqual([{ email: 'a@x.org', test_id: 0 }]);
  });
});
