import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createConnection } from 'mysql2/promise';
import { parseDatabaseUrl } from '../src/config/database-url.ts';
import { openDatabase } from '../src/database/open.ts';
import { migrate } from '../src/migrate/migrate.ts';
import { startPrivateMariaDb } from '../test/support/private-mariadb.ts';
import { memoryOf } from './memory.ts';
import { addJobs } from './outbox-data.ts';
import { benchProgram } from './program.ts';

// The memory of `drain-outbox` with many jobs waiting, as a process of its own: npm run bench:drain-memory
const pending = Number(process.env.BENCH_PENDING_JOBS ?? 1_000_000);
const sent = Number(process.env.BENCH_SENT_JOBS ?? 20_000);

const server = await startPrivateMariaDb();
const admin = await createConnection({ uri: server.url });
const attributes = [
  { name: 'FUNNEL_TYPE', category: 'normal', type: 'text' },
  { name: 'CERTIFICATE_PURCHASED', category: 'normal', type: 'boolean' },
  { name: 'CERTIFICATE_PURCHASED_AT', category: 'normal', type: 'date' },
];
const brevo = createServer((request, response) => {
  request.resume();
  const isQuestion = request.method === 'GET';
  request.on('end', () => {
    if (isQuestion) response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ attributes }));
    else response.writeHead(204).end();
  });
});
brevo.listen(0, '127.0.0.1');
await once(brevo, 'listening');

/** What a run says it sent, and the most memory it took. */
async function peakOf(limit: number): Promise<string> {
  const program = spawn(benchProgram(), ['drain-outbox', '--limit', String(limit)], {
    env: {
      PATH: process.env.PATH,
      FUNNELS_DATABASE_URL: `${server.url}bench`,
      FUNNELS_BREVO_BASE_URL: `http://127.0.0.1:${(brevo.address() as AddressInfo).port}/v3`,
      BREVO_API_KEY: 'bench',
      FUNNELS_BREVO_REQUESTS_PER_SECOND: '1000',
      FUNNELS_BREVO_CONCURRENCY: '16',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  program.stdout.on('data', (text: Buffer) => {
    printed += text.toString();
  });
  const ended = once(program, 'close');
  let peak = 0;
  while (program.exitCode === null && program.signalCode === null) {
    peak = Math.max(peak, memoryOf(program.pid ?? 0, 'VmHWM') ?? 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await ended;
  const { sent: number } = /^sent\t(?<sent>\d+)$/m.exec(printed)?.groups ?? {};
  return `exit ${program.exitCode}, ${number} sent, highest ${peak.toFixed(0)} MB`;
}

try {
  await admin.query('CREATE DATABASE bench CHARACTER SET utf8mb4');
  await admin.query('USE bench');
  const url = `${server.url}bench`;
  const target = {
    location: parseDatabaseUrl(url),
    timezone: undefined,
    connectTimeoutSeconds: 10,
    statementTimeoutSeconds: 600,
  };
  const database = openDatabase(target, 'read-write');
  await migrate(database, { adopt: false, lockWaitSeconds: 10, applier: { toolVersion: 'bench', host: 'bench' } });
  await database.close();
  await addJobs(admin, 1, 1_000 + sent / 10, 'pending');
  console.log(`${1_000} jobs waiting, ${sent / 10} sent: ${await peakOf(sent / 10)}`);
  await addJobs(admin, 100_000, pending, 'pending');
  console.log(`${pending} jobs waiting, ${sent / 10} sent: ${await peakOf(sent / 10)}`);
  console.log(`${pending} jobs waiting, ${sent} sent: ${await peakOf(sent)}`);
} finally {
  brevo.close();
  await admin.end();
  await server.stop();
}
