import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../src/funnel/decision.ts';
import { ago } from '../support/site.ts';
import { engines } from '../support/test-databases.ts';
import { bothFunnels, createSyncedSite, occurred, type SyncedSite } from './synced-site.ts';

describe.each(engines)('what a run tells about each result (%s)', (engine) => {
  let site: SyncedSite;
  let hourAgo: string;
  beforeEach(async () => {
    site = await createSyncedSite(engine);
    hourAgo = await ago(site.database, 3600);
  });
  afterEach(() => site.drop());

  /** One result of each kind; the funnel for other tests has no list. */
  const funnels = { ...bothFunnels, non_language: { listId: undefined, source: undefined } };
  async function everyKind(): Promise<void> {
    await site.enter('in@x.com', 'language', 5, '2026-01-01 00:00:00');
    await site.enter('covered@x.com', 'language', 0, hourAgo);
    await site.pay('bought@x.com', 1, hourAgo);
    for (const [email, test] of [
      [' Ann@x.com', 5],
      ['in@x.com', 5],
      ['ANN@x.com ', 5],
      ['covered@x.com', 5],
      ['bought@x.com', 5],
      [null, 5],
      ['no at', 5],
      ['a b@x.com', 5],
      [`${'x'.repeat(250)}@x.com`, 5],
      ['ann@x.com/y', 5],
      ['ann@-x.com', 5],
      ['ann@é_é.com', 5],
      ['ann@x.com', 99],
      ['ann@x.com', null],
      ['ann@x.com', 7],
      ['In@x.com', 5],
    ] as const) {
      await site.finish(email, test, hourAgo);
    }
  }

  it('is one decision for each, the counters in detail', async () => {
    await everyKind();
    for (const run of [site.dryRun, site.sync]) {
      const told: Decision[] = [];
      const result = await run({ funnels, batchSize: 2, onDecision: (decision) => told.push(decision) });
      const tally = Object.fromEntries(
        [...Map.groupBy(told, ({ outcome }) => outcome)].map(([outcome, all]) => [outcome, all.length]),
      );
      expect(tally).toEqual(occurred(result.outcomes));
      expect(told.map(({ resultId }) => Number(resultId)).toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 16 }, (_, index) => index + 1),
      );
      const lines = told
        .toSorted((a, b) => Number(a.resultId) - Number(b.resultId))
        .map(({ outcome, funnel, testId, detail }) => [outcome, funnel, testId, detail]);
      expect(lines).toEqual([
        ['entered', 'language', 5, null],
        ['already_in_funnel', 'language', 5, null],
        ['repeated_in_run', 'language', 5, null],
        ['covered_by_older_entry', 'language', 5, null],
        ['already_bought', 'language', 5, null],
        ['no_address', null, 5, null],
        ['not_an_address', null, 5, 'no @'],
        ['not_an_address', null, 5, 'white space inside'],
        ['not_an_address', null, 5, 'too long'],
        ['not_an_address', null, 5, 'not an address'],
        ['not_an_address', null, 5, 'not an address'],
        ['not_an_address', null, 5, expect.stringMatching(/^(bad domain|not an address)$/)],
        ['no_such_test', 'non_language', 99, null],
        ['no_such_test', null, null, null],
        ['funnel_not_configured', 'non_language', 7, null],
        ['already_in_funnel', 'language', 5, null],
      ]);
      expect(told.find(({ resultId }) => resultId === 1)).toMatchObject({ email: 'ann@x.com', finishedAt: hourAgo });
      expect(told.find(({ resultId }) => resultId === 16)).toMatchObject({ email: 'in@x.com' });
      expect(told.find(({ resultId }) => resultId === 7)).toMatchObject({ email: 'no at' });
    }
  });

  it('changes nothing in what the run does', async () => {
    await everyKind();
    const plain = await site.dryRun({ funnels });
    const explained = await site.sync({ funnels, onDecision: () => undefined });
    expect(explained.outcomes).toEqual(plain.outcomes);
    expect(await site.jobs('upsert_contact')).toHaveLength(1);
  });
});
