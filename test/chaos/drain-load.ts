import { expect } from 'vitest';
import type { ReceivedCall } from '../../src/demo/brevo-calls.ts';
import { demoAttributes } from '../../src/demo/settings.ts';
import type { DrainResult } from '../../src/outbox/drain-result.ts';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { type RunningProgram, startFunnels } from '../support/program.ts';
import type { TestDatabase } from '../support/test-databases.ts';

/** A job in an outbox under load: its payload says which job it is, and what came last. */
interface LoadedJob {
  id: number;
  entryId: number;
  email: string;
  isPurchase: boolean;
  /** how many jobs the contact has had with this one */
  turn: number;
}

/** Jobs of many contacts, and what a fake Brevo must have seen of them. */
export interface Load {
  /** Enqueues the next job of each of these people, as one transaction: an upsert, its purchase, another upsert, … */
  add(...people: number[]): Promise<void>;
  jobs: readonly LoadedJob[];
}

const enqueueEntries = {
  mysql: `INSERT INTO funnel_entries (id, email, funnel_type, test_id)
    SELECT j.id, j.email, 'language', j.id FROM JSON_TABLE(?, '$[*]' COLUMNS (
      id BIGINT PATH '$.entryId', email VARCHAR(255) PATH '$.email')) j`,
  sqlite: `INSERT INTO funnel_entries (id, email, funnel_type, test_id)
    SELECT value ->> 'entryId', value ->> 'email', 'language', value ->> 'entryId' FROM json_each(?)`,
};

const enqueueJobs = {
  mysql: `INSERT INTO brevo_sync_outbox (id, funnel_entry_id, operation_type, payload)
    SELECT j.id, j.entry_id, j.operation, j.payload FROM JSON_TABLE(?, '$[*]' COLUMNS (
      id BIGINT PATH '$.id', entry_id BIGINT PATH '$.entryId', operation VARCHAR(64) PATH '$.operation',
      payload LONGTEXT PATH '$.payload')) j`,
  sqlite: `INSERT INTO brevo_sync_outbox (id, funnel_entry_id, operation_type, payload)
    SELECT value ->> 'id', value ->> 'entryId', value ->> 'operation', value ->> 'payload' FROM json_each(?)`,
};

export const emailOf = (person: number): string => `person${person}@example.com`;

/** A load for an outbox that is empty. */
export function createLoad({ engine, admin }: Pick<TestDatabase, 'engine' | 'admin'>): Load {
  const jobs: LoadedJob[] = [];
  const turns = new Map<number, number>();
  let lastEntry = 0;
  const open = new Map<number, number>();

  function next(person: number): LoadedJob {
    const turn = turns.get(person) ?? 0;
    turns.set(person, turn + 1);
    const isPurchase = turn % 2 === 1;
    const entryId = isPurchase ? (open.get(person) ?? 0) : ++lastEntry;
    open.set(person, entryId);
    const job = { id: jobs.length + 1, entryId, email: emailOf(person), isPurchase, turn: turn + 1 };
    jobs.push(job);
    return job;
  }

  return {
    jobs,
    async add(...people) {
      const added = people.map(next);
      await admin(engine === 'mysql' ? 'START TRANSACTION' : 'BEGIN IMMEDIATE');
      await admin(enqueueEntries[engine], [JSON.stringify(added.filter(({ isPurchase }) => !isPurchase))]);
      const rows = added.map(({ id, entryId, email, isPurchase, turn }) => ({
        id,
        entryId,
        operation: isPurchase ? 'update_after_purchase' : 'upsert_contact',
        payload: JSON.stringify({
          email,
          ...(!isPurchase && { list_ids: [5] }),
          attributes: {
            FUNNEL_TYPE: 'language',
            ...(isPurchase && { CERTIFICATE_PURCHASED: true }),
            [`TURN_${turn}`]: id,
            LAST: id,
          },
        }),
      }));
      await admin(enqueueJobs[engine], [JSON.stringify(rows)]);
      await admin('COMMIT');
    },
  };
}

/** The most jobs of one person. */
const mostTurns = 12;

/** The workers of a test; calls of each carry its name, as the name of an attribute. */
const workerNames = ['A', 'B', 'C', 'D', 'LAST'];

export type MarkedBrevo = FakeBrevo;

/** A fake Brevo whose account has the attributes by which workers tell themselves apart. */
export function startMarkedBrevo(): Promise<MarkedBrevo> {
  const normal = (name: string, type: 'text' | 'float') => ({ name, category: 'normal' as const, type });
  const names = workerNames.map((name) => normal(`WORKER_${name}`, 'text'));
  const marks = ['LAST', ...upTo(mostTurns).map((turn) => `TURN_${turn}`)].map((name) => normal(name, 'float'));
  return startFakeBrevo({ attributes: [...demoAttributes, ...names, ...marks] });
}

/** The whole numbers from 1 to this one. */
export const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

/** Starts a worker whose calls carry its name. */
export function startWorker(
  name: string,
  { url, brevo, words = [] }: { url: string; brevo: Pick<FakeBrevo, 'url' | 'apiKey'>; words?: string[] },
  environment: Record<string, string> = {},
): RunningProgram {
  return startFunnels(['drain-outbox', '--json', ...words], {
    environment: {
      FUNNELS_DATABASE_URL: url,
      FUNNELS_BREVO_BASE_URL: brevo.url,
      BREVO_API_KEY: brevo.apiKey,
      FUNNELS_BREVO_REQUESTS_PER_SECOND: '1000',
      FUNNELS_BREVO_ATTRIBUTES_FUNNEL_TYPE: `WORKER_${name}`,
      ...environment,
    },
  });
}

/**
 * What a worker that ran to its end reports; the sums of its counters are right. One that may be `slow` may have ended
 * because a busy machine gave it no time between a claim and the end of its lease.
 */
export async function resultOf({ ended }: RunningProgram, slow: 'slow' | 'in time' = 'in time'): Promise<DrainResult> {
  const { stdout, stderr, code, signal } = await ended;
  const isLate = slow === 'slow' && code === 75 && stdout.includes('took so long to claim');
  expect({ code: isLate ? 0 : code, signal }, `${stdout}${stderr}`).toEqual({ code: 0, signal: null });
  const result = JSON.parse(stdout) as DrainResult;
  const { claimed, sent, retried, failed, released, lostLeases } = result;
  expect(claimed).toBe(sent + retried + failed + released + lostLeases);
  return result;
}

/** A call that wrote a contact, read by its marks. */
interface Marked {
  call: ReceivedCall;
  worker: string;
  /** the jobs it delivers */
  ids: number[];
  last: unknown;
}

function readMarks(call: ReceivedCall): Marked {
  const { attributes } = call.body as { attributes: Record<string, unknown> };
  const names = Object.keys(attributes);
  const ids = names.flatMap((name) => (name.startsWith('TURN_') ? [Number(attributes[name])] : []));
  const worker = names.find((name) => name.startsWith('WORKER_'))?.slice(7) ?? '?';
  return { call, worker, ids: ids.toSorted((a, b) => a - b), last: attributes.LAST };
}

const isTaken = ({ call }: Marked): boolean => call.status !== null && call.status < 300;

/**
 * Holds what Brevo saw against the rules: never two calls for a contact at once, every job delivered, in the order in
 * which a contact's jobs were enqueued, a later value over an earlier one, no purchase before its upsert. Calls for jobs
 * that had been delivered, or were under way, when another was made for them are returned: the worker of the earlier call.
 */
export function auditCalls(brevo: FakeBrevo, { jobs }: Load): { email: string; worker: string }[] {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const upserts = new Map(jobs.filter(({ isPurchase }) => !isPurchase).map(({ entryId, id }) => [entryId, id]));
  const calls = Map.groupBy(brevo.writes().map(readMarks), ({ call }) => call.email ?? '');
  const delivered = new Set<number>();
  const repeated = [...calls].flatMap(([email, line]) => {
    expect(brevo.mostInFlight(email), `calls in flight for ${email}`).toBe(1);
    let newest = 0;
    for (const marked of line) {
      expect(marked.last, `the last value for ${email}`).toBe(marked.ids.at(-1));
      if (!isTaken(marked)) continue;
      const fresh = marked.ids.filter((id) => !delivered.has(id));
      expect(
        fresh.every((id) => id > newest),
        `the order of ${email} at call ${marked.call.index}`,
      ).toBe(true);
      for (const id of fresh) delivered.add(id);
      newest = Math.max(newest, ...fresh);
      const bought = marked.ids.filter((id) => byId.get(id)?.isPurchase);
      const before = bought.map((id) => upserts.get(byId.get(id)?.entryId ?? 0) ?? 0);
      expect(
        before.filter((id) => !delivered.has(id)),
        `upserts before the purchases of ${email}`,
      ).toEqual([]);
    }
    return repeatedIn(line).map(({ worker }) => ({ email, worker }));
  });
  expect(jobs.filter(({ id }) => !delivered.has(id)).map(({ id }) => id)).toEqual([]);
  return repeated;
}

/** The calls of one contact that were taken, or under way to the end, and made again. */
function repeatedIn(line: readonly Marked[]): Marked[] {
  return line.flatMap(({ ids }, index) => {
    const earlier = line.slice(0, index).findLast((other) => other.ids.some((id) => ids.includes(id)));
    return earlier !== undefined && (isTaken(earlier) || earlier.call.status === null) ? [earlier] : [];
  });
}
