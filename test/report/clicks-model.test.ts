import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followUp } from '../../src/report/scope.ts';
import { engines } from '../support/test-databases.ts';
import { campaigns, clicksOf, type Entered, fill } from './clicks-database.ts';
import { createReportDatabase } from './report-database.ts';

interface ClickLine {
  person: string;
  campaign: string;
  hour: number;
  written: 'wall' | 'utc' | 'offset';
}

interface World {
  entries: (Omit<Entered, 'at' | 'boughtAt'> & { hour: number; boughtAfter: number | null | undefined })[];
  clicks: ClickLine[];
  from: number;
  until: number;
  knownUntil: number;
  funnel: string;
}

const people = ['a@x.org', 'b@x.org', 'é@x.org'];
const spellings = [...people, ' A@X.org', 'e\u0301@x.org'];
const funnels = ['language', 'non_language', 'webinar'];
// Few hours, so that things often happen in the same second.
const hour = fc.integer({ min: 0, max: 12 });

const world: fc.Arbitrary<World> = fc.record({
  entries: fc.uniqueArray(
    fc.record({
      email: fc.constantFrom(...people),
      funnel: fc.constantFrom(...funnels),
      test: fc.constantFrom(5, 6),
      hour,
      boughtAfter: fc.constantFrom(null, null, undefined, -1, 0, 1, 4),
    }),
    { maxLength: 8, selector: ({ email, funnel, test }) => `${email} ${funnel} ${test}` },
  ),
  clicks: fc.array(
    fc.record({
      person: fc.constantFrom(...spellings),
      campaign: fc.constantFrom('language_funnel', 'LANGUAGE_funnel', 'non_language_funnel', 'newsletter', ''),
      hour,
      written: fc.constantFrom('wall' as const, 'utc' as const, 'offset' as const),
    }),
    { maxLength: 12 },
  ),
  from: fc.integer({ min: 0, max: 6 }),
  until: fc.integer({ min: 6, max: 13 }),
  knownUntil: fc.integer({ min: 6, max: 18 }),
  funnel: fc.constantFrom('', ...funnels),
});

/** Hours of one day, in UTC, which is the zone of both databases here. */
const at = (hours: number): string => `2024-01-05 ${String(hours).padStart(2, '0')}:00:00`;

function written({ hour: hours, written: how }: ClickLine): string {
  if (how === 'wall') return at(hours);
  return how === 'utc' ? `${at(hours).replace(' ', 'T')}Z` : `${at(hours + 3)}+03:00`;
}

/** The hour of the purchase; null: none, undefined: not recorded. */
function boughtAtOf({ hour: hours, boughtAfter }: World['entries'][number]): number | null | undefined {
  return typeof boughtAfter === 'number' ? Math.max(0, hours + boughtAfter) : boughtAfter;
}

function funnelOf(campaign: string): string | undefined {
  return Object.entries(campaigns).find(([, name]) => name === campaign.toLowerCase())?.[0];
}

function personOf(spelling: string): string {
  return spelling.trim().normalize('NFC').toLowerCase();
}

/** The rules of docs/utm.md in their plainest form: every entry against every click. */
function expected({ entries, clicks, from, until, knownUntil, funnel }: World) {
  const known = entries.filter(
    (entry) => entry.hour >= from && entry.hour < until && (funnel === '' || entry.funnel === funnel),
  );
  const usable = clicks.filter((click) => funnelOf(click.campaign) !== undefined);
  const isOf = (click: ClickLine, entry: World['entries'][number]): boolean =>
    entry.email === personOf(click.person) && entry.funnel === funnelOf(click.campaign);
  const clicksOn = (entry: World['entries'][number]): number[] =>
    usable.filter((c) => isOf(c, entry) && c.hour >= entry.hour && c.hour < knownUntil).map((click) => click.hour);
  const boughtAfterClick = (entry: World['entries'][number]): boolean => {
    const boughtAt = boughtAtOf(entry) ?? Number.POSITIVE_INFINITY;
    return boughtAt < knownUntil && clicksOn(entry).some((clickedAt) => clickedAt <= boughtAt);
  };
  const outcomeOf = (click: ClickLine): string => {
    if (funnelOf(click.campaign) === undefined) return 'other_campaign';
    if (click.hour >= knownUntil) return 'after_as_of';
    const theirs = known.filter((entry) => isOf(click, entry));
    if (theirs.some((entry) => entry.hour <= click.hour)) return 'counted';
    return theirs.length > 0 ? 'before_entering' : 'not_in_report';
  };
  return {
    rows: Object.keys(campaigns).map((name) => {
      const theirs = known.filter((entry) => entry.funnel === name && clicksOn(entry).length > 0);
      return [name, theirs.length, theirs.filter(boughtAfterClick).length];
    }),
    outcomes: clicks.map(outcomeOf).toSorted(),
  };
}

describe.each(engines)('any clicks on any entries (%s)', (engine) => {
  it('are counted as a plain model counts them', async () => {
    const { database, readOnly } = await createReportDatabase(engine, engine === 'mysql' ? '+00:00' : undefined);
    const check = async (told: World): Promise<void> => {
      await fill(
        database,
        told.entries.map((entry) => {
          const boughtAt = boughtAtOf(entry);
          return { ...entry, at: at(entry.hour), boughtAt: typeof boughtAt === 'number' ? at(boughtAt) : boughtAt };
        }),
      );
      const csv = told.clicks.map((click) => `${click.person},${written(click)},${click.campaign}\n`).join('');
      const { rows, totals, lines } = await clicksOf(readOnly, `email,time,campaign\n${csv}`, {
        scope: {
          from: at(told.from),
          until: at(told.until),
          knownUntil: at(told.knownUntil),
          funnel: told.funnel,
          columns: followUp,
        },
        rows: funnels.map((funnel) => ({ funnel, entries: 9, purchased: 3 })),
      });
      const { read, ...parts } = lines;
      const outcomes = Object.entries(parts).flatMap(([outcome, count]) => Array<string>(count).fill(outcome));
      const foretold = expected(told);
      expect(rows.map((row) => [row.funnel, row.clicked, row.purchased_after_click])).toEqual(foretold.rows);
      expect(outcomes.toSorted()).toEqual(foretold.outcomes);
      expect(read).toBe(told.clicks.length);
      expect(totals.clicked).toBe(rows.reduce((sum, { clicked }) => sum + clicked, 0));
    };
    await fc.assert(fc.asyncProperty(world, check), { numRuns: engine === 'sqlite' ? 200 : 40 });
  });
});
