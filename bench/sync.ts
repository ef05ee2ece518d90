import { createConnection } from 'mysql2/promise';
import { parseDatabaseUrl } from '../src/config/database-url.ts';
import { openDatabase } from '../src/database/open.ts';
import { sync } from '../src/funnel/sync.ts';
import { migrate } from '../src/migrate/migrate.ts';
import { modxTables } from '../src/modx/tables.ts';
import { startPrivateMariaDb } from '../test/support/private-mariadb.ts';
import { bareAntiJoin, bareInserts, barePurchases } from './bare-sync.ts';
import { compare } from './rounds.ts';
import { addOpenEntries, addPayments, addResults, createSiteTables, emptyFunnelTables } from './site-data.ts';

// The speed of `sync` beside the bare statements for the same work, on a private MariaDB: npm run bench:sync
const batchSize = 1_000;
const newCandidates = 60_000;
const knownResults = 300_000;

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

async function runSync(): Promise<void> {
  await sync(database, {
    tables: modxTables({ database: undefined, tablePrefix: '' }, 'mysql'),
    funnels: { language: { listId: 5, source: undefined }, non_language: { listId: 7, source: undefined } },
    lookbackDays: 30,
    batchSize,
    runner: { host: 'test', version: 'test' },
    dryRun: false,
    signal: new AbortController().signal,
  });
}

try {
  await createSiteTables(admin);
  await migrate(database, { adopt: false, lockWaitSeconds: 10, applier: { toolVersion: 'bench', host: 'bench' } });

  await addResults(admin, newCandidates);
  await compare(
    `New candidates: ${newCandidates} results, none known`,
    5,
    { name: 'sync', prepare: () => emptyFunnelTables(admin), run: runSync },
    {
      name: 'bare multi-row inserts of the same rows',
      prepare: () => emptyFunnelTables(admin),
      run: () => bareInserts(admin, newCandidates, batchSize),
    },
  );

  await admin.query('TRUNCATE simpletest_users');
  await addResults(admin, knownResults);
  await emptyFunnelTables(admin);
  await runSync();
  await admin.query('ANALYZE TABLE funnel_entries');
  await compare(
    `Nothing new: ${knownResults} results, all known`,
    5,
    { name: 'sync', run: runSync },
    { name: 'bare anti-join SELECT', run: () => bareAntiJoin(admin) },
  );

  await admin.query('TRUNCATE simpletest_users');
  const prepare = async (): Promise<void> => {
    await emptyFunnelTables(admin);
    await addOpenEntries(admin, 50_000);
    await addPayments(admin, { known: 9_500, fresh: 500 });
  };
  await compare(
    'Purchases: 50000 open entries, 10000 payments, 500 of them new',
    5,
    { name: 'sync', prepare, run: runSync },
    { name: 'bare set-wise statements', prepare, run: () => barePurchases(admin) },
  );
} finally {
  await database.close();
  await admin.end();
  await server.stop();
}
