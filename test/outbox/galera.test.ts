import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DrainResult } from '../../src/outbox/drain-result.ts';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { type Galera, type GaleraNode, noGalera, startGalera } from '../support/galera.ts';
import { runFunnels } from '../support/program.ts';

const people = 200;
const requestsPerSecond = 200;

async function ask<Row>(node: GaleraNode, ...statements: string[]): Promise<Row[]> {
  const connection = await createConnection({ uri: `${node.url}site`, dateStrings: true });
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await connection.query<RowDataPacket[]>(statement))[0] as Row[];
    return rows;
  } finally {
    await connection.end();
  }
}

describe.skipIf(noGalera !== undefined)(`draining on two Galera nodes${noGalera ? `: ${noGalera}` : ''}`, () => {
  let galera: Galera;
  let brevo: FakeBrevo;

  beforeAll(async () => {
    galera = await startGalera();
    const connection = await createConnection({ uri: galera.nodes[0].url });
    await connection.query('CREATE DATABASE site CHARACTER SET utf8mb4');
    await connection.end();
    expect((await runFunnels(['migrate'], { environment: environment(galera.nodes[0]) })).code).toBe(0);
    const numbers = `FROM seq_1_to_${people}`;
    const address = "CONCAT('person', seq, '@example.com')";
    await ask(
      galera.nodes[0],
      `INSERT INTO funnel_entries (id, email, funnel_type, test_id) SELECT seq, ${address}, 'language', 5 ${numbers}`,
      `INSERT INTO brevo_sync_outbox (id, funnel_entry_id, operation_type, payload) SELECT seq, seq, 'upsert_contact',
        JSON_OBJECT('email', ${address}, 'list_ids', JSON_ARRAY(5), 'attributes', JSON_OBJECT()) ${numbers}`,
      `INSERT INTO brevo_sync_outbox (id, funnel_entry_id, operation_type, payload) SELECT 1000 + seq, seq,
        'update_after_purchase', JSON_OBJECT('email', ${address}, 'attributes',
          JSON_OBJECT('CERTIFICATE_PURCHASED_AT', '2026-11-01')) ${numbers}`,
    );
  }, 120_000);
  afterAll(() => galera?.stop(), 60_000);
  beforeEach(async () => {
    brevo = await startFakeBrevo();
  });
  afterEach(() => brevo.close());

  const environment = (node: GaleraNode): Record<string, string> => ({
    FUNNELS_DATABASE_URL: `${node.url}site`,
    FUNNELS_BREVO_REQUESTS_PER_SECOND: String(requestsPerSecond),
    FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5',
    ...(brevo && { FUNNELS_BREVO_BASE_URL: brevo.url, BREVO_API_KEY: brevo.apiKey }),
  });

  it('gives each contact to one of four workers, and all of them keep one pace', async () => {
    const [one, two] = galera.nodes;
    await expect.poll(() => ask(two, 'SELECT 1 FROM brevo_sync_outbox')).toHaveLength(2 * people);
    const runs = await Promise.all(
      [one, two, one, two].map((node) => runFunnels(['drain-outbox', '--json'], { environment: environment(node) })),
    );
    expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual(Array(4).fill([0, '']));
    const results = runs.map(({ stdout }) => JSON.parse(stdout) as DrainResult);
    expect(results.reduce((sum, { sent }) => sum + sent, 0)).toBe(2 * people);
    expect(results.every(({ lostLeases }) => lostLeases === 0)).toBe(true);
    for (const node of galera.nodes) {
      expect(await ask(node, 'SELECT DISTINCT status FROM brevo_sync_outbox')).toEqual([{ status: 'success' }]);
      expect(await ask(node, 'SELECT email FROM brevo_contact_leases')).toEqual([]);
    }
    const calls = brevo.writes();
    expect(new Set(calls.map(({ email }) => email)).size).toBe(people);
    expect(calls).toHaveLength(people);
    expect(brevo.callsPerSecond()).toBeLessThanOrEqual(requestsPerSecond);
  });
});
