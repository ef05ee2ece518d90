import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { createBrevoClient } from '../src/brevo/http-client.ts';
import { parseDatabaseUrl } from '../src/config/database-url.ts';
import { openDatabase } from '../src/database/open.ts';
import { migrate } from '../src/migrate/migrate.ts';
import { claimContacts } from '../src/outbox/claim.ts';
import { type DrainOptions, drainOutbox } from '../src/outbox/drain.ts';
import { startPrivateMariaDb } from '../test/support/private-mariadb.ts';
import { bareDrain } from './bare-drain.ts';
import { addJobs, emptyOutbox, refill } from './outbox-data.ts';
import { compare } from './rounds.ts';

// The speed of `drain-outbox` beside the bare statements, on a private MariaDB: npm run bench:drain
const jobs = 20_000;
const httpCalls = 5_000;
const finishedRows = Number(process.env.BENCH_FINISHED_ROWS ?? 1_000_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);

const server = await startPrivateMariaDb();
const admin = await createConnection({ uri: server.url, dateStrings: true, flags: ['-FOUND_ROWS'] });
await admin.query('CREATE DATABASE bench CHARACTER SET utf8mb4');
await admin.query('USE bench');
await admin.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
const database = openDatabase(
  {
    location: parseDatabaseUrl(`${server.url}bench`),
    timezone: undefined,
    connectTimeoutSeconds: 10,
    statementTimeoutSeconds: 600,
  },
  'read-write',
);

async function drain(options: Partial<DrainOptions> = {}): Promise<void> {
  const { sent } = await drainOutbox(database, {
    account: 'bench',
    upsert: async () => ({ kind: 'delivered', created: false }),
    leaveList: async () => ({ kind: 'delivered', created: false }),
    pace: async () => undefined,
    pauseAll: async () => undefined,
    pausedForSeconds: async () => 0,
    preflight: async () => ({ kind: 'well', isWhole: true }),
    probe: async () => ({ kind: 'well', isWhole: true }),
    retry: { maxRetries: 5, stepMinutes: 5 },
    configuredLists: [5],
    attributeNames: {},
    concurrency: 64,
    requestsPerSecond: Number.MAX_SAFE_INTEGER,
    leaseSeconds: 120,
    timeoutSeconds: 15,
    limit: Number.MAX_SAFE_INTEGER,
    signal: new AbortController().signal,
    ...options,
  });
  if (sent === 0) throw new Error('Nothing was sent.');
}

async function burnDown(title: string, first: number): Promise<void> {
  await compare(
    `${title}: ${jobs} jobs, delivery takes no time`,
    rounds,
    { name: 'drain, 64 calls at a time', prepare: () => refill(admin, first), run: () => drain() },
    {
      name: 'bare loop, claims 500, finishes 64',
      prepare: () => refill(admin, first),
      run: async () => void (await bareDrain(admin, 500, 64)),
    },
  );
}

async function overHttp(): Promise<void> {
  const brevo = createServer((request, response) => {
    request.resume();
    setTimeout(() => response.writeHead(204).end(), 20);
  });
  await new Promise<void>((resolve) => brevo.listen(0, '127.0.0.1', resolve));
  const { port } = brevo.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}/v3`;
  const client = createBrevoClient({ baseUrl, apiKey: 'bench', timeoutSeconds: 15, userAgent: 'bench' });
  const contact = { email: 'a@example.com', listIds: [5], attributes: { FUNNEL_TYPE: 'language' } };
  const idealLoop = async (): Promise<void> => {
    for (let call = 0; call < httpCalls / 10; call += 1) await sleep(20);
  };
  const bareCalls = async (): Promise<void> => {
    const work = async (): Promise<void> => {
      for (let call = 0; call < httpCalls / 10; call += 1) await client.upsertContact(contact);
    };
    await Promise.all(Array.from({ length: 10 }, work));
  };
  const viaHttp = () =>
    drain({ upsert: (delivery) => client.upsertContact(delivery), concurrency: 10, limit: httpCalls });
  const subject = { name: 'drain, 10 calls at a time', prepare: () => refill(admin, 1), run: viaHttp };
  await compare(`${httpCalls} calls over HTTP that take 20 ms`, rounds, subject, {
    name: 'nothing but waiting: 10 at a time, 20 ms each',
    run: idealLoop,
  });
  await compare(`${httpCalls} calls over HTTP that take 20 ms`, rounds, subject, {
    name: 'the same calls without a database',
    run: bareCalls,
  });
  brevo.close();
}

const claimSize = { contacts: 500, jobs: 10_000, leaseSeconds: 120, withoutSuspectsOf: null };

async function emptyPoll(): Promise<void> {
  await admin.query("UPDATE brevo_sync_outbox SET status = 'success'");
  await compare(
    'Empty poll, one claim that finds nothing',
    50,
    {
      name: 'claim',
      run: async () => void (await claimContacts(database, claimSize)),
    },
    { name: 'SELECT 1', run: async () => void (await admin.query('SELECT 1')) },
  );
}

try {
  await migrate(database, { adopt: false, lockWaitSeconds: 10, applier: { toolVersion: 'bench', host: 'bench' } });
  await emptyOutbox(admin);
  await addJobs(admin, 1, jobs, 'pending');
  await burnDown('No finished rows', 1);
  await overHttp();
  await emptyPoll();
  await emptyOutbox(admin);
  await addJobs(admin, 1, finishedRows, 'success');
  await addJobs(admin, finishedRows + 1, jobs, 'pending');
  await burnDown(`${finishedRows} finished rows`, finishedRows + 1);
  await emptyPoll();
} finally {
  await database.close();
  await admin.end();
  await server.stop();
}
