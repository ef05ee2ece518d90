import type { ClickFigures, ClickStage } from '../../../src/report/clicks-result.ts';
import { definitionsFor } from '../../../src/report/definitions.ts';
import { share, wilson } from '../../../src/report/intervals.ts';
import type {
  Breakdown,
  BreakdownRow,
  Cohorts,
  Conversions,
  Figures,
  PeriodState,
  ReportHead,
} from '../../../src/report/result.ts';

/** Reports as the use case would return them, made up: what is tested with them is how a page shows them. */

/** Figures of `entries`, of which `purchased` bought in time and `open` still can. */
export function figures(entries: number, purchased: number, open = 0): Figures {
  const old = entries - open;
  return {
    entries,
    people: entries,
    purchased,
    conversion: share(purchased, entries),
    likely: wilson(purchased, entries),
    settled: {
      entries: old,
      purchased: Math.min(old, purchased),
      rate: share(Math.min(old, purchased), old),
      likely: wilson(Math.min(old, purchased), old),
    },
    open,
    lapsed: old - Math.min(old, purchased),
    undatable: 0,
    refunded: 0,
    paid_before_entering: 0,
    time_to_buy: {
      buyers: purchased,
      p10: purchased > 0 ? 3_600 : null,
      p25: purchased > 0 ? 2 * 86_400 : null,
      median: purchased > 0 ? 4 * 86_400 : null,
      p75: purchased > 0 ? 9 * 86_400 : null,
      p90: purchased > 0 ? 20 * 86_400 : null,
    },
  };
}

/** Neither cut off nor far away. */
const whole = { is_part: false, is_outlying: false };

const head: ReportHead = {
  odd_dates: [],
  schema_version: 1,
  as_of: '2026-11-22 11:40:00',
  as_of_utc: '2026-11-22T10:40:00Z',
  timezone: 'Europe/Berlin',
  period: {
    name: null,
    from: '2026-10-01',
    to: '2026-11-01',
    to_is_exclusive: true,
    last_day: '2026-10-31',
    to_is_now: false,
    from_utc: '2026-09-30T22:00:00Z',
    to_utc: '2026-10-31T23:00:00Z',
  },
  funnel: null,
  definitions: definitionsFor(30),
};

/** A report on these funnels: name, entries, bought, open. */
export function reportOn(funnels: [string, number, number, number][]): Conversions {
  const rows = funnels.map(([funnel, ...counts]) => ({ funnel, ...figures(...counts) }));
  const sum = (at: 1 | 2 | 3) => funnels.reduce((total, row) => total + row[at], 0);
  return {
    ...head,
    rows,
    totals: figures(sum(1), sum(2), sum(3)),
    between_funnels: null,
    breakdown: null,
    comparison: null,
    clicks: null,
    not_counted: null,
    final_on: null,
    warnings: [],
  };
}

/** Everything a report can hold. */
export function fullReport(): Conversions {
  const report = reportOn([
    ['language', 312, 41, 74],
    ['non_language', 205, 12, 51],
  ]);
  const difference = {
    difference: 0.081,
    likely: { low: 0.017, high: 0.141 },
    verdict: 'higher' as const,
    words: 'language is higher',
  };
  const unclear = {
    difference: -0.003,
    likely: { low: -0.057, high: 0.056 },
    verdict: 'no_clear_change' as const,
    words: 'no clear change',
  };
  const before = figures(295, 28);
  return {
    ...report,
    between_funnels: { first: 'language', second: 'non_language', settled: difference, conversion: difference },
    comparison: {
      with: 'previous',
      period: { ...head.period, from: '2026-08-31', to: '2026-10-01', last_day: '2026-09-30' },
      rows: report.rows.map(({ funnel }) => ({ funnel, before, settled: unclear, conversion: unclear })),
      totals: { before, settled: unclear, conversion: unclear },
    },
    not_counted: {
      bought_before_entering: { purchases: 9, people: 9 },
      never_entered: { purchases: 3, people: 1 },
    },
    final_on: '2026-11-30',
    warnings: ['125 entries still have days left to buy, so the period is not final until 30 November 2026.'],
  };
}

/** What an export of clicks adds to it. */
export const clicks: ClickStage = {
  file: 'clicks.csv',
  campaigns: { language: 'language_funnel', non_language: 'non_language_funnel' },
  rows: [
    { funnel: 'language', ...clickFigures(312, 120, 41, 30) },
    { funnel: 'non_language', ...clickFigures(205, 13, 12, 4) },
  ],
  totals: clickFigures(517, 133, 53, 34),
  lines: {
    read: 1500,
    counted: 400,
    before_entering: 100,
    not_in_report: 900,
    after_as_of: 0,
    other_campaign: 100,
    rejected: 0,
  },
  other_campaigns: ['newsletter'],
  rejected_lines: [],
  time_forms: [],
};

function clickFigures(entries: number, clicked: number, purchased: number, after: number): ClickFigures {
  return {
    entries,
    clicked,
    click_rate: clicked / entries,
    purchased,
    purchased_after_click: after,
    conversion_after_click: after / clicked,
  };
}

/** A dependable stand-in for chance: the same numbers on every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

const usualFunnels: readonly string[] = ['language', 'non_language'];

/** Entries by day or month from `first` on; the last `open` of them are not settled. */
export function trend(
  by: 'day' | 'month',
  first: string,
  count: number,
  open: number,
  size: number,
  funnels = usualFunnels,
): Breakdown {
  const random = chance(count);
  const start = Temporal.PlainDate.from(first);
  const rows = Array.from({ length: count }, (_, index): BreakdownRow[] => {
    const from = start.add(by === 'day' ? { days: index } : { months: index });
    const to = from.add(by === 'day' ? { days: 1 } : { months: 1 });
    const label = by === 'day' ? from.toString() : from.toString().slice(0, 7);
    const state: PeriodState = index === count - 1 && open > 0 ? 'running' : index >= count - open ? 'open' : 'settled';
    const group = { key: label, label, folded: 0, from: from.toString(), to: to.toString(), state, ...whole };
    return funnels.map((funnel, position) => {
      const entries = Math.round(size * (0.5 + random()) * (1 - (position % 2) * 0.35));
      const maturity = state === 'running' ? 0.3 : state === 'open' ? 0.7 : 1;
      const purchased = Math.round(entries * (0.07 + 0.07 * random()) * maturity * (1 - (position % 2) * 0.4));
      return { group, funnel, ...figures(entries, purchased, state === 'settled' ? 0 : entries - purchased) };
    });
  });
  return { by, rows: rows.flat() };
}

/** A breakdown by source with these names. */
export function bySource(names: readonly string[]): Breakdown {
  const rows = names.flatMap((label, index) =>
    ['language', 'non_language'].map((funnel) => ({
      group: { key: label, label, folded: 0, from: null, to: null, state: null, ...whole },
      funnel,
      ...figures(300 - index * 20, 30 - index, 40),
    })),
  );
  return { by: 'source', rows };
}

/** Monthly cohorts, of which the young ones have not reached every age. */
export function cohorts(count: number, funnels = usualFunnels): Cohorts {
  const days = [0, 7, 14, 30, 60, 90];
  const start = Temporal.PlainDate.from('2026-11-01').subtract({ months: count - 1 });
  const random = chance(7);
  const rows = Array.from({ length: count }, (_, index) => start.add({ months: index })).flatMap((from) =>
    funnels.map((funnel) => {
      const entries = Math.round(220 + 160 * random());
      const age = from.add({ months: 1 }).until('2026-11-22', { largestUnit: 'days' }).days;
      const final = 0.08 + 0.07 * random();
      const cells = days.map((day) => {
        const purchased = age < day ? null : Math.round(entries * final * (1 - Math.exp(-(day + 1) / 12)));
        return { days: day, purchased, rate: purchased === null ? null : purchased / entries };
      });
      return {
        cohort: from.toString().slice(0, 7),
        from: from.toString(),
        to: from.add({ months: 1 }).toString(),
        funnel,
        entries,
        undatable: 0,
        ...whole,
        cells,
      };
    }),
  );
  return { ...head, by: 'month', days, rows, warnings: [] };
}
