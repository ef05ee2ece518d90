import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { folderWith } from '../config/config-folder.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { prepareJourney } from './journey.ts';

const password = 'correct-horse-battery';
const apiKey = 'xkeysib-correct-staple';

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function expectNoSecret({ stdout, stderr }: Run, ...secrets: string[]): void {
  const printed = stdout + stderr;
  expect(printed.length).toBeGreaterThan(20);
  for (const secret of [password, encodeURIComponent(password), apiKey, ...secrets]) {
    expect(printed).not.toContain(secret);
  }
}

/** As text, as JSON, and with everything DEBUG shows. */
const ways: { words: string[]; environment: Record<string, string> }[] = [
  { words: [], environment: {} },
  { words: ['--json'], environment: {} },
  { words: [], environment: { DEBUG: 'funnels' } },
  { words: ['--json'], environment: { DEBUG: '*' } },
  // Bun's own, for its fetch.
  { words: [], environment: { BUN_CONFIG_VERBOSE_FETCH: 'curl' } },
];

describe('no secret is printed', () => {
  it('by a database that cannot be reached', async () => {
    const url = `mysql://funnels:${password}@127.0.0.1:${await closedPort()}/testizer`;
    const secrets = { FUNNELS_DATABASE_URL: url, BREVO_API_KEY: apiKey };
    const runs = await Promise.all(
      ways.map(({ words, environment }) =>
        runFunnels(['sync', ...words], { environment: { ...secrets, ...environment } }),
      ),
    );
    for (const run of runs) {
      expect(run.code).toBe(75);
      expectNoSecret(run);
    }
  });

  it('and none shows through the gaps it would leave: a password that is a word of ours', async () => {
    const port = await closedPort();
    const words = ['database', 'funnels', 'root', 'running'];
    const runs = await Promise.all(
      words.map((word) =>
        runFunnels(['sync'], { environment: { FUNNELS_DATABASE_URL: `mysql://web:${word}@127.0.0.1:${port}/shop` } }),
      ),
    );
    expect(new Set(runs.map(({ stderr }) => stderr)).size).toBe(1);
    expect(runs[0]?.stderr).toContain(`The database shop at 127.0.0.1:${port} (as web) cannot be reached`);
  });

  it('by a Brevo that refuses the key', async () => {
    const { site, database, funnels } = await prepareJourney();
    await site.finish('ann@example.com', 5, '2026-01-01 10:00:00');
    await funnels('migrate');
    await funnels('sync', { FUNNELS_SYNC_LOOKBACK_DAYS: '3650' });
    for (const { words, environment } of ways) {
      const run = await funnels(['drain-outbox', ...words].join(' '), { BREVO_API_KEY: apiKey, ...environment });
      expect(run.code).toBe(77);
      expectNoSecret(run);
    }
    const jobs = await database.admin<{ status: string }>('SELECT * FROM brevo_sync_outbox');
    expect(jobs).toMatchObject([{ status: 'pending' }]);
    expect(JSON.stringify(jobs)).not.toContain(apiKey);
  });

  it('by a configuration that is refused', async () => {
    const yaml = [
      'database:',
      `  url: mysql://funnels:${password}@db.example:port/testizer`,
      'brevo:',
      `  apiKey: "${apiKey} and more"`,
      `  apiKye: ${apiKey}`,
    ].join('\n');
    for (const { words, environment } of ways.slice(1, 3)) {
      const cwd = folderWith({ 'config.yaml': yaml });
      const run = await runFunnels(['config', 'check', ...words], { cwd, environment });
      expect(run.code).toBe(78);
      expectNoSecret(run);
    }
  });

  it('by `config check`, in any format', async () => {
    const environment = {
      FUNNELS_DATABASE_URL: `mysql://funnels:${password}@db.example/testizer`,
      BREVO_API_KEY: apiKey,
    };
    const check = (format: string) => runFunnels(['config', 'check', '--format', format], { environment });
    for (const run of await Promise.all(['table', 'csv', 'json'].map(check))) {
      expect(run.code).toBe(0);
      expectNoSecret(run);
    }
  });

  it('by a mistyped command line it was given on', async () => {
    const lines = [
      ['sync', `--api-key=${apiKey}`],
      [`--password=${password}`, 'sync'],
      ['sync', `mysql://funnels:${password}@db.example/testizer`],
      ['sync', '--', `mysql://funnels:${password}@db.example/testizer`],
      ['sync', '--format', `mysql://funnels:${password}@db.example/testizer`],
    ];
    const runs = await Promise.all(lines.map((line) => runFunnels(line, { environment: { DEBUG: '*' } })));
    for (const run of runs) {
      expect(run.code).toBe(64);
      expectNoSecret(run);
    }
  });
});
