import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';
import { parseDatabaseUrl } from '../src/config/database-url.ts';
import { openDatabase } from '../src/database/open.ts';
import { migrate } from '../src/migrate/migrate.ts';
import { startPrivateMariaDb } from '../test/support/private-mariadb.ts';
import { compare } from './rounds.ts';

// `funnels find-duplicates` beside the bare GROUP BY in the server's own client, before and after the migration, and how
// much memory it takes: node bench/find-duplicates.ts [ENTRIES] [ROUNDS]. About 1 GB of disk for 2,000,000 entries.
const entries = Number(process.argv[2] ?? 2_000_000);
const rounds = Number(process.argv[3] ?? 3);

const bareGroupBy = `SELECT email, funnel_type, test_id, COUNT(*), MIN(id), MAX(id), MIN(entered_at), MAX(entered_at)
  FROM funnel_entries GROUP BY email, funnel_type, test_id HAVING COUNT(*) > 1`;

const server = await startPrivateMariaDb();
const admin = await createConnection({ uri: server.url, dateStrings: true });
const url = `${server.url}bench`;

async function runProcess(program: string, words: string[], env: Record<string, string> = {}): Promise<number> {
  const child = spawn(program, words, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let peakMb = 0;
  const ended = once(child, 'close');
  const watching = setInterval(() => {
    peakMb = Math.max(peakMb, peakOf(child.pid ?? 0));
  }, 50);
  const [code] = (await ended) as [number | null];
  clearInterval(watching);
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  return peakMb;
}

/** The highest memory of a process so far in MB, 0 when it has ended. */
function peakOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

async function measure(title: string): Promise<void> {
  let peakMb = 0;
  const funnels = async (): Promise<void> => {
    const words = [...process.execArgv, 'bin/funnels.ts', 'find-duplicates'];
    const environment = { FUNNELS_DATABASE_URL: url, FUNNELS_DATABASE_STATEMENT_TIMEOUT_SECONDS: '3600' };
    peakMb = Math.max(peakMb, await runProcess(process.execPath, words, environment));
  };
  const client = async (): Promise<void> => {
    const words = ['-h127.0.0.1', `-P${server.port}`, '-uroot', '-N', '-e', bareGroupBy, 'bench'];
    await runProcess('mariadb', words);
  };
  await compare(
    `${title}: ${entries} entries`,
    rounds,
    { name: 'funnels find-duplicates', run: funnels },
    { name: 'bare GROUP BY in the mariadb client', run: client },
  );
  console.log(`  highest memory of funnels                    ${peakMb.toFixed(0)} MB`);
}

try {
  await admin.query('CREATE DATABASE bench CHARACTER SET utf8mb4');
  await admin.query('USE bench');
  await admin.query(`CREATE TABLE funnel_entries (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, email VARCHAR(255) NOT NULL,
    funnel_type VARCHAR(50) NOT NULL, user_id INT NULL, test_id INT NULL, entered_at DATETIME NOT NULL,
    certificate_purchased BOOLEAN NOT NULL DEFAULT 0, certificate_purchased_at DATETIME NULL) CHARSET=utf8mb4`);
  // One in 2,000 people is entered twice, one in 5,000 addresses has a capital letter, one in 50,000 something odd.
  await admin.query(
    `INSERT INTO funnel_entries (email, funnel_type, entered_at)
     SELECT CONCAT(IF(seq % 5000 = 0, 'Person.', 'person.'), MD5(seq % ?), '@example.org', IF(seq % 50000 = 0, '\\t', '')),
       IF(seq % 3 = 0, 'non_language', 'language'), '2026-01-01' + INTERVAL seq SECOND
     FROM seq_1_to_${entries}`,
    [Math.floor((entries / 6000) * 5997) - (Math.floor((entries / 6000) * 5997) % 3)],
  );
  await admin.query('ANALYZE TABLE funnel_entries');
  await measure('Before the migration');
  await admin.query('ALTER TABLE funnel_entries RENAME TO old_entries');
  const database = openDatabase(
    { location: parseDatabaseUrl(url), timezone: undefined, connectTimeoutSeconds: 10, statementTimeoutSeconds: 3600 },
    'read-write',
  );
  await migrate(database, { adopt: false, lockWaitSeconds: 10, applier: { toolVersion: 'bench', host: 'bench' } });
  await database.close();
  await admin.query(`INSERT IGNORE INTO funnel_entries (email, funnel_type, test_id, entered_at)
    SELECT LOWER(TRIM(email)), funnel_type, 0, entered_at FROM old_entries`);
  await admin.query('ANALYZE TABLE funnel_entries');
  await measure('After the migration');
} finally {
  await admin.end();
  await server.stop();
}
