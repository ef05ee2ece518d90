import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';
import { parseDatabaseUrl } from '../src/config/database-url.ts';
import { openDatabase } from '../src/database/open.ts';
import { migrate } from '../src/migrate/migrate.ts';
import { startPrivateMariaDb } from '../test/support/private-mariadb.ts';
import { findProgram } from '../test/support/programs.ts';
import { bareStatements } from './bare-report.ts';
import { addEntries } from './report-data.ts';
import { compare } from './rounds.ts';

// The default report and one of a month beside bare SQL for the same figures, each as a process of its own:
// node bench/report.ts. BENCH_ROWS sets the size; 10 million rows take some minutes to load.
const rows = Number(process.env.BENCH_ROWS ?? 2_000_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);

const mariadb = findProgram('mariadb', 'mysql') ?? '';
if (mariadb === '') throw new Error('The mariadb client is not installed: it is what the report is compared with.');

const server = await startPrivateMariaDb();
const admin = await createConnection({ uri: server.url, dateStrings: true });
await admin.query('SET GLOBAL innodb_buffer_pool_size = 1073741824');
await admin.query('CREATE DATABASE bench CHARACTER SET utf8mb4');
await admin.query('USE bench');
const url = `${server.url}bench`;
const env = {
  PATH: process.env.PATH,
  FUNNELS_DATABASE_URL: url,
  FUNNELS_DATABASE_STATEMENT_TIMEOUT_SECONDS: '3600',
};

function funnels(...words: string[]): string {
  return execFileSync(process.execPath, ['bin/funnels.ts', 'report', 'conversions', '--json', ...words], {
    encoding: 'utf8',
    env,
  });
}

function client(where: string): void {
  const place = ['--no-defaults', '-h127.0.0.1', `-P${server.port}`, '-uroot', 'bench', '-e', bareStatements(where)];
  execFileSync(mariadb, place, { encoding: 'utf8' });
}

try {
  const database = openDatabase(
    { location: parseDatabaseUrl(url), timezone: undefined, connectTimeoutSeconds: 10, statementTimeoutSeconds: 3600 },
    'read-write',
  );
  await migrate(database, { adopt: false, lockWaitSeconds: 10, applier: { toolVersion: 'bench', host: 'bench' } });
  await database.close();
  const start = performance.now();
  await addEntries(admin, rows);
  console.log(`${rows} entries loaded in ${Math.round((performance.now() - start) / 1000)} s`);
  const [[month]] = (await admin.query(
    `SELECT DATE_FORMAT(CURRENT_DATE - INTERVAL 1 MONTH, '%Y-%m-01') AS first, DATE_FORMAT(CURRENT_DATE, '%Y-%m-01') AS end`,
  )) as unknown as [[{ first: string; end: string }]];
  const dates = ['--from-date', month.first, '--to-date', month.end];
  const ofMonth = `entered_at >= '${month.first}' AND entered_at < '${month.end}'`;
  await compare(
    'The default report',
    rounds,
    { name: 'funnels report conversions', run: async () => void funnels() },
    { name: 'bare SQL through the mariadb client', run: async () => client('1 = 1') },
  );
  await compare(
    'A month of it',
    rounds,
    { name: 'funnels report conversions', run: async () => void funnels(...dates) },
    { name: 'bare SQL through the mariadb client', run: async () => client(ofMonth) },
  );
  if (existsSync('/usr/bin/time')) {
    const words = ['-f', '%M', process.execPath, 'bin/funnels.ts', 'report', 'conversions', '--json'];
    const shell = `exec /usr/bin/time "$@" 2>&1 >/dev/null`;
    const memory = execFileSync('sh', ['-c', shell, 'sh', ...words], {
      encoding: 'utf8',
      env,
    });
    console.log(`Memory of the default report at its peak: ${Math.round(Number(memory) / 1024)} MiB`);
  }
} finally {
  await admin.end();
  await server.stop();
}
