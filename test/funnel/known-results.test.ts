import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { foldAddress, readAddress } from '../../src/funnel/address.ts';
import { readPage } from '../../src/modx/finished-tests.ts';
import { modxTables } from '../../src/modx/tables.ts';
import { ago, type SiteOptions } from '../support/site.ts';
import { type Engine, engines } from '../support/test-databases.ts';
import { createSyncedSite, occurred, open, type SyncedSite } from './synced-site.ts';

interface Kind extends SiteOptions {
  engine: Engine;
  /** what the column can hold beyond ASCII */
  letters: readonly string[];
}

const latin = ['é', 'É', 'ß', 'ñ', 'Ö', '\u00a0', '\u00ad'];
const wide = [
  'İ',
  'ı',
  'I\u0307',
  'ſ',
  '\u212a',
  'ａ',
  'Ａ',
  'e\u0301',
  'E\u0301',
  'Σ',
  'ς',
  'ǰ',
  '\u200b',
  '\u3000',
  '漢',
];
const widest = ['😀', '𐐀', '𐐨', '\u{e0041}'];
const kinds: Kind[] = [
  { engine: 'sqlite', letters: [...latin, ...wide, ...widest] },
  { engine: 'mysql', letters: [...latin, ...wide, ...widest] },
  { engine: 'mysql', charset: 'utf8mb4 COLLATE utf8mb4_bin', letters: [...latin, ...wide, ...widest] },
  { engine: 'mysql', charset: 'utf8mb4 COLLATE utf8mb4_turkish_ci', letters: [...latin, ...wide, ...widest] },
  { engine: 'mysql', charset: 'utf8mb3', letters: [...latin, ...wide] },
  { engine: 'mysql', charset: 'latin1', letters: latin },
];

/** Addresses as people type them: a few short names in many spellings, so that they meet. */
function messyAddress(letters: readonly string[]): fc.Arbitrary<string> {
  const space = fc.constantFrom('', '', '', ' ', '  ', '\t', ...letters.filter((letter) => /\s|\p{Cf}/u.test(letter)));
  const unit = fc.constantFrom('a', 'A', 'e', 'i', 'I', 'k', 'K', 's', 'S', ...letters);
  const local = fc.string({ unit, minLength: 1, maxLength: 2 });
  const domain = fc.constantFrom('x.com', 'X.com', 'i.COM', ...letters.slice(0, 1).map((letter) => `${letter}.com`));
  const at = fc.constantFrom('@', '@', '@', '@', '@', '');
  return fc.tuple(space, local, at, domain, space).map((parts) => parts.join(''));
}

/** What a run should count, told without SQL. */
function expectedOutcomes(results: readonly string[], entered: ReadonlySet<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  const now = new Set<string>();
  for (const result of results) {
    const reading = readAddress(result);
    const outcome = !reading.ok
      ? reading.rule === 'empty'
        ? 'no_address'
        : 'not_an_address'
      : entered.has(reading.address)
        ? 'already_in_funnel'
        : now.has(reading.address)
          ? 'repeated_in_run'
          : 'entered';
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    if (reading.ok) now.add(reading.address);
  }
  return counts;
}

const name = ({ engine, charset = 'as it comes' }: Kind): string => `${engine}, ${charset}`;

describe.each(kinds.map((kind) => [name(kind), kind] as const))('results known to have entered (%s)', (_, kind) => {
  let site: SyncedSite;
  let hourAgo: string;
  beforeEach(async () => {
    const { charset } = kind;
    site = await createSyncedSite(kind.engine, charset === undefined ? {} : { charset });
    hourAgo = await ago(site.database, 3600);
  });
  afterEach(() => site.drop());

  it('are counted as if each had been read, whatever their addresses look like', async () => {
    const address = messyAddress(kind.letters);
    const check = async (results: string[], alsoEntered: string[], batchSize: number): Promise<void> => {
      await site.clear();
      for (const result of results) await site.finish(result, 5, hourAgo);
      const usable = [...results.slice(0, results.length / 2), ...alsoEntered].filter((one) => readAddress(one).ok);
      const entered = new Set(usable.map(foldAddress));
      for (const email of entered) await site.enter(email, 'language', 5, '2026-01-01 00:00:00');
      const expected = expectedOutcomes(results, entered);
      const seen: Record<string, number> = {};
      const explained = await site.dryRun({
        batchSize,
        onDecision: ({ outcome }) => {
          seen[outcome] = (seen[outcome] ?? 0) + 1;
        },
      });
      expect(seen).toEqual(expected);
      expect(occurred(explained.outcomes)).toEqual(expected);
      expect(occurred((await site.dryRun({ batchSize })).outcomes)).toEqual(expected);
      expect(occurred((await site.sync({ batchSize })).outcomes)).toEqual(expected);
      const people = new Set([...results.filter((one) => readAddress(one).ok).map(foldAddress), ...entered]);
      const inFunnel = (await site.entries()).map(({ email }) => email);
      expect(inFunnel.toSorted()).toEqual([...people].toSorted());
      const again = occurred(expectedOutcomes(results, people));
      expect(occurred((await site.sync({ batchSize })).outcomes)).toEqual(again);
    };
    const results = fc.array(address, { maxLength: 16 });
    const others = fc.array(address, { maxLength: 4 });
    const runs = kind.engine === 'sqlite' ? 150 : 20;
    await fc.assert(fc.asyncProperty(results, others, fc.constantFrom(1, 3, 500), check), { numRuns: runs });
  });

  it('are not sent again where capitals and outer spaces are all that differs', async () => {
    const written = ['ann@x.com', ' Ann@X.com  ', 'ANN@X.COM', '\tann@x.com', 'bob@x.com', 'ann.@x.com', ''];
    for (const email of written) await site.finish(email, 5, hourAgo);
    await site.enter('ann@x.com', 'language', 5, hourAgo);
    const database = open(site.database.url, 'read-only');
    const tables = modxTables({ database: undefined, tablePrefix: '' }, kind.engine);
    const range = { after: { finishedAt: hourAgo, id: -1 }, upTo: { finishedAt: hourAgo, id: 999 } };
    const { id: newest = 0 } = (await site.entries()).at(-1) ?? {};
    const unknown = await readPage(database, tables, range, newest, 'unknown');
    expect([unknown.lookedAt, unknown.rows.map(({ email }) => email)]).toEqual([7, written.slice(3)]);
    // An entry that came later was made by another run, which this one has to find out and tell.
    const later = await readPage(database, tables, range, newest - 1, 'unknown');
    expect(later.rows).toHaveLength(7);
    const all = await readPage(database, tables, range, newest, 'all');
    expect(all.rows.map(({ isKnown }) => isKnown)).toEqual([1, 1, 1, 0, 0, 0, 0]);
    await database.close();
  });

  // The column's own collation may take all of these for the same.
  it('are never those of somebody else whose address only looks the same', async () => {
    const groups = [
      ['jose@x.com', 'josé@x.com'],
      ['ss@x.com', 'ß@x.com'],
      ...(kind.letters.includes('ı')
        ? [
            ['ivan@x.com', 'ıvan@x.com', 'i\u0307van@x.com'],
            ['a@x.com', 'ａ@x.com'],
          ]
        : []),
    ];
    for (const [first = '', ...others] of groups) {
      await site.enter(first, 'language', 5, hourAgo);
      for (const email of [first, ...others, first.toUpperCase()]) await site.finish(email, 5, hourAgo);
    }
    const [known, others] = [2 * groups.length, groups.flat().length - groups.length];
    expect(occurred((await site.sync()).outcomes)).toEqual({ entered: others, already_in_funnel: known });
    expect((await site.entries()).map(({ email }) => email).toSorted()).toEqual(groups.flat().toSorted());
    expect(occurred((await site.sync()).outcomes)).toEqual({ already_in_funnel: known + others });
  });
});

describe.each(engines)('entries that no run of this program would make (%s)', (engine) => {
  let site: SyncedSite;
  let hourAgo: string;
  beforeEach(async () => {
    site = await createSyncedSite(engine);
    hourAgo = await ago(site.database, 3600);
  });
  afterEach(() => site.drop());

  /** Explained or not, dry or not, the counters have to be the same. */
  async function outcomes(): Promise<Record<string, number>> {
    const explained = await site.dryRun({ onDecision: () => undefined });
    const plain = await site.sync();
    expect(explained.outcomes).toEqual(plain.outcomes);
    return occurred(plain.outcomes);
  }

  it('with something that is not an address are found by what was written there', async () => {
    await site.enter('nobody', 'language', 5, hourAgo);
    for (const email of ['nobody', 'somebody']) await site.finish(email, 5, hourAgo);
    expect(await outcomes()).toEqual({ already_in_funnel: 1, not_an_address: 1 });
  });

  it('without a test number are not those of a test 0', async () => {
    await site.enter('ann@x.com', 'non_language', 0, hourAgo);
    await site.finish('ann@x.com', 0, hourAgo);
    expect(await outcomes()).toEqual({ no_such_test: 1 });
  });
});
