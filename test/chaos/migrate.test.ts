import { setTimeout as delay } from 'node:timers/promises';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrationsFor } from '../../src/migrate/migration.ts';
import { type PrivateMariaDb, startPrivateMariaDb } from '../support/private-mariadb.ts';
import { type Run, type RunningProgram, startFunnels } from '../support/program.ts';

// FUNNELS_TEST_ROUNDS runs it at full size: `FUNNELS_TEST_ROUNDS=30 vitest run test/chaos/migrate.test.ts`.
const isFull = process.env.FUNNELS_TEST_ROUNDS !== undefined;
const rounds = Number(process.env.FUNNELS_TEST_ROUNDS ?? 2);
const serverRounds = Math.ceil(rounds / 5);
const entries = isFull ? 500_000 : 5_000;
const newest = migrationsFor('mysql').at(-1)?.version ?? 0;

let server: PrivateMariaDb;

async function ask<Row>(...statements: string[]): Promise<Row[]> {
  const connection = await createConnection({ uri: server.url, dateStrings: true });
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await connection.query<RowDataPacket[]>(statement))[0] as Row[];
    return rows;
  } finally {
    await connection.end();
  }
}

/** The Python service's tables as years of use leave them: addresses as they were typed, no test numbers, old jobs. */
async function makeTemplate(): Promise<void> {
  await ask(
    'CREATE DATABASE template CHARACTER SET latin1',
    'USE template',
    `CREATE TABLE funnel_entries (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, email VARCHAR(255) NOT NULL,
      funnel_type VARCHAR(50) NOT NULL, user_id INT NULL, test_id INT NULL, entered_at DATETIME NOT NULL,
      certificate_purchased BOOLEAN NOT NULL DEFAULT 0, certificate_purchased_at DATETIME NULL) ENGINE=InnoDB`,
    `CREATE TABLE brevo_sync_outbox (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, funnel_entry_id INT NOT NULL,
      operation_type VARCHAR(50) NOT NULL, payload TEXT NOT NULL, status VARCHAR(20) NOT NULL,
      retry_count INT NOT NULL DEFAULT 0, last_error TEXT NULL, next_attempt_at DATETIME NULL,
      created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL) ENGINE=InnoDB`,
    `INSERT INTO funnel_entries SELECT seq, CONCAT(IF(seq % 3 = 0, 'Person', 'person'), seq, '@X.com'),
      IF(seq % 2 = 0, 'language', 'non_language'), seq, NULL, '2026-01-02 03:04:05', 0, NULL FROM seq_1_to_${entries}`,
    `INSERT INTO brevo_sync_outbox SELECT id, id, 'upsert_contact', CONCAT('{"email":"', email, '"}'),
      ELT(1 + id % 3, 'pending', 'success', 'failed'), id % 6, NULL, NULL, entered_at, entered_at FROM funnel_entries
      WHERE id % 10 = 0`,
  );
}

async function copyTemplate(name: string): Promise<void> {
  await ask(
    // The tests' servers lose a second of commits when they are killed, and every restart begins with that again.
    'SET GLOBAL innodb_flush_log_at_trx_commit = 1',
    `CREATE DATABASE ${name} CHARACTER SET latin1`,
    `USE ${name}`,
    'CREATE TABLE funnel_entries LIKE template.funnel_entries',
    'CREATE TABLE brevo_sync_outbox LIKE template.brevo_sync_outbox',
    'INSERT INTO funnel_entries SELECT * FROM template.funnel_entries',
    'INSERT INTO brevo_sync_outbox SELECT * FROM template.brevo_sync_outbox',
  );
}

const start = (name: string): RunningProgram =>
  startFunnels(['migrate', '--adopt', '--lock-timeout', '600', '--json'], {
    environment: { FUNNELS_DATABASE_URL: `${server.url}${name}` },
  });

/** The tables as they are, row by row, and what the history says of every migration. */
async function stateOf(name: string): Promise<unknown> {
  const tables = ['funnel_entries', 'brevo_sync_outbox', 'funnel_purchases', 'sync_runs', 'brevo_pace'];
  const made = [];
  for (const table of tables) {
    const [shown] = await ask<Record<string, string>>(`SHOW CREATE TABLE ${name}.${table}`);
    made.push(shown?.['Create Table']?.replace(/ AUTO_INCREMENT=\d+/, ''));
  }
  const sums = await ask<{ Checksum: string }>(
    `CHECKSUM TABLE ${tables.map((table) => `${name}.${table}`).join(', ')}`,
  );
  const history = await ask(
    `SELECT version, checksum, statements, state, statements_done, in_flight, error FROM ${name}.funnels_migrations`,
  );
  return { made, sums: sums.map(({ Checksum }) => Checksum), history };
}

let undisturbed: unknown;
let undisturbedMs = 0;

beforeAll(async () => {
  server = await startPrivateMariaDb();
  await makeTemplate();
  await copyTemplate('undisturbed');
  const startedAt = performance.now();
  expect(await start('undisturbed').ended).toMatchObject({ code: 0 });
  undisturbedMs = performance.now() - startedAt;
  undisturbed = await stateOf('undisturbed');
}, 600_000);

afterAll(() => server.stop(), 60_000);

const kills: Record<string, number> = {};

afterAll(() => {
  if (isFull) console.log(`An undisturbed run: ${Math.round(undisturbedMs)} ms. Killed in: ${JSON.stringify(kills)}`);
});

/** Where a run was when it was killed, for the record of the whole test. */
async function countKill(name: string, run: Run): Promise<void> {
  let place = run.signal === null && run.code === 0 ? 'nothing: it was done' : 'the beginning';
  const history = await ask<{ version: number; at: number | null; state: string }>(
    `SELECT version, in_flight AS at, state FROM ${name}.funnels_migrations ORDER BY version DESC LIMIT 1`,
  ).catch(() => []);
  const [last] = history;
  if (run.code !== 0 && last !== undefined)
    place = `migration ${last.version}${last.at === null ? '' : ` statement ${last.at}`}`;
  kills[place] = (kills[place] ?? 0) + 1;
}

describe.each([
  ['the program', rounds],
  ['the server', serverRounds],
] as const)('a kill -9 of %s during a migration', (victim, count) => {
  // Spread over the whole run, each at random within its part.
  it.each(Array.from({ length: count }, (_, round) => round))(
    'leaves nothing that the next run cannot finish: %i',
    async (round) => {
      const name = `killed_${victim.replace(' ', '_')}_${round}`;
      await copyTemplate(name);
      const running = start(name);
      await delay(((round + Math.random()) / count) * undisturbedMs);
      if (victim === 'the program') running.process.kill('SIGKILL');
      else await server.kill('SIGKILL');
      const killed = await running.ended;
      if (victim === 'the server') await server.restart();
      await countKill(name, killed);
      if (killed.signal !== 'SIGKILL') expect([0, 75]).toContain(killed.code);
      const next = await start(name).ended;
      // At full size it announces what it does to the large tables.
      expect({ code: next.code, error: /Error.*/.exec(next.stderr)?.[0] }).toEqual({ code: 0, error: undefined });
      expect(JSON.parse(next.stdout)).toMatchObject({ version: newest, remaining: [] });
      expect(await stateOf(name)).toEqual(undisturbed);
      await ask(`DROP DATABASE ${name}`);
    },
    600_000,
  );
});
