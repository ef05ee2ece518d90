import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { waitForDatabase } from '../../src/database/wait.ts';
import { startFakeBrevo } from '../support/fake-brevo.ts';
import { type PrivateMariaDb, startPrivateMariaDb } from '../support/private-mariadb.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { ago, createSite } from '../support/site.ts';
import type { TestDatabase } from '../support/test-databases.ts';
import { open, rejection } from './opened.ts';

/** What a server's configuration can make of a session, at its worst for us. */
const hostile: Readonly<Record<string, string | number>> = {
  autocommit: 0,
  completion_type: 2,
  sql_mode: "'ANSI,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH,NO_ZERO_DATE,NO_ZERO_IN_DATE,HIGH_NOT_PRECEDENCE'",
  sql_safe_updates: 1,
  sql_select_limit: 1,
  max_join_size: 1,
  sql_big_selects: 0,
  sql_auto_is_null: 1,
  foreign_key_checks: 0,
  unique_checks: 0,
  group_concat_max_len: 4,
  div_precision_increment: 0,
  max_sort_length: 64,
  default_storage_engine: "'MyISAM'",
  tx_isolation: "'READ-UNCOMMITTED'",
  tx_read_only: 1,
  check_constraint_checks: 0,
  sql_if_exists: 1,
  old_mode: "'ZERO_DATE_TIME_CAST,NO_PROGRESS_INFO'",
  default_regex_flags: "'EXTENDED'",
  alter_algorithm: "'INSTANT'",
  system_versioning_asof: "'2020-01-01 00:00:00'",
  innodb_default_row_format: "'redundant'",
  collation_connection: "'utf8mb3_turkish_ci'",
  lc_messages: "'de_DE'",
  max_statement_time: 0.05,
  lock_wait_timeout: 1,
  idle_transaction_timeout: 1,
  wait_timeout: 1,
};

/** Run for every account that has no right to do without. */
const initConnect =
  "SET NAMES latin1, timestamp = 1000000000, autocommit = 0, lc_messages = 'de_DE', time_zone = '+11:30'";

let server: PrivateMariaDb;
let root: Connection;

beforeAll(async () => {
  server = await startPrivateMariaDb();
  root = await createConnection({ uri: server.url, charset: 'utf8mb4', dateStrings: true, multipleStatements: true });
});

afterAll(async () => {
  await root?.end();
  await server?.stop();
});

/** Makes the server hostile from now on; back to what it was when the test ends. */
async function makeHostile(names: readonly string[], connect: string): Promise<void> {
  const [rows] = await root.query('SHOW GLOBAL VARIABLES');
  const before = new Map(
    (rows as { Variable_name: string; Value: string }[]).map((row) => [row.Variable_name, row.Value]),
  );
  onTestFinished(async () => {
    for (const name of names) {
      const value = before.get(name) ?? '';
      await root.query(`SET GLOBAL ${name} = ${/^[\d.]+$/.test(value) ? value : `'${value}'`}`).catch(async () => {
        await root.query(`SET GLOBAL ${name} = DEFAULT`);
      });
    }
    await root.query("SET GLOBAL init_connect = ''");
  });
  for (const name of names) await root.query(`SET GLOBAL ${name} = ${hostile[name]}`);
  await root.query('SET GLOBAL init_connect = ?', [connect]);
}

/** An empty database on this server with an account that init_connect is run for. */
async function createPlace(name: string): Promise<{ url: string; database: TestDatabase }> {
  await root.query(`CREATE DATABASE ${name} CHARACTER SET latin1; CREATE USER ${name}@'%' IDENTIFIED BY 'x';
    GRANT ALL ON ${name}.* TO ${name}@'%'; USE ${name}`);
  const database = {
    engine: 'mysql',
    url: '',
    async admin<Row>(sql: string, values: unknown[] = []) {
      const [result] = await root.query(sql, values);
      return (Array.isArray(result) ? result : []) as Row[];
    },
    drop: async () => undefined,
  } as TestDatabase;
  return { url: `mysql://${name}:x@127.0.0.1:${server.port}/${name}`, database };
}

const emails = ['jürgen@müller.example', 'zoë@example.com', 'straße@example.com', 'bob@example.com'];

/** The main journey, and everything that it leaves behind or prints. */
async function journey(name: string): Promise<unknown> {
  const { url, database } = await createPlace(name);
  const site = await createSite(database, { charset: 'utf8mb4' });
  const brevo = await startFakeBrevo();
  onTestFinished(() => brevo.close());
  const environment = {
    FUNNELS_DATABASE_URL: url,
    FUNNELS_DATABASE_TIMEZONE: '+00:00',
    FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5',
    FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID: '7',
    FUNNELS_SYNC_BATCH_SIZE: '7',
    BREVO_API_KEY: brevo.apiKey,
    FUNNELS_BREVO_BASE_URL: brevo.url,
    FUNNELS_BREVO_REQUESTS_PER_SECOND: '500',
  };
  await root.query("SET time_zone = '+00:00'");
  const finished = await ago(database, 7200);
  for (const email of [...emails, ...Array.from({ length: 20 }, (_, index) => `p${index}@example.com`)]) {
    await site.finish(email, 5, finished);
  }
  const runs: Run[] = [];
  const funnels = async (line: string): Promise<void> => {
    runs.push(await runFunnels(line.split(' '), { environment }));
  };
  await funnels('migrate');
  await funnels('sync');
  await site.pay('jürgen@müller.example', 1, await ago(database, -1));
  await funnels('sync');
  await funnels('drain-outbox');
  await funnels('report conversions --format plain');
  await funnels('find-duplicates --exit-code');
  const [tables] = await root.query(
    `SELECT table_name, engine, row_format FROM information_schema.tables
      WHERE table_schema = '${name}' AND (table_name LIKE 'funnel\\_%' OR table_name LIKE 'brevo\\_%')
      AND table_name <> 'funnels_migration_lock' ORDER BY 1`,
  );
  const masked = (text: string): string =>
    text.replace(/\d+(\.\d+)? m?s\b/g, 'N s').replace(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/g, 'WHEN');
  return {
    runs: runs.map(({ code, stdout, stderr }) => ({ code, stdout: masked(stdout), stderr: masked(stderr) })),
    entries: await database.admin('SELECT id, email, test_id, certificate_purchased FROM funnel_entries ORDER BY id'),
    contacts: [...brevo.contacts.entries()]
      .map(([email, { attributes }]) => [email, Object.keys(attributes).sort()])
      .sort(),
    tables: (tables as { table_name: string; engine: string }[]).map(({ table_name, engine }) => [table_name, engine]),
  };
}

describe('a server whose init_connect cannot be run', () => {
  it('is wrongly configured: that is named, and not waited for', async () => {
    const { url } = await createPlace('broken');
    await makeHostile([], 'SET no_such_variable = 1');
    const database = open(url);
    const problem = await rejection(waitForDatabase(database, 60));
    await database.close();
    expect(problem).toMatchObject({ kind: 'configuration', message: expect.stringContaining('init_connect') });
  });
});

describe('a server all of whose variables are hostile', () => {
  // Twice the whole way, each step a process.
  it('gets the same answers out of the main journey as a friendly one', { timeout: 180_000 }, async () => {
    const friendly = (await journey('friendly')) as { runs: Run[]; entries: unknown[] };
    expect(friendly.runs.map(({ code }) => code)).toEqual(friendly.runs.map(() => 0));
    expect(friendly.entries).toHaveLength(24);
    await makeHostile(Object.keys(hostile), initConnect);
    const other = (await journey('unfriendly')) as typeof friendly;
    expect(JSON.parse(JSON.stringify(other).replaceAll('unfriendly', 'friendly'))).toEqual(
      JSON.parse(JSON.stringify(friendly)),
    );
  });

  it.each(['read-only', 'read-write'] as const)(
    'has no say in a session that is %s, one variable at a time',
    async (access) => {
      const name = access === 'read-only' ? 'reader' : 'writer';
      const { url } = await createPlace(name);
      // Of these each session has its own, whatever the server's.
      const mine = Object.keys(hostile).filter((variable) => variable !== 'innodb_default_row_format');
      const ask = async (timezone?: string): Promise<object | undefined> => {
        const session = open(url, access, timezone === undefined ? {} : { timezone });
        const questions = mine.map((variable) => `@@${variable} AS ${variable}`).join(', ');
        const [row] = await session.query<object>(
          `SELECT ${questions}, @@character_set_client AS c, @@character_set_results AS r, @@time_zone AS z, NOW() > '2020-01-01' AS n`,
        );
        await session.close();
        return row;
      };
      const friendly = await ask('+02:00');
      expect(friendly).toMatchObject({
        autocommit: 1,
        tx_read_only: access === 'read-only' ? 1 : 0,
        c: 'utf8mb4',
        z: '+02:00',
        n: 1,
      });
      const unconfigured = await ask();
      expect(unconfigured).toMatchObject({ z: 'SYSTEM' });
      await makeHostile(mine, initConnect);
      expect(await ask('+02:00')).toEqual(friendly);
      // Without one of our own the server's counts, and not what init_connect makes of it.
      expect(await ask()).toEqual(unconfigured);
    },
  );
});
