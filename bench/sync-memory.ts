import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'mysql2/promise';
import { parseDatabaseUrl } from '../src/config/database-url.ts';
import { openDatabase } from '../src/database/open.ts';
import { migrate } from '../src/migrate/migrate.ts';
import { startPrivateMariaDb } from '../test/support/private-mariadb.ts';
import { memoryOf } from './memory.ts';
import { benchProgram } from './program.ts';
import { addResults, createSiteTables } from './site-data.ts';

// How much memory a first `funnels sync` over a million results takes, and the run after it that finds them all known,
// on a private MariaDB and Linux: node bench/sync-memory.ts [RESULTS] [flags of sync, such as --dry-run]
const [given = '1000000', ...flags] = process.argv.slice(2);
const results = Number(given);
const targetMb = 200;
const quarters = [0.25, 0.5, 0.75, 1];

const server = await startPrivateMariaDb();
const admin = await createConnection({ uri: server.url, dateStrings: true });

async function entries(): Promise<number> {
  const [rows] = await admin.query('SELECT COALESCE(MAX(id), 0) AS newest FROM funnel_entries');
  return (rows as { newest: number }[])[0]?.newest ?? 0;
}

/** Runs `sync` and samples its memory; `isDone` tells how far it is, where that can be told from the tables. */
async function watch(title: string, words: string[], progress: () => Promise<number>): Promise<void> {
  const start = performance.now();
  const child = spawn(benchProgram(), ['sync', ...words], {
    env: {
      PATH: process.env.PATH,
      FUNNELS_DATABASE_URL: `${server.url}bench`,
      FUNNELS_DATABASE_STATEMENT_TIMEOUT_SECONDS: '600',
      FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5',
      FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID: '7',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (text: Buffer) => {
    printed += text.toString();
  });
  const ended = once(child, 'close');
  const pid = child.pid ?? 0;
  let peak = 0;
  const seen: string[] = [];
  while (child.exitCode === null && child.signalCode === null) {
    const now = memoryOf(pid, 'VmRSS');
    peak = Math.max(peak, memoryOf(pid, 'VmHWM') ?? 0);
    const share = await progress();
    const quarter = quarters[seen.length];
    if (quarter !== undefined && share >= quarter && now !== undefined)
      seen.push(`${quarter * 100} %: ${now.toFixed(0)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await ended;
  console.log(`${title}: exit ${child.exitCode}, ${((performance.now() - start) / 1000).toFixed(0)} s`);
  console.log(`  ${printed.trim().replaceAll('\t', ' ').replaceAll('\n', ', ')}`);
  if (seen.length > 0) console.log(`  MB in use at ${seen.join(', ')}`);
  console.log(`  highest ${peak.toFixed(0)} MB (${peak < targetMb ? 'under' : 'ABOVE'} the target of ${targetMb})`);
}

try {
  await admin.query('CREATE DATABASE bench CHARACTER SET utf8mb4');
  await admin.query('USE bench');
  await createSiteTables(admin);
  const database = openDatabase(
    {
      location: parseDatabaseUrl(`${server.url}bench`),
      timezone: undefined,
      connectTimeoutSeconds: 10,
      statementTimeoutSeconds: 600,
    },
    'read-write',
  );
  await migrate(database, { adopt: false, lockWaitSeconds: 10, applier: { toolVersion: 'bench', host: 'bench' } });
  await database.close();
  await addResults(admin, results);
  await watch(`First run, ${results} results`, flags, async () => (await entries()) / results);
  await watch(`Next run, the same ${results} results`, flags, async () => 0);
} finally {
  await admin.end();
  await server.stop();
}
