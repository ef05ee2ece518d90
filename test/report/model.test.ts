import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportCohorts } from '../../src/report/cohorts.ts';
import { reportPeople } from '../../src/report/people.ts';
import { resolveRequest } from '../../src/report/request.ts';
import {
  type Conversions,
  type Dimension,
  dimensions,
  type Group,
  type Person,
  type PersonState,
} from '../../src/report/result.ts';
import { engines } from '../support/test-databases.ts';
import { dayIn, type ModelEntry, type ModelPayment, type ModelRequest, modelFigures, timeIn } from './model.ts';
import { openReportDatabase, type ReportDatabase, requestOf } from './report-database.ts';

// Half a year around a change of the clocks, in quarters of hours, so that bounds are often hit exactly.
const quarters = 4 * 24 * 180;
const moment = (quarter: number): string =>
  new Date(Date.UTC(2024, 0, 1) + quarter * 900_000).toISOString().slice(0, 19).replace('T', ' ');
const funnels = ['language', 'non_language', 'webinar'];
const emails = ['a@x.com', 'b@x.com', 'c@x.com', 'jose@x.com', 'josé@x.com'];
const ahead = 4 * 24 * 366 * 60;
const when = fc.oneof(fc.integer({ min: 0, max: quarters }), fc.constantFrom(0, 96, 960, 2880, 8640));
const whenever = fc.oneof({ weight: 9, arbitrary: when }, { weight: 1, arbitrary: fc.constant(ahead) });

const entry: fc.Arbitrary<ModelEntry> = fc
  .record({
    email: fc.constantFrom(...emails),
    funnel: fc.constantFrom(...funnels),
    test: fc.integer({ min: 0, max: 30 }),
    source: fc.constantFrom(null, 'v1', 'V1', 'v2'),
    entered: whenever,
    // Before entering, at once, within the window, on its last second, later.
    wait: fc.oneof(fc.constantFrom(-4, 0, 96, 96 * 30, 96 * 30 + 1, ahead), fc.integer({ min: 0, max: 96 * 60 })),
    purchase: fc.constantFrom('none', 'none', 'dated', 'dated', 'undated'),
    refunded: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: whenever }),
    paidBefore: fc.constantFrom(null, null, null, 1, 960),
  })
  .map(({ entered, wait, purchase, refunded, paidBefore, ...rest }) => ({
    ...rest,
    at: moment(entered),
    boughtAt: purchase === 'none' ? null : purchase === 'undated' ? '' : moment(entered + wait),
    refundedAt: refunded === null || purchase === 'none' ? null : moment(refunded),
    paidBeforeAt: paidBefore === null ? null : moment(entered - paidBefore),
  }));

const world = fc.record({
  entries: fc.uniqueArray(entry, {
    maxLength: 60,
    selector: ({ email, funnel, test }) => `${email} ${funnel} ${test}`,
  }),
  payments: fc.array(
    fc.record({ email: fc.constantFrom('', 'd@x.com', ...emails), funnel: fc.constantFrom(...funnels), at: whenever }),
    { maxLength: 12 },
  ),
  asked: fc.record({
    first: fc.option(fc.integer({ min: 0, max: 178 })),
    days: fc.option(fc.integer({ min: 1, max: 90 })),
    asOf: fc.option(when),
    windowDays: fc.constantFrom(1, 30, 45),
    funnel: fc.option(fc.constantFrom(...funnels)),
    by: fc.constantFrom(...dimensions),
    timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Kiritimati'),
  }),
});

const additive = (row: Record<(typeof additiveKeys)[number], number>) => {
  const { entries, purchased, open, lapsed, undatable, refunded, paid_before_entering } = row;
  return { entries, purchased, open, lapsed, undatable, refunded, paid_before_entering };
};

/** A missing bound excludes nothing. */
function isWithin(day: string, from: string | null, to: string | null): boolean {
  return (from === null || day >= from) && (to === null || day < to);
}

function boundsOf({ first, days }: { first: number | null; days: number | null }) {
  const day = (count: number) => Temporal.PlainDate.from('2024-01-01').add({ days: count }).toString();
  return { from: first === null ? null : day(first), to: days === null ? null : day((first ?? 0) + days) };
}

/** What is not null; no flag says nothing. */
function given(flags: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(Object.entries(flags).filter((flag): flag is [string, string] => flag[1] !== null));
}

function keyOf({ test, source }: ModelEntry, by: Dimension | undefined): string | null {
  if (by === 'source') return source;
  return test === 0 ? null : String(test);
}

function sum<Key extends string>(rows: readonly Record<Key, number>[], keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, rows.reduce((total, row) => total + row[key], 0)])) as Record<
    Key,
    number
  >;
}
const additiveKeys = [
  ...(['entries', 'purchased', 'open', 'lapsed'] as const),
  ...(['undatable', 'refunded', 'paid_before_entering'] as const),
];

describe.each(engines)('any report on any entries (%s)', (engine) => {
  let opened: ReportDatabase & { drop: () => Promise<void> };
  beforeAll(async () => {
    opened = await openReportDatabase(engine, engine === 'mysql' ? '+00:00' : undefined);
  });
  afterAll(() => opened.drop());

  async function fill(
    entries: readonly ModelEntry[],
    payments: readonly (Omit<ModelPayment, 'at'> & { at: number })[],
  ) {
    const { database } = opened;
    await database.admin('DELETE FROM funnel_entries');
    await database.admin('DELETE FROM funnel_purchases');
    if (entries.length > 0) {
      const values = entries.map(({ email, funnel, test, source, at, boughtAt, refundedAt, paidBeforeAt }) => [
        ...[email, funnel, test, source, at, boughtAt === null ? 0 : 1, boughtAt || null, refundedAt, paidBeforeAt],
      ]);
      await database.admin(
        `INSERT INTO funnel_entries (email, funnel_type, test_id, source, entered_at, certificate_purchased,
           certificate_purchased_at, certificate_refunded_at, paid_before_entering_at)
           VALUES ${values.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
        values.flat(),
      );
    }
    for (const { email, funnel, at } of payments) await opened.pay(email, funnel, moment(at));
  }

  it('says what counting by hand says', async () => {
    await fc.assert(
      fc.asyncProperty(world, async ({ entries, payments, asked: { first, days, asOf, timezone, by, ...rest } }) => {
        await fill(entries, payments);
        const { from, to } = boundsOf({ first, days });
        const asOfMoment = asOf === null ? null : moment(asOf);
        // A period that begins after as-of and has no end is refused; another test tells about that.
        fc.pre(from === null || to !== null || asOfMoment === null || from <= dayIn(asOfMoment, timezone));
        const words = {
          ...given({ from, to, funnel: rest.funnel, asOf: asOfMoment === null ? null : timeIn(asOfMoment, timezone) }),
          ...{ timezone, windowDays: rest.windowDays, by },
        };
        // A third funnel that nobody entered is refused; another test tells about that.
        fc.pre(rest.funnel !== 'webinar' || entries.some(({ funnel }) => funnel === 'webinar'));
        const report = await opened.report(words);
        const request: ModelRequest = { asOf: asOfMoment, now: nowOf(report), windowDays: rest.windowDays };
        const inPeriod = ({ at, funnel }: { at: string; funnel: string }): boolean =>
          isWithin(dayIn(at, timezone), from, to) && (rest.funnel === null || funnel === rest.funnel);
        const counted = entries.filter(inPeriod);
        for (const { funnel, ...figures } of report.rows) {
          const own = counted.filter((one) => one.funnel === funnel);
          expect(figures).toEqual(modelFigures(own, request));
        }
        expect(report.totals).toEqual(modelFigures(counted, request));
        expect(sum(report.rows, additiveKeys)).toEqual(additive(report.totals));
        checkBreakdown(report, counted, request, timezone);
        expect(report.not_counted).toEqual(notCounted(entries, payments, inPeriod, asOfMoment ?? request.now));
        expect(JSON.stringify(await opened.report({ ...words, asOf: report.as_of }))).toBe(JSON.stringify(report));
        await checkPeople(words, report);
        await checkCohorts(words, counted, request, timezone);
      }),
      { numRuns: Number(process.env.FUNNELS_TEST_ROUNDS ?? 1) * 25 },
    );
  });

  function nowOf({ as_of_utc: utc }: Conversions): string {
    return (utc ?? '').replace('T', ' ').replace('Z', '');
  }

  function checkBreakdown(report: Conversions, counted: ModelEntry[], request: ModelRequest, timezone: string): void {
    const { rows = [], by } = report.breakdown ?? {};
    const kept = rows.filter(({ group }) => group.key !== null).map(({ group }) => group.key);
    const isIn = (group: Group, one: ModelEntry): boolean => {
      if (group.from !== null) return isWithin(dayIn(one.at, timezone), group.from, group.to);
      const key = keyOf(one, by);
      if (group.folded > 0) return key !== null && !kept.includes(key);
      return key === group.key;
    };
    for (const { group, funnel, ...figures } of rows) {
      const own = counted.filter((one) => one.funnel === funnel && isIn(group, one));
      expect({ group, funnel, ...figures }).toEqual({ group, funnel, ...modelFigures(own, request) });
    }
    for (const funnel of report.rows) {
      const parts = rows.filter((row) => row.funnel === funnel.funnel);
      if (rows.length > 0) expect(sum(parts, additiveKeys)).toEqual(additive(funnel));
      else expect(funnel.entries).toBe(0);
    }
  }

  function notCounted(
    entries: readonly ModelEntry[],
    payments: readonly { email: string; funnel: string; at: number }[],
    inPeriod: (one: { at: string; funnel: string }) => boolean,
    asOf: string,
  ): Conversions['not_counted'] {
    if (payments.length === 0) return null;
    const known = entries.filter(({ at }) => at <= asOf);
    const paid = payments
      .map((payment) => ({ ...payment, at: moment(payment.at) }))
      .filter((payment) => inPeriod(payment) && payment.at <= asOf);
    const ofBuyer = ({ email, funnel }: ModelPayment) =>
      known.filter((one) => one.email === email && one.funnel === funnel);
    const uncredited = paid.filter((payment) => ofBuyer(payment).every(({ at }) => at > payment.at));
    const count = (list: ModelPayment[]) => ({
      purchases: list.length,
      people: new Set(list.map(({ email }) => email).filter((email) => email !== '')).size,
    });
    return {
      bought_before_entering: count(uncredited.filter((payment) => ofBuyer(payment).length > 0)),
      never_entered: count(uncredited.filter((payment) => ofBuyer(payment).length === 0)),
    };
  }

  async function checkPeople(words: Parameters<typeof requestOf>[0], report: Conversions): Promise<void> {
    const expected: Record<PersonState, number> = {
      bought: report.totals.purchased,
      open: report.totals.open,
      lapsed: report.totals.lapsed,
      refunded: report.totals.refunded,
      'paid-before-entering': report.totals.paid_before_entering,
      'bought-before': report.not_counted?.bought_before_entering.purchases ?? 0,
    };
    for (const [state, count] of Object.entries(expected) as [PersonState, number][]) {
      const listed: Person[] = [];
      const head = await reportPeople(opened.readOnly, { ...requestOf(words), state, limit: 1000 }, async (page) => {
        listed.push(...page);
      });
      expect([state, head.total, listed.length]).toEqual([state, count, count]);
      if (state !== 'bought-before') expect(new Set(listed.map((person) => person.entry_id)).size).toBe(count);
    }
  }

  async function checkCohorts(
    words: Parameters<typeof requestOf>[0],
    counted: ModelEntry[],
    request: ModelRequest,
    timezone: string,
  ): Promise<void> {
    const cohorts = await opened.readOnly.transaction(async (session) =>
      reportCohorts(session, await resolveRequest(session, requestOf(words)), 'month'),
    );
    const asOf = request.asOf ?? request.now;
    for (const { funnel, from, to, entries, undatable, cells } of cohorts.rows) {
      const own = counted.filter((one) => {
        const entered = dayIn(one.at, timezone);
        return one.funnel === funnel && entered >= from && entered < to;
      });
      const all = modelFigures(own, request);
      expect([entries, undatable]).toEqual([all.entries - all.undatable, all.undatable]);
      for (const { days, purchased, rate } of cells) {
        const windowDays = Math.max(1, days);
        const figures = modelFigures(own, { ...request, windowDays });
        // Blank as long as an entry of the cohort's last second would be younger.
        if (purchased === null) expect(dayIn(asOf, timezone) <= addDays(to, windowDays)).toBe(true);
        else {
          const { purchased: bought, rate: share } = figures.settled;
          expect([days, purchased, rate]).toEqual([days, bought, share]);
        }
      }
    }
  }

  function addDays(day: string, days: number): string {
    return Temporal.PlainDate.from(day).add({ days }).toString();
  }
});
